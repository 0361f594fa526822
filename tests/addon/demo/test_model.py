"""The demo's model, judged by OpenAI's own client."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError

from addon.demo.model import Model

TOOLS: Any = [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in ("Bash", "Write")]
MESSAGES: Any = [{"role": "user", "content": "go"}]


@pytest.fixture
async def model() -> AsyncIterator[Model]:
    async with Model() as server:
        yield server


@pytest.fixture
async def client(model: Model) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"http://127.0.0.1:{model.port}/v1", api_key="none", max_retries=0) as made:
        yield made


async def test_it_lists_its_models(client: AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["scripted-large", "scripted-small"]


async def test_a_stream_says_what_the_whole_answer_says(client: AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(model="scripted-large", messages=MESSAGES, tools=TOOLS)
    stream = await client.chat.completions.create(
        model="scripted-large", messages=MESSAGES, tools=TOOLS, stream=True, stream_options={"include_usage": True}
    )
    text, reasoning, calls, usage, finish = "", "", dict[int, list[str]](), None, None
    async for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            reasoning += (choice.delta.model_extra or {}).get("reasoning_content", "")
            finish = choice.finish_reason or finish
            for call in choice.delta.tool_calls or []:
                assert call.function
                calls.setdefault(call.index, []).append(call.function.arguments or "")
    message = whole.choices[0].message
    assert text == message.content
    assert reasoning == (message.model_extra or {})["reasoning_content"]
    assert finish == whole.choices[0].finish_reason == "tool_calls"
    assert usage == whole.usage
    expected = [json.loads(call.function.arguments) for call in message.tool_calls or [] if call.type == "function"]
    assert [json.loads("".join(calls[index])) for index in sorted(calls)] == expected
    assert len(expected) == 2


async def test_usage_is_only_streamed_if_asked_for(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model="scripted-small", messages=MESSAGES, stream=True)
    assert [chunk.usage async for chunk in stream if chunk.usage] == []


async def test_what_it_does_not_serve_is_an_error_in_openais_form(client: AsyncOpenAI) -> None:
    with pytest.raises(NotFoundError, match="the model `gpt-9` does not exist"):
        await client.chat.completions.create(model="gpt-9", messages=MESSAGES)
    with pytest.raises(NotFoundError, match="is not served"):
        await client.embeddings.create(model="x", input="y")
    with pytest.raises(BadRequestError, match="`messages` must be a list"):
        await client.post("/chat/completions", body={"model": "scripted-large"}, cast_to=object)


@pytest.mark.parametrize(
    ("head", "status"),
    [({"Transfer-Encoding": "chunked"}, 411), ({"Content-Length": "99999999999"}, 413), ({"Content-Length": "3"}, 400)],
)
async def test_a_request_it_cannot_read_is_refused(model: Model, head: dict[str, str], status: int) -> None:
    def call() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", model.port, timeout=10)
        connection.putrequest("POST", "/v1/chat/completions")
        for name, value in head.items():
            connection.putheader(name, value)
        connection.endheaders(b"{x}")
        answered = connection.getresponse().status
        connection.close()
        return answered

    assert await asyncio.to_thread(call) == status

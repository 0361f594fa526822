from __future__ import annotations

import json

from tests.support.answers import TARGET, WIRE, message
from translators.contract import Request
from translators.events import Text
from translators.openai_chat.dialect import OPENAI_CHAT


def test_the_dialect_is_its_parts() -> None:
    body = {"model": "claude-test", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    sent = OPENAI_CHAT.encode(Request(json.dumps(body).encode(), body), TARGET)
    assert sent.url == "https://acme.example/v1/chat/completions"
    assert json.loads(sent.body)["messages"][-1] == {"role": "user", "content": "hi"}
    assert Text("x") in list(OPENAI_CHAT.decode(message(content="x"), TARGET, WIRE))
    assert OPENAI_CHAT.fault(503, {}, b"", TARGET).type == "overloaded_error"
    assert OPENAI_CHAT.name == "openai-chat"

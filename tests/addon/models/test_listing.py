from __future__ import annotations

import socket
import threading
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from addon.config.proxies import Proxy
from addon.config.settings import Price, Provider
from addon.models import reach
from addon.models.getting import provider_words
from addon.models.listing import list_models, models_url, read_list
from addon.models.reach import Trouble
from tests.fakes.fake import Seen
from tests.fakes.http import Answer, HttpRequest, Server
from tests.support.listing_fakes import ListingAnthropic, ListingChat, json_answer
from tests.support.ports import unanswering_port
from tests.support.router import free_port
from tests.support.upstream import tls_for
from translators.provider_table import KNOWN


def of(fake: ListingChat, **more: object) -> Provider:
    return Provider("fake", fake.base_url, keys=(fake.key,), **more)  # type: ignore[arg-type]


def trouble_with(provider: Provider, key: str = "") -> Trouble:
    with pytest.raises(Trouble) as caught:
        list_models(provider, key)
    return caught.value


def answering(body: object) -> Callable[[HttpRequest], object]:
    async def handle(_: HttpRequest) -> Answer:
        return json_answer(body)

    return handle


def listed_from(body: object) -> list[tuple[str, int | None]]:
    with Server(answering(body)) as server:  # type: ignore[arg-type]
        return [(each.id, each.context) for each in list_models(Provider("x", f"{server.url}/v1"))]


def test_a_list_is_read_with_what_it_says_of_each_model(chat: ListingChat) -> None:
    models = list_models(of(chat), chat.key)
    assert [(each.id, each.context, each.chats) for each in models] == [
        ("big", 200_000, True), ("small-mini", 64_000, True), ("text-embedding-3", None, False),
    ]  # fmt: skip


def test_all_pages_are_read_of_a_list_that_has_pages(anthropic: ListingAnthropic) -> None:
    provider = Provider("a", anthropic.url, dialect="anthropic", auth_header="x-api-key")
    assert [each.id for each in list_models(provider, anthropic.key)] == ["claude-a", "claude-b", "claude-c"]
    assert [seen.request.query.get("after_id") for seen in anthropic.seen] == [None, ["claude-b"]]
    assert all(seen.request.header("anthropic-version") for seen in anthropic.seen)


def paging(*words: str, says_last: bool, status: int = 200) -> Callable[[HttpRequest], object]:
    """Models `m0` to `m4`, two a page. It goes on after the model that one of the `words` of the query names."""

    async def handle(request: HttpRequest) -> Answer:
        after = next((request.query[word][0] for word in words if word in request.query), "")
        if request.query and status != 200:
            return json_answer({"error": {"message": "what is that?"}}, status)
        start = int(after[1:]) + 1 if after else 0
        names = [f"m{number}" for number in range(start, min(start + 2, 5))]
        last = {"last_id": names[-1]} if says_last else {}
        return json_answer({"data": [{"id": name} for name in names], "has_more": start + 2 < 5, **last})

    return handle


@pytest.mark.parametrize("says_last", [True, False])
@pytest.mark.parametrize("word", ["after", "after_id"])
def test_pages_are_read_of_a_chat_providers_list_too(word: str, says_last: bool) -> None:
    with Server(paging(word, says_last=says_last)) as server:  # type: ignore[arg-type]
        listing = read_list(Provider("x", f"{server.url}/v1"))
    assert [each.id for each in listing.models] == ["m0", "m1", "m2", "m3", "m4"]
    assert listing.whole


@pytest.mark.parametrize("status", [200, 400])
def test_a_list_whose_further_pages_cannot_be_had_is_told_to_be_a_part(status: int) -> None:
    with Server(paging(says_last=True, status=status)) as server:  # type: ignore[arg-type]
        listing = read_list(Provider("x", f"{server.url}/v1"))
    assert [each.id for each in listing.models] == ["m0", "m1"]
    assert not listing.whole


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"id": "m", "context_length": 9}]},
        [{"id": "m", "context_length": 9}],
        {"models": [{"name": "models/m", "context_window": 9}]},
        {"models": [{"model": "m", "max_context_length": 9}, {"no": "name"}, 7]},
        {"data": [{"id": "m", "meta": {"n_ctx": 9}}]},
    ],
)
def test_each_form_of_a_list_is_read(body: object) -> None:
    assert listed_from(body) == [("m", 9)]


def test_a_server_without_any_model_has_an_empty_list() -> None:
    assert listed_from({"object": "list", "data": None}) == []


def test_prices_of_one_token_become_prices_of_a_million() -> None:
    rows = [
        {"id": "a", "pricing": {"prompt": "0.0000003", "completion": "0.0000012"}, "supported_parameters": ["tools"]},
        {"id": "b", "pricing": {"prompt": "-1", "completion": "-1"}, "supported_parameters": []},
        {"id": "c", "pricing": {"input": 0.3, "output": 1.2}},
    ]
    with ListingChat(rows) as fake:
        models = list_models(of(fake), fake.key)
    assert [(each.price, each.tools) for each in models] == [(Price(0.3, 1.2), True), (None, False), (None, None)]


@pytest.mark.parametrize(
    ("base_url", "dialect", "url"),
    [
        ("http://h:1/v1", "openai-chat", "http://h:1/v1/models"),
        ("http://h:1", "openai-chat", "http://h:1/v1/models"),
        ("http://h:1/chat/completions", "openai-chat", "http://h:1/models"),
        ("http://h:1/v1?api-version=2", "openai-chat", "http://h:1/v1/models?api-version=2"),
        ("http://h:1", "anthropic", "http://h:1/v1/models"),
        ("http://h:1/anthropic", "anthropic", "http://h:1/anthropic/v1/models"),
    ],
)
def test_the_list_is_beside_the_endpoint(base_url: str, dialect: str, url: str) -> None:
    assert models_url(Provider("x", base_url, dialect=dialect)) == url  # type: ignore[arg-type]


def test_an_old_ollama_is_asked_for_its_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    async def handle(request: HttpRequest) -> Answer:
        return json_answer({"models": [{"name": "qwen3:8b"}]}) if request.path == "/api/tags" else Answer(404)

    with Server(handle) as server:
        monkeypatch.setattr("translators.providers._BY_PORT", {server.port: next(k for k in KNOWN if k.name == "ollama")})
        assert [each.id for each in list_models(Provider("ollama", f"{server.url}/v1"))] == ["qwen3:8b"]


def test_a_refused_key_is_told_and_never_shown(chat: ListingChat) -> None:
    trouble = trouble_with(of(chat), "sk-wrong-key-0123456789")
    assert (trouble.kind, trouble.status) == ("denied", 401)
    assert "the key is refused (401: Incorrect API key provided: ***" in str(trouble)
    assert trouble_with(of(chat)).text.startswith("a key is asked for (401")


def test_nobody_listening_is_told() -> None:
    trouble = trouble_with(Provider("x", f"http://127.0.0.1:{free_port()}/v1"))
    assert trouble.kind == "refused"
    assert "nothing listens at http://127.0.0.1:" in str(trouble)
    assert trouble.hint == "is the server running, and on that port?"


def test_a_host_without_address_is_told() -> None:
    assert trouble_with(Provider("x", "http://nobody.invalid/v1")).kind == "dns"


def test_a_host_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "CONNECT_SECONDS", 0.2)
    with unanswering_port() as port:
        assert trouble_with(Provider("x", f"http://127.0.0.1:{port}/v1")).kind == "timeout"


def test_a_certificate_nobody_knows_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        tls = tls_for("localhost", tmp_path)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, pytest.raises(OSError, match=r".*"):
                tls.wrap_socket(connection, server_side=True)

        thread = threading.Thread(target=serve)
        thread.start()
        trouble = trouble_with(Provider("x", f"https://localhost:{listener.getsockname()[1]}/v1"))
        thread.join()
    assert trouble.kind == "tls"
    assert "SSL_CERT_FILE" in trouble.hint


def test_tls_to_a_server_that_speaks_none_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        trouble = trouble_with(Provider("x", f"https://127.0.0.1:{listener.getsockname()[1]}/v1"))
        thread.join()
    assert (trouble.kind, trouble.hint) == ("tls", "is it `http://`, not `https://`?")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(404, {}, b"<html>no</html>"), "missing"),
        (Answer(200, {}, b"<html>a page</html>"), "nonsense"),
        (Answer(200, {}, b'{"hello": 1}'), "nonsense"),
        (Answer(402, {}, b'{"error": {"message": "no money"}}'), "billing"),
        (Answer(429, {}, b'{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'), "billing"),
        (Answer(403, {}, b'{"error": {"message": "Your account is not active", "code": "billing_not_active"}}'), "billing"),
        (Answer(500, {}, b""), "status"),
    ],
)
def test_each_other_answer_has_its_kind(answer: Answer, kind: str) -> None:
    async def handle(_: HttpRequest) -> Answer:
        return answer

    with Server(handle) as server:
        trouble = trouble_with(Provider("x", f"{server.url}/v1"))
    assert trouble.kind == kind
    assert "<" not in str(trouble)


def test_the_way_leads_through_the_provider_s_proxy_with_its_login(chat: ListingChat) -> None:
    """A proxy is given the whole URL; the fake does not mind."""
    provider = Provider("fake", "http://provider.example/v1", keys=(chat.key,), proxy=Proxy(chat.url, "me:w@rd"))
    assert len(list_models(provider, chat.key)) == 3
    asked = chat.seen[0].request
    assert asked.target == "http://provider.example/v1/models"
    assert asked.header("proxy-authorization") == f"Basic {b64encode(b'me:w@rd').decode()}"


def test_a_proxy_that_is_gone_is_told_with_who_names_it() -> None:
    proxy = Proxy(f"http://127.0.0.1:{free_port()}", source="$HTTP_PROXY")
    trouble = trouble_with(Provider("fake", "http://provider.example/v1", proxy=proxy))
    assert trouble.kind == "proxy"
    assert "$HTTP_PROXY" in trouble.hint


def test_the_environment_is_obeyed_where_the_configuration_is_read_and_nowhere_else(
    chat: ListingChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    assert list_models(of(chat), chat.key)


def test_the_config_s_headers_are_sent(chat: ListingChat) -> None:
    list_models(of(chat, headers={"X-Title": "mine"}), chat.key)
    assert chat.seen[0].request.header("x-title") == "mine"


def test_a_provider_s_words_are_short_and_hold_no_key() -> None:
    said = provider_words(b'{"error": {"message": "bad key my-own-secret-key\\n' + b"x" * 400 + b'"}}', ("my-own-secret-key",))
    assert said.startswith("bad key *** xxx")
    assert len(said) == 200


def test_what_a_fake_saw_was_without_fault(chat: ListingChat) -> None:
    list_models(of(chat), chat.key)
    seen: list[Seen] = chat.seen
    assert [each.request.method for each in seen] == ["GET"]
    assert chat.complaints == []

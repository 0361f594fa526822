"""A recording that can be shared: every flow without secrets, without what tells who the user is, and on request without texts.

Structure, sizes, numbers and the names of tools and models stay, so that it can be read, measured and replayed as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mitmproxy import flow, http

from addon import record
from addon.headers import secrets_in, sounds_secret
from addon.inspect.line import line
from addon.recordings.captured import NoModelCall
from addon.recordings.recording import exchange_of
from addon.replay.kept import ABOUT, RECORDED
from addon.scrub.bodies import given, learn_body, scrub_body
from addon.scrub.texts import Identities, Scrubber, mask

_OURS: Final = (record.KEY, RECORDED, "ccr_tools")
_LOCAL: Final = "127.0.0.1"
# Header fields that name the user's organisation.
_TELLING: Final = frozenset(
    {"anthropic-organization-id", "openai-organization", "openai-project", "x-forwarded-for", "cf-connecting-ip"}
)
_KEPT_WORDS: Final = frozenset(
    """
    version request_id session agent turn kind route provider model asked_model reason candidates usage cost timings status type
    tokens_estimate stop_reason upstream_reason params edited rule id name ms repaired path method
    """.split()  # noqa: SIM905 - one word a line would be a page
)


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """`left_out` counts what is no HTTP flow: nothing is known of what is in it."""

    flows: list[http.HTTPFlow]
    left_out: int
    identities: Identities


def scrub_flows(flows: Iterable[flow.Flow], *, secrets: Iterable[str], prose: bool) -> Scrubbed:
    """`secrets` are known ones, such as the configuration's keys. The flows given are changed."""
    every = list(flows)
    kept = [each for each in every if isinstance(each, http.HTTPFlow) and each.websocket is None]
    identities = Identities(secrets)
    for each in kept:
        _learn(each, identities)
    scrubber = Scrubber(identities, prose=prose)
    for each in kept:
        _scrub(each, scrubber)
    return Scrubbed(kept, len(every) - len(kept), identities)


def _messages(each: http.HTTPFlow) -> Iterator[http.Message]:
    yield each.request
    if each.response is not None:
        yield each.response


def _learn(each: http.HTTPFlow, identities: Identities) -> None:
    for message in _messages(each):
        shown = {name.lower(): value for name, value in message.headers.items() if _is_secret(name)}
        for secret in (*secrets_in(shown), *shown.values()):
            identities.learn_secret(secret)
        learn_body(_text(message) or "", identities)
    for kept in _kept_messages(each):
        learn_body(kept["body"], identities)


def _kept_messages(each: http.HTTPFlow) -> Iterator[dict[str, Any]]:
    """The bodies that the record and the memory of a replay hold beside the flow's own."""
    old = each.metadata.get(RECORDED) or {}
    places = ((record.current(each) or {}, record.BODIES), (old.get("record") or {}, record.BODIES), (old, ("answer",)))
    for holder, names in places:
        yield from (holder[name] for name in names if isinstance(holder.get(name), dict))


def _scrub(each: http.HTTPFlow, scrubber: Scrubber) -> None:
    about = _about(each)
    kept, old = record.current(each), each.metadata.get(RECORDED)
    for message in _messages(each):
        _scrub_message(message, scrubber)
    each.request.path = scrubber.safe(each.request.path)
    each.metadata = {name: each.metadata[name] for name in _OURS if name in each.metadata}
    if kept is not None:
        each.metadata[record.KEY] = _record(kept, scrubber)
        record.share(each)
    elif about:
        each.metadata[ABOUT] = about
    if old is not None:
        answer = old["answer"] and _kept_message(old["answer"], scrubber)
        each.metadata[RECORDED] = {**old, "record": old["record"] and _record(old["record"], scrubber), "answer": answer}
        each.metadata[RECORDED]["url"] = scrubber.safe(old["url"])
    each.comment = line(each.metadata[record.KEY]) if kept is not None else "" if scrubber.prose else scrubber.safe(each.comment)
    if each.error is not None:
        each.error.msg = scrubber.safe(each.error.msg)
    _forget_places(each)


def _about(each: http.HTTPFlow) -> dict[str, str | int]:
    """What is read off texts, and cannot be once they are others."""
    try:
        exchange = exchange_of(each)
    except NoModelCall:
        return {}
    return {"kind": exchange.kind, "turn": exchange.turn, "tokens": exchange.tokens}


def _scrub_message(message: http.Message, scrubber: Scrubber) -> None:
    message.headers = http.Headers(
        [(name, _header(name.decode("latin-1"), value, scrubber)) for name, value in message.headers.fields]
    )
    if message.trailers:
        message.trailers = None
    text = _text(message)
    if text is not None:
        message.content = scrub_body(text, scrubber).encode(errors="surrogateescape")
    elif message.raw_content:
        message.raw_content = b"*" * len(message.raw_content)  # in a coding that cannot be undone


def _header(name: str, value: bytes, scrubber: Scrubber) -> bytes:
    text = value.decode(errors="surrogateescape")
    return (mask(text) if _is_secret(name) else scrubber.safe(text)).encode(errors="surrogateescape")


def _is_secret(name: str) -> bool:
    return sounds_secret(name) or name.lower() in _TELLING


def _text(message: http.Message) -> str | None:
    """The content without its coding; None where there is none, or it cannot be undone."""
    try:
        content = message.get_content()
    except ValueError:
        return None
    return None if content is None else content.decode(errors="surrogateescape")


def _record(kept: Mapping[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    made = {name: _field(value, name, scrubber) for name, value in kept.items() if name not in (*record.BODIES, "tool_calls")}
    for name in record.BODIES:
        if name in kept:
            made[name] = kept[name] and _kept_message(kept[name], scrubber)
    made["tool_calls"] = [
        {**call, "arguments": given(call["arguments"], scrubber), "input": given(call["input"], scrubber)}
        for call in kept["tool_calls"]
    ]
    return made


def _kept_message(message: Mapping[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    headers = {name: mask(value) if _is_secret(name) else scrubber.safe(value) for name, value in message["headers"].items()}
    made = {**message, "headers": headers, "body": scrub_body(message["body"], scrubber)}
    return made | ({"path": scrubber.safe(message["path"])} if "path" in message else {})


def _field(value: Any, name: str, scrubber: Scrubber) -> Any:
    """One of the record's own fields: what the router wrote stays, a message that repeats somebody's words is one of those."""
    match value:
        case str():
            return scrubber.safe(value) if name in _KEPT_WORDS else scrubber.words(value)
        case dict():
            return {key: _field(item, key, scrubber) for key, item in value.items()}
        case list() | tuple():
            return [_field(item, name, scrubber) for item in value]
        case _:
            return value


def _forget_places(each: http.HTTPFlow) -> None:
    """Addresses and certificates of the user's network, and what the flow was before it was changed."""
    each._backup = None  # noqa: SLF001 - reverting would bring back what was taken out
    for connection in (each.client_conn, each.server_conn):
        connection.peername = connection.sockname = (_LOCAL, 0)
        connection.certificate_list = []

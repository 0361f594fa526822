"""`ccr scrub`: a recording's file to another one that can be shared. The source stays as it is, unless it is to be replaced."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmproxy import http
from mitmproxy.io import FlowWriter

from addon.recordings.flow_file import RecordingError, flows_of
from addon.scrub.flows import Scrubbed, scrub_flows


@dataclass(frozen=True, slots=True)
class Written:
    """`broken` says what is wrong with the rest of the source, "" if nothing is."""

    path: Path
    flows: int
    left_out: int
    broken: str


def scrub_file(source: Path, out: Path | None, *, prose: bool, in_place: bool, secrets: Iterable[str]) -> Written:
    """Raises `RecordingError`, before anything is written."""
    target = _target(source, out, in_place=in_place)
    flows, broken = flows_of(source)
    if broken and in_place:
        raise RecordingError(f"{broken.partition(';')[0]}; hint: without --in-place, what is readable goes to a new file")
    try:
        scrubbed = scrub_flows(flows, secrets=secrets, prose=prose)
    except ValueError as error:
        raise RecordingError(f"`{source}`: {error}") from error
    _check(scrubbed, source)
    _write(scrubbed.flows, target, replace=in_place)
    return Written(target, len(scrubbed.flows), scrubbed.left_out, broken)


def _target(source: Path, out: Path | None, *, in_place: bool) -> Path:
    if in_place:
        if out is not None:
            raise RecordingError("--in-place and --out exclude each other; hint: say one of them")
        return source
    target = out or source.with_name(f"{source.stem}.scrubbed{source.suffix or '.flows'}")
    if target.exists():
        same = source.exists() and target.samefile(source)
        hint = "--in-place replaces the recording itself" if same else "name another file with --out"
        raise RecordingError(f"`{target}` is there already; hint: {hint}")
    return target


def _check(scrubbed: Scrubbed, source: Path) -> None:
    """A secret that is left would be shared."""
    secrets = [secret.encode() for secret in scrubbed.identities.secrets]
    for flow in scrubbed.flows:
        held = b"\0".join(_bytes(flow.get_state()))
        held += b"\0".join(message.get_content(strict=False) or b"" for message in (flow.request, flow.response) if message)
        if any(secret in held for secret in secrets):
            raise RecordingError(f"`{source}`: a secret could not be taken out of flow {flow.id}, so nothing was written")


def _bytes(value: object) -> Iterable[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, str):
        yield value.encode(errors="surrogatepass")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from (*_bytes(name), *_bytes(item))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _bytes(item)


def _write(flows: Sequence[http.HTTPFlow], target: Path, *, replace: bool) -> None:
    """Whole or not at all, and only to where nothing is unless that is to be replaced."""
    name = ""
    try:
        descriptor, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=".scrub-")
        with os.fdopen(descriptor, "wb") as file:
            writer = FlowWriter(file)
            for flow in flows:
                writer.add(flow)
        if replace:
            Path(name).replace(target)
        else:
            os.link(name, target)
            Path(name).unlink()
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        raise RecordingError(f"`{target}` cannot be written: {error.strerror}") from error

"""The flows of a file that mitmproxy wrote."""

from __future__ import annotations

from pathlib import Path

from mitmproxy import flow
from mitmproxy.io import FlowReader

_HAR = (b"{", b"\xef\xbb\xbf{")


class RecordingError(Exception):
    """A file is no recording, or cannot be used as it was asked for. The message is for people, with a hint."""


def flows_of(path: Path) -> tuple[list[flow.Flow], str]:
    """The flows, and what is wrong with the rest of the file: "" if all of it was read. Raises `RecordingError`."""
    try:
        with path.open("rb") as file:
            head = file.peek(4)
            _check(path, head)
            return _read(path, FlowReader(file))
    except IsADirectoryError:
        raise RecordingError(f"`{path}` is a directory; hint: name a file that `mitmdump -w` wrote") from None
    except FileNotFoundError:
        raise RecordingError(f"`{path}` does not exist; hint: `ccr record` or `mitmdump -w FILE` makes one") from None
    except OSError as error:
        raise RecordingError(f"`{path}` cannot be read: {error.strerror or error}") from error


def _check(path: Path, head: bytes) -> None:
    if not head:
        raise RecordingError(f"`{path}` is empty: nothing was recorded in it; hint: flows are written as they end")
    if head.startswith(_HAR):
        hint = "a HAR file becomes one with `mitmdump -n -r FILE.har -w FILE.flows`"
        raise RecordingError(f"`{path}` is JSON, not a file of mitmproxy's flows; hint: {hint}")


def _read(path: Path, reader: FlowReader) -> tuple[list[flow.Flow], str]:
    flows: list[flow.Flow] = []
    try:
        flows.extend(reader.stream())
    except Exception as error:  # the reader raises whatever the bytes lead it to
        why = str(error) if "version" in str(error) else "its end is missing or is no flow"
        if not flows:
            hint = "recordings are what `ccr record` and `mitmdump -w FILE` write"
            raise RecordingError(
                f"`{path}` is not a file of mitmproxy's flows, or a damaged one ({why}); hint: {hint}"
            ) from error
        return flows, f"`{path}` is damaged after {_counted(len(flows), 'flow')} ({why}); what was readable is used"
    return flows, ""


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

"""Takes secrets out of texts that people or logs will see."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "***"
# A shorter "secret" (a placeholder such as `x` for a local server) would tear up ordinary words.
SHORTEST_SECRET = 8

# What keys look like, by their public prefixes, and the places keys stand in.
_KEY_SHAPES = re.compile(
    r"""
      \b(?:sk|pk|rk)[-_][\w\-*.]{6,}                  # OpenAI, Anthropic, DeepSeek, OpenRouter and others
    | \b(?:gsk_|xai-|hf_|r8_|nvapi-|csk-|fw_|pplx-|tgp_v1_|gh[pousr]_|AIza|AKIA|ASIA|ya29\.)[\w\-*.]{8,}
    | \beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?          # JSON web tokens
    | (?<=://)[^\s/@:]*:[^\s/@]+(?=@)                 # user:password in a URL
    | (?i:(?<=\bbearer\s)|(?<=\bbasic\s))[\w\-.~+/=*]{8,}
    | (?i:(?:(?<=[?&;]key=)|(?<=api[-_]key=)|(?<=apikey=)|(?<=token=)|(?<=api[-_]key:\s)|(?<=secret=)))
      (?!\$\{?[A-Z][A-Z0-9_]*\b)[^\s&"'`,;]{4,}         # but no name of a variable, such as `api_key: $NAME`
    """,
    re.VERBOSE,
)


def hide(text: str, secrets: Iterable[str]) -> str:
    """The text with each of the secrets replaced by `MASK`.

    Those shorter than `SHORTEST_SECRET` are left: they cannot be told from ordinary text.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    return text


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the secrets, as `hide` leaves it, and without whatever has the shape of a key."""
    return _KEY_SHAPES.sub(MASK, hide(text, secrets))


def blanked(text: str) -> str:
    """The text with as many asterisks as it has characters for whatever has the shape of a key: it keeps its length."""
    return _KEY_SHAPES.sub(lambda found: "*" * len(found[0]), text)

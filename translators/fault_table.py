"""What providers' statuses and codes mean in Anthropic's terms. Tables, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from translators.errors import ErrorType, FaultKind


class Shape(NamedTuple):
    """What the client is answered with, and the kind for the host."""

    kind: FaultKind
    type: ErrorType
    status: int


# https://docs.anthropic.com/en/api/errors has the types; the client repeats a 401, hides a 404's text, and knows 529.
_SHAPES: dict[int, Shape] = {
    400: Shape("request", "invalid_request_error", 400),
    401: Shape("credential", "permission_error", 403),
    402: Shape("billing", "billing_error", 402),
    403: Shape("credential", "permission_error", 403),
    404: Shape("server", "not_found_error", 404),  # not of the model: a wrong path, which says nothing about the request
    408: Shape("timeout", "api_error", 504),
    409: Shape("server", "api_error", 502),
    413: Shape("context", "request_too_large", 413),
    422: Shape("request", "invalid_request_error", 400),
    429: Shape("rate", "rate_limit_error", 429),
    500: Shape("server", "api_error", 500),
    502: Shape("server", "api_error", 502),
    503: Shape("overloaded", "overloaded_error", 529),
    504: Shape("timeout", "api_error", 504),
    522: Shape("timeout", "api_error", 504),  # Cloudflare: the connection to the origin timed out
    524: Shape("timeout", "api_error", 504),  # Cloudflare: the origin did not answer in time
    529: Shape("overloaded", "overloaded_error", 529),
}
_OTHER_CLIENT_ERROR = Shape("request", "invalid_request_error", 400)
_OTHER = Shape("server", "api_error", 502)

# Codes, types and statuses in words: Anthropic, OpenAI, Google (google.rpc.Code), AWS, DashScope, Moonshot.
_STATUS_OF_WORD: dict[str, int] = {
    "invalid_request_error": 400, "bad_request": 400, "badrequesterror": 400, "invalid_argument": 400, "failed_precondition": 400,
    "out_of_range": 400, "validationexception": 400, "invalidparameter": 400, "invalid_parameter": 400, "invalid_prompt": 400,
    "invalid_api_key": 401, "authentication_error": 401, "unauthenticated": 401, "unauthorized": 401, "invalidapikey": 401,
    "incorrect_api_key": 401, "invalid_authentication_error": 401, "incorrect_api_key_error": 401,
    "billing_error": 402, "payment_required": 402, "insufficient_balance": 402, "arrearage": 402, "insufficient_credits": 402,
    "permission_error": 403, "permission_denied": 403, "access_denied": 403, "accessdeniedexception": 403, "forbidden": 403,
    "permission_denied_error": 403,
    "not_found": 404, "not_found_error": 404, "model_not_found": 404, "resourcenotfoundexception": 404, "modelnotfound": 404,
    "resource_not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429, "rate_limit_exceeded": 429, "rate_limit": 429, "too_many_requests": 429, "resource_exhausted": 429,
    "throttlingexception": 429, "throttling": 429, "throttling.ratequota": 429, "insufficient_quota": 429,
    "exceeded_current_quota_error": 429, "rate_limit_reached_error": 429, "limit_requests": 429, "limit_burst_rate": 429,
    "server_error": 500, "api_error": 500, "internal": 500, "internal_error": 500, "internal_server_error": 500,
    "internalservererror": 500, "internalerror": 500, "unknown": 500,
    "unavailable": 503, "service_unavailable": 503, "serviceunavailableexception": 503, "engine_overloaded_error": 503,
    "overloaded_error": 529, "overloaded": 529, "modelnotreadyexception": 503,
    "timeout": 504, "timeout_error": 504, "deadline_exceeded": 504, "request_timeout": 504,
}  # fmt: skip

# MiniMax: https://platform.minimax.io/docs/api-reference/errorcode (in `base_resp.status_code`, with HTTP 200).
_STATUS_OF_MINIMAX = {
    1000: 500, 1001: 504, 1002: 429, 1004: 401, 1008: 402, 1013: 500, 1024: 500, 1026: 400, 1027: 400, 1033: 500, 1039: 429,
    1041: 429, 1042: 400, 1043: 400, 1044: 400, 2013: 400, 2045: 429, 2048: 400, 2049: 401, 2056: 429,
}  # fmt: skip
# Z.AI / GLM: https://docs.z.ai/api-reference/api-code (in `error.code`, beside an HTTP status or inside a stream).
_STATUS_OF_GLM = {
    "1000": 401, "1001": 401, "1002": 401, "1003": 401, "1004": 401, "1110": 403, "1111": 403, "1112": 403, "1113": 402,
    "1120": 500, "1121": 403, "1210": 400, "1211": 404, "1212": 400, "1213": 400, "1214": 400, "1215": 400, "1220": 403,
    "1221": 404, "1222": 404, "1230": 500, "1231": 400, "1234": 502, "1261": 400, "1300": 400, "1301": 400, "1302": 429,
    "1303": 429, "1304": 429, "1305": 503, "1308": 429, "1309": 402, "1310": 429, "1311": 403, "1312": 503, "1313": 429,
}  # fmt: skip

_HTTP_ERROR = re.compile("[45][0-9][0-9]")
_RATE_WORDS = re.compile(
    r"rate.?limit|too many requests|tokens? per (?:min|day)|requests? per (?:min|day)|throttl|\btpm\b|\brpm\b", re.IGNORECASE
)
_OVERLOADED_WORDS = re.compile(
    r"overloaded|over capacity|at capacity|temporarily unavailable|no healthy upstream|service unavailable", re.IGNORECASE
)
_KEY_CODES = frozenset({"api_key_invalid", "invalid_api_key", "incorrect_api_key", "invalidapikey"})
_KEY_WORDS = re.compile(r"\bapi.key (?:is )?(?:not valid|invalid)|(?:invalid|incorrect) api.key", re.IGNORECASE)
_MONEY_CODES = frozenset({
    "insufficient_quota", "exceeded_current_quota_error", "insufficient_balance", "arrearage", "billing_error",
    "insufficient_credits", "payment_required", "billing_not_active", "1113", "1309",
})  # fmt: skip
_MONEY_WORDS = re.compile(
    r"insufficient (?:account )?(?:balance|credits?|funds|quota)|credit balance is too low|out of credits|not enough credits"
    r"|more credits are required|billing (?:hard )?limit|account is in arrears|overdue payment|余额不足|欠费",
    re.IGNORECASE,
)
_MODEL_CODES = frozenset(
    {"model_not_found", "model_not_exist", "modelnotfound", "invalid_model", "unknown_model", "model_not_supported", "1211"}
)
_MODEL_WORDS = re.compile(
    r"""
      model[^.;]{0,120}?(?:
          \ (?:does|do)(?:\ not|n't)\ exist | \ not\ (?:exist|found|available)\b | \bis\ unknown
        | \ is\ not\ (?:a\ valid\ model|available|supported)
        | \ (?:has\ been|is)\ (?:deprecated|decommissioned|removed|retired)
      )
    | (?:unknown|invalid|no\ such|unsupported|nonexistent|not\ a\ valid|unrecognized)\ model
    | invalid\ model\ name
    | not\ found\ the\ model                 # Kimi
    | unable\ to\ access\ model              # Together
    | (?:can't|cannot|could\ not)\ find\ (?:the\ )?model
    | no\ endpoints\ found                   # OpenRouter
    | no\ models?\ loaded                    # LM Studio
    | 模型不存在 | 模型.{0,20}不存在           # GLM
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Anthropic's own words for a model that it does not know, with `not_found_error`: `model: claude-opus-9`. What it says of the
# field, such as `model: Field required`, has more words and another type.
_MODEL_OF_ANTHROPIC = re.compile(r"model: ?\S+$")
_NOT_OF_THE_MODEL = re.compile(
    r"(?:tool|function|file|image|parameter|feature|role|prompt caching)\b.{0,40}not (?:found|supported|available|exist)",
    re.IGNORECASE,
)


def shape_of(status: int) -> Shape:
    """How the client is answered when a provider answered with `status`."""
    if status in _SHAPES:
        return _SHAPES[status]
    return _OTHER_CLIENT_ERROR if 400 <= status < 500 else _OTHER


def status_of_error(text: str, codes: Sequence[str], objects: Sequence[Mapping[str, Any]]) -> int:
    """The HTTP status that an error without one would have had; 500 if nothing tells."""
    for item in objects:
        code = item.get("status_code") if "status_msg" in item else None
        if isinstance(code, int) and code in _STATUS_OF_MINIMAX:
            return _STATUS_OF_MINIMAX[code]
    for code in codes:
        if _HTTP_ERROR.fullmatch(code):
            return int(code)
        if status := _STATUS_OF_GLM.get(code) or _STATUS_OF_WORD.get(code):
            return _told_in_words(text, codes) or status if status in (400, 500) else status
    return _told_in_words(text, codes) or 500


def _told_in_words(text: str, codes: Sequence[str]) -> int | None:
    """What a code that fits everything (`server_error`, `invalid_request_error`) leaves to the message to say."""
    known = [status for code in codes if (status := _STATUS_OF_WORD.get(code)) and status not in (400, 500)]
    if known:
        return known[0]
    if _MONEY_WORDS.search(text):
        return 402
    if _RATE_WORDS.search(text):
        return 429
    return 529 if _OVERLOADED_WORDS.search(text) else None


def is_about_rate(text: str, codes: Sequence[str]) -> bool:
    """Whether a limit over time is meant, as where Groq answers 413 for a request above the tokens per minute."""
    return "rate_limit_exceeded" in codes or _RATE_WORDS.search(text) is not None


def is_about_key(text: str, codes: Sequence[str]) -> bool:
    """Whether the key is refused with a 400, as Gemini's servers do."""
    return not _KEY_CODES.isdisjoint(codes) or _KEY_WORDS.search(text) is not None


def is_about_money(text: str, codes: Sequence[str]) -> bool:
    return not _MONEY_CODES.isdisjoint(codes) or _MONEY_WORDS.search(text) is not None


def is_about_model(text: str, codes: Sequence[str]) -> bool:
    """Whether the provider does not know the model, which they tell with 400 or 404 and many words."""
    if not _MODEL_CODES.isdisjoint(codes) or ("not_found_error" in codes and _MODEL_OF_ANTHROPIC.match(text)):
        return True
    return _MODEL_WORDS.search(text) is not None and _NOT_OF_THE_MODEL.search(text) is None

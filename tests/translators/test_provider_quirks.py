from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from translators.provider_quirks import PROVIDERS
from translators.providers import KNOWN
from translators.quirks import Quirks, apply_quirks, quirks_for

type Body = dict[str, Any]


@pytest.mark.parametrize(("name", "facts"), PROVIDERS.items())
def test_what_the_table_says_of_a_provider_is_legal(name: str, facts: Body) -> None:
    assert name in {known.name for known in KNOWN}
    assert apply_quirks(Quirks(), facts) == replace(Quirks(), **facts)


def test_the_url_tells_more_than_the_name() -> None:
    assert quirks_for("openai", "https://api.mistral.ai/v1", "x").tool_ids == "alnum9"
    assert quirks_for("mine", "http://127.0.0.1:11434/v1", "x").json_schema == "schema"

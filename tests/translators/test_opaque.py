from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.opaque import is_ours, seal, unseal

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT, lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner)
)


@given(st.dictionaries(_TEXT, _JSON))
def test_what_was_sealed_is_unsealed(payload: dict[str, object]) -> None:
    signature = seal(payload)
    assert is_ours(signature)
    assert signature.isascii()
    assert not set(signature) & set("+/= ")
    assert unseal(signature) == payload


@pytest.mark.parametrize("signature", ["", "ErUBCkYIBRgCIkA", "ccr1", "ccr2.e30", None, 7, {}])
def test_anything_without_our_mark_is_not_ours(signature: object) -> None:
    assert not is_ours(signature)
    assert unseal(signature) is None


@pytest.mark.parametrize("rest", ["", "e3", "e30x!", "é", "\ud800", "W10", "bm9uc2Vuc2U"])
def test_a_damaged_signature_is_still_ours_but_holds_nothing(rest: str) -> None:
    assert is_ours("ccr1." + rest)
    assert unseal("ccr1." + rest) is None


@given(st.text())
def test_unsealing_never_raises(text: str) -> None:
    unseal(text)
    unseal("ccr1." + text)

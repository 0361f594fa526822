from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from translators.anthropic.splice import set_value

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT | st.just("model"),
    lambda inner: st.lists(inner) | st.dictionaries(_TEXT | st.just("model"), inner),
    max_leaves=10,
)
_MARK = "\ue000MARK"


_STYLE = st.fixed_dictionaries({"ensure_ascii": st.booleans(), "indent": st.sampled_from([None, 1, "\t"])})


@given(st.dictionaries(_TEXT, _JSON), st.integers(0, 5), _TEXT, _TEXT, _STYLE)
def test_only_the_model_changes_wherever_it_stands(
    body: dict[str, Any], place: int, old: str, new: str, style: dict[str, Any]
) -> None:
    members = [item for item in body.items() if item[0] != "model"]
    members.insert(place, ("model", old))
    changed = set_value(json.dumps(dict(members), **style).encode(), ("model",), new)
    assert from_json(changed) == {**dict(members), "model": new}
    # Every other byte is the same: the one difference is what stands for the model.
    before, after = json.dumps({**dict(members), "model": _MARK}, **style).split(json.dumps(_MARK, **style))
    assert changed.startswith(before.encode())
    assert changed.endswith(after.encode())


@pytest.mark.parametrize(
    ("raw", "changed"),
    [
        ('{"model":"a"}', '{"model":"NEW"}'),
        ('{"model":"a","x":1}', '{"model":"NEW","x":1}'),
        (' {\n "model" : "a"\t}\r\n', ' {\n "model" : "NEW"\t}\r\n'),
        ('{"x":{"model":"a"},"model":"b"}', '{"x":{"model":"a"},"model":"NEW"}'),
        ('{"x":"\\"model\\":\\"a\\"","model":"b"}', '{"x":"\\"model\\":\\"a\\"","model":"NEW"}'),
        ('{"x":"model","model":"b"}', '{"x":"model","model":"NEW"}'),
        ('{"model":"a","x":["model",{"model":2}]}', '{"model":"NEW","x":["model",{"model":2}]}'),
        ('{"m\\u006fdel":"a"}', '{"m\\u006fdel":"NEW"}'),
        ('{"model":"a","m\\u006fdel":"b"}', '{"model":"NEW","m\\u006fdel":"NEW"}'),
        ('{"model":"a","model":"b"}', '{"model":"NEW","model":"NEW"}'),
        ('{"model":"a\\"b\\\\"}', '{"model":"NEW"}'),
        ('{"n":1e999,"i":' + "9" * 5000 + ',"model":"a"}', '{"n":1e999,"i":' + "9" * 5000 + ',"model":"NEW"}'),
        ('{"é":"\U0001f680","model":"ü"}', '{"é":"\U0001f680","model":"NEW"}'),
    ],
)
def test_the_model_is_found_however_it_is_written(raw: str, changed: str) -> None:
    assert set_value(raw.encode(), ("model",), "NEW").decode() == changed


def test_a_value_further_in_is_found_by_its_path() -> None:
    raw = b'{"type":"message_start","model":"x","message":{"id":"a","model":"b","content":[{"model":"c"}]}}'
    assert set_value(raw, ("message", "model"), "NEW") == raw.replace(b'"b"', b'"NEW"')


def test_the_new_value_is_written_as_json() -> None:
    assert set_value(b'{"model":"a"}', ("model",), 'q"\\ü') == '{"model":"q\\"\\\\ü"}'.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b'{"x":1}',
        b'{"model" "a"}',
        b'{"x":1 "model":"a"}',
        b'{"x":}',
        b'{"x',
        b"\xff",
        b'{"message":1}',
        b'"model"',
    ],
)
def test_what_has_no_such_value_is_an_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        set_value(raw, ("message", "model"), "NEW")
    with pytest.raises(ValueError, match=r".+"):
        set_value(raw, ("model",), "NEW")

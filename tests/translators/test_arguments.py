from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.arguments import Scanner, Settled, dumps, is_beginning, settle


def scanned(*pieces: str) -> Scanner:
    scanner = Scanner()
    for piece in pieces:
        scanner.feed(piece)
    return scanner


def settled(text: str) -> Settled | None:
    return settle(text, scanned(text))


@pytest.mark.parametrize("text", ["", "  ", "null", '""', '" "'])
def test_no_arguments_are_an_empty_object(text: str) -> None:
    assert settled(text) == Settled("{}")


@pytest.mark.parametrize("text", ["{}", '{"a": [1, {"b": "}"}]}', '{"a":"\\u00e9\\"\\\\"}', '{ "n": 1.50 }'])
def test_good_arguments_stay_as_they_are_to_the_letter(text: str) -> None:
    assert settled(f" {text}\n") == Settled(text)


REPAIRED: list[tuple[str, Any]] = [
    ('{"a": 1,}', {"a": 1}),
    ("{'a': True, 'b': None}", {"a": True, "b": None}),
    ('{a: "b"}', {"a": "b"}),
    ('{"a": "b"', {"a": "b"}),
    ('{"a": {"b": "c"}', {"a": {"b": "c"}}),
    ('{"a": ["b", "c"', {"a": ["b", "c"]}),
    ('{"a": ["b", "c",', {"a": ["b", "c"]}),
    ('```json\n{"a": 1}\n```', {"a": 1}),
    ('{"a": 1}}', {"a": 1}),
    ('{"a": NaN}', {"a": "NaN"}),
    ('"{\\"a\\": 1}"', {"a": 1}),
    ('{"a": "line one\nline two\n\ttail\n"}', {"a": "line one\nline two\n\ttail\n"}),
    ('{"a": "half a \\ud83d character"}', {"a": "half a \ufffd character"}),
]


@pytest.mark.parametrize(("text", "value"), REPAIRED)
def test_what_is_only_miswritten_is_mended(text: str, value: Any) -> None:
    found = settled(text)
    assert found
    assert found.repaired
    assert json.loads(found.json) == value


UNUSABLE = [
    '{"command": "rm -rf /',  # cut inside a string
    '{"command": "echo \\',  # and behind a backslash
    '{"timeout": 12',  # 12 or 120?
    '{"force": tru',
    '{"a": "b", "c":',  # before a value
    '{"a": "b", "c"',  # behind a key
    '{"a',
    '{"a": [',
    "{",
    'He said "so": {"command": "rm -rf /',
    '"x" {"command": "rm -rf /',
    "[1, 2]",
    '["a"',
    '"just text"',
    "just text",
    "7",
    "true",
    "{just text}",
    '{"a":1}{"b":2}',
    '{"a":' * 300 + "1" + "}" * 300,
    '{"a":' * 100_000,
    '{"a":' * 100_000 + "}" * 100_000,
    '{"a": 1e999,}',
    '"' + '{\\"a\\":' * 5 + '"',
]


@pytest.mark.parametrize("text", UNUSABLE, ids=lambda text: text[:30])
def test_nothing_is_made_up_for_what_was_cut_off_or_is_no_object(text: str) -> None:
    assert settled(text) is None


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("{}", True),
        ('{"a"', False),
        ('{"a": "}"', False),
        ('{"a": "\\"}"}', True),
        ("[]", True),
        ('"a"', True),
        ("nul", False),
        ("}", False),
    ],
)
def test_completeness_is_seen_from_structure(text: str, complete: bool) -> None:
    assert scanned(text).complete is complete


def test_what_follows_a_complete_value_is_seen() -> None:
    assert not scanned("{} \n").trailing
    assert scanned("{} }").trailing
    assert scanned("{}x").trailing
    second = scanned('{}{"a"')
    assert second.trailing
    assert not second.complete


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
objects = st.dictionaries(st.text(), values, max_size=4)


@given(objects, st.booleans(), st.data())
def test_an_object_is_complete_at_its_last_character_and_never_before(value: Any, ascii_only: bool, data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=data.draw(st.sampled_from([None, 1])))
    for end in range(len(text)):
        assert not scanned(text[:end]).complete
    assert scanned(text).complete
    assert settled(text) == Settled(text)


@given(st.text(alphabet='{}[]",:\\ ab1\n'), st.data())
def test_how_a_text_is_cut_is_invisible(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    whole = vars(scanned(text))
    assert vars(scanned(text[:cut], text[cut:])) == whole
    assert vars(scanned(*text)) == whole


@given(objects, st.data())
def test_a_cut_never_changes_a_value_that_is_kept(value: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(value)
    found = settled(text[: data.draw(st.integers(1, len(text)))])
    if found:
        for key, kept in json.loads(found.json).items():
            assert is_part_of(kept, value[key])


def is_part_of(kept: Any, value: Any) -> bool:
    """Whether containers only lack their ends."""
    if isinstance(value, dict) and isinstance(kept, dict):
        return all(is_part_of(kept[key], value[key]) for key in kept)
    if isinstance(value, list) and isinstance(kept, list):
        return len(kept) <= len(value) and all(map(is_part_of, kept, value))
    return bool(kept == value)


@given(st.text())
def test_settling_never_raises_and_gives_only_objects(text: str) -> None:
    found = settled(text)
    assert found is None or isinstance(json.loads(found.json), dict)


@pytest.mark.parametrize("text", ["{", '{"a', '{"a": ', '{"a": {"b": [1', "{}", ' {"a": 1}'])
def test_the_beginning_of_an_object_is_known(text: str) -> None:
    assert is_beginning(text)


@pytest.mark.parametrize("text", ["", " ", "[", '"a"', "{{", '{"a": {"a" x', "{} {", '{"a": 1}}', '{"a":NaN'])
def test_what_cannot_become_an_object_is_known(text: str) -> None:
    assert not is_beginning(text)


def test_json_that_is_written_can_be_read_by_all() -> None:
    assert dumps({"é": "\ud83d\ude00 \udc00"}) == '{"é":"😀 \ufffd"}'
    with pytest.raises(ValueError, match="JSON"):
        dumps(float("nan"))


def test_scanning_takes_linear_time() -> None:
    def seconds(size: int) -> float:
        text = '{"a":"' + "x\\n" * size
        start = time.perf_counter()
        scanner = Scanner()
        for at in range(0, len(text), 2):
            scanner.feed(text[at : at + 2])
        return time.perf_counter() - start

    seconds(1000)
    assert seconds(160_000) < 32 * max(seconds(20_000), 0.001)


# Whatever a string of a file's content may hold and a repair may lose: line ends and white space at its ends, quotes, brackets.
exact = st.text(st.sampled_from("ab \n\t\r\f\b\\\"'{}[],:/#é日"), max_size=12)
FAULTS: list[Any] = [
    lambda text: text[:-1],  # the last bracket is missing
    lambda text: text[:-1] + ",}",
    lambda text: text[:-1] + ", mode: 'w'}",
    lambda text: text[:-1] + ", 'done': True,}",
    lambda text: f"```json\n{text[:-1]},}}\n```",
    lambda text: text.replace('": "', "': \"", 1).replace('"', "'", 1),  # the first key in single quotes
]


@given(st.dictionaries(st.sampled_from(["path", "content", "old", "new"]), exact, min_size=1), st.sampled_from(FAULTS))
def test_a_repair_keeps_every_whole_string_to_the_letter(arguments: dict[str, str], fault: Any) -> None:
    found = settled(fault(json.dumps(arguments)))
    assert found is not None
    read = json.loads(found.json)
    assert {name: read[name] for name in arguments} == arguments


@given(st.dictionaries(st.sampled_from(["path", "content", "edits"]), exact | st.lists(exact), min_size=1), st.data())
def test_of_arguments_that_break_off_every_whole_string_is_kept_or_nothing_is(arguments: dict[str, Any], data: Any) -> None:
    text = json.dumps(arguments)
    cut = text[: data.draw(st.integers(1, len(text)))]
    found = settled(cut)
    if found is None:
        return
    read = json.loads(found.json)
    for name, value in read.items():
        whole = arguments[name]
        assert value == whole or value == whole[: len(value)]
        assert isinstance(value, list) or value == whole


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"content": "# App\\n\\n    make run\\n", "mode": \'w\',}', {"content": "# App\n\n    make run\n", "mode": "w"}),
        ('{"content": "line\n", "mode": \'w\',}', {"content": "line\n", "mode": "w"}),
        ("{'content': 'it\\'s \"here\"\\n'}", {"content": 'it\'s "here"\n'}),
        ('{"a": "page\\f", b: 2}', {"a": "page\f", "b": 2}),
        ('{"a": "x\\n" "b": 1}', {"a": "x\n", "b": 1}),
        ('{"\ue000": "\ue000x\\n", b: 1}', {"\ue000": "\ue000x\n", "b": 1}),
        ('{"a": "say "hi" now", "b": "c\\n",}', {"a": 'say "hi" now', "b": "c\n"}),
        ('{"a": ["x\\n", "y\\n" "z\\n"], b: "\\q\\n"}', {"a": ["x\n", "y\n", "z\n"], "b": "\\q"}),
    ],
)
def test_a_repair_loses_nothing_at_a_strings_end(text: str, value: Any) -> None:
    found = settled(text)
    assert found is not None
    assert found.repaired
    assert json.loads(found.json) == value


def test_a_text_with_no_character_to_spare_is_not_repaired() -> None:
    every = "".join(map(chr, range(0xE000, 0xF900)))
    assert settled(f'{{"a": "{every}", b: 1}}') is None

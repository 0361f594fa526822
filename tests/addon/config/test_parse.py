from __future__ import annotations

import pytest

from addon.config.errors import ConfigError
from addon.config.parse import MAX_CHARACTERS, parse

DEEP_HINT = "hint: a configuration is a few levels deep; look for an alias that contains itself"


def said(text: str, source: str = "x.yaml") -> str:
    with pytest.raises(ConfigError) as raised:
        parse(text, source)
    return str(raised.value)


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("12:30", "12:30"),
        ("2024-08-06", "2024-08-06"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("~", None),
        ("null", None),
        ("", None),
        ("-7", -7),
        ("1_000", "1_000"),
        ("!!str 12", "12"),
        ("'12'", "12"),
    ],
)
def test_yaml_scalars_are_what_they_look_like(scalar: str, value: object) -> None:
    tree = parse(f"key: {scalar}", "x.yaml").tree
    assert tree == {"key": value}
    assert type(tree["key"]) is type(value)


def test_keys_that_yaml_1_1_took_for_booleans_or_numbers_are_words() -> None:
    assert parse("on: 1\nno: 2\n1.50: 3\n3: 4", "x.yaml").tree == {"on": 1, "no": 2, "1.50": 3, "3": 4}


def test_places_count_lines_and_columns_from_one() -> None:
    places = parse("a: 1\nb:\n  - c: 2\n", "x.yaml").places
    assert places["a",] == (1, 1)
    assert places["b",] == (2, 1)
    assert places["b", 0] == (3, 5)
    assert places["b", 0, "c"] == (3, 5)


def test_anchors_and_merge_keys_work() -> None:
    text = "base: &base {a: 1, b: 2}\nother: {<<: *base, b: 3}\nmany: {<<: [{a: 5}, *base]}"
    assert parse(text, "x.yaml").tree == {"base": {"a": 1, "b": 2}, "other": {"a": 1, "b": 3}, "many": {"a": 5, "b": 2}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "x.yaml:2:1: the key `a` is given twice\nhint: keep one of the two"),
        ("b:\n  a: 1\n  a: 2", "x.yaml:3:3: the key `a` is given twice\nhint: keep one of the two"),
        (
            "? [a]\n: 1",
            "x.yaml:1:3: a key is a list or a mapping\nhint: keys are words; quote a text that begins with `{` or `[`",
        ),
        ("a: !x 1", "x.yaml:1:4: the tag `!x` is not supported\nhint: remove the tag; quote a text that begins with `!`"),
        ("a: {<<: 3}", "x.yaml:1:9: `<<` is given something that is not a mapping\nhint: write `<<: *anchor`"),
        ("", "x.yaml: is empty, not a mapping\nhint: start with keys such as `providers:` and `router:`"),
        ("# nothing", "x.yaml: is empty, not a mapping\nhint: start with keys such as `providers:` and `router:`"),
        ("- a", "x.yaml: is a list, not a mapping\nhint: start with keys such as `providers:` and `router:`"),
        ("just text", "x.yaml: is a single value, not a mapping\nhint: start with keys such as `providers:` and `router:`"),
        ("a: &x [*x]", f"x.yaml: is nested too deeply\n{DEEP_HINT}"),
        ("[" * 3000, f"x.yaml: is nested too deeply\n{DEEP_HINT}"),
        ("a: " + "[" * 100 + "]" * 100, f"x.yaml: is nested too deeply\n{DEEP_HINT}"),
        ("a: " + "1" * 5000, "x.yaml:1:4: holds a number of thousands of digits\nhint: quote it, if it is no number"),
        (
            "a: 1\nb: x\x07",
            "x.yaml:2:5: is not YAML: the character U+0007 is not allowed\nhint: remove it; it may not be seen in an editor",
        ),
    ],
)
def test_what_is_wrong_with_yaml_is_said_with_its_place(text: str, message: str) -> None:
    assert said(text) == message


@pytest.mark.parametrize("tag", ["python/object:os.system", "python/name:os.system", "set"])
def test_yaml_makes_no_objects(tag: str) -> None:
    assert f"the tag `{tag}` is not supported" in said(f"a: !!{tag} {{}}")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("\ta: 1", "x.yaml:1:1: is not YAML: found character '\\t' that cannot start any token\nhint: indent with spaces"),
        ("a: b: c", "x.yaml:1:5: is not YAML: mapping values are not allowed here\nhint: "),
        ("a: [1", "x.yaml:1:6: is not YAML: expected ',' or ']', but got '<stream end>'\nhint: "),
        ("a: *u", "x.yaml:1:4: is not YAML: found undefined alias 'u'\nhint: "),
        ("a: 1\n---\nb: 2", "x.yaml:2:1: is not YAML: a second document begins\nhint: remove the `---`"),
        (
            "b: 1\na: 'x\nc: 1\n",
            "x.yaml:4:1: is not YAML: found unexpected end of stream; what is open there began in line 2, column 4\nhint: ",
        ),
        (
            "a: {b: 1\nc: 2",
            "x.yaml:2:2: is not YAML: expected ',' or '}', but got ':'; what is open there began in line 1, column 4\nhint: ",
        ),
    ],
)
def test_broken_yaml_is_said_with_line_and_column(text: str, start: str) -> None:
    assert said(text).startswith(start)


def test_aliases_cannot_multiply_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "holds more than `50000` values\nhint: look for aliases that multiply each other" in said("\n".join(lines))


def test_json5_has_comments_trailing_commas_and_bare_keys() -> None:
    text = "// one\n{a: 1, /* two */ 'b': [0x10, +1, .5,], \"c\": 'x',}"
    assert parse(text, "x.json").tree == {"a": 1, "b": [16, 1, 0.5], "c": "x"}


@pytest.mark.parametrize("source", ["x", "x.conf", "config"])
def test_a_file_of_another_name_is_read_as_what_it_looks_like(source: str) -> None:
    assert parse("// c\n{a: 1,}", source).tree == {"a": 1}
    assert parse("# c\na: 1", source).tree == {"a": 1}


JSON_HINT = "hint: the file is read as JSON5: comments and trailing commas are fine, a missing comma or quote is not"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,\n "b": }', f'x.json:2:7: is not JSON: unexpected "}}"\n{JSON_HINT}'),
        ('{"a": 1, "a": 2}', "x.json: the key `a` is given twice\nhint: keep one of the two"),
        ("{a: 1, a: 2, }", "x.json: the key `a` is given twice\nhint: keep one of the two"),
        ("", f"x.json: is empty\n{JSON_HINT}"),
        ("[1]", "x.json: is a list, not a mapping\nhint: start with keys such as `providers:` and `router:`"),
        ("[" * 3000, f"x.json: is nested too deeply\n{DEEP_HINT}"),
        ('{"a":' * 3000, f"x.json: is nested too deeply\n{DEEP_HINT}"),
    ],
)
def test_what_is_wrong_with_json_is_said(text: str, message: str) -> None:
    assert said(text, "x.json") == message


@pytest.mark.parametrize("source", ["x.yaml", "x.json"])
def test_a_file_that_is_too_long_is_not_parsed(source: str) -> None:
    message = said("{" + " " * MAX_CHARACTERS + "}", source)
    assert message == f"{source}: is too long: `262146` characters\nhint: at most 262144 are read; is this the right file?"


@pytest.mark.parametrize(
    ("text", "what"),
    [('{"a":' * 200 + "1" + "}" * 200, "is nested too deeply"), ('{"a": ' + "1" * 5000 + "}", "holds a number of thousands")],
)
def test_json_that_is_read_but_cannot_be_used_is_said(text: str, what: str) -> None:
    assert said(text, "x.json").startswith(f"x.json: {what}")

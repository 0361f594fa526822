from __future__ import annotations

import pytest

from addon.config.document import Document, is_secret, normal
from addon.config.errors import ConfigError, Problem, closest, did_you_mean, either, listed


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("is bad"), "x.yaml: is bad"),
        (Problem("is bad", "do this"), "x.yaml: is bad\nhint: do this"),
        (Problem("is bad", key="a.b"), "x.yaml: a.b: is bad"),
        (Problem("is bad", "do this", "a.b", 3, 5), "x.yaml:3:5: a.b: is bad\nhint: do this"),
        (Problem("is bad", line=3), "x.yaml:3: is bad"),
    ],
)
def test_a_problem_says_where_what_and_what_to_do(problem: Problem, text: str) -> None:
    assert problem.text("x.yaml") == text
    assert str(ConfigError("x.yaml", [problem])) == text


def test_an_error_holds_all_its_problems() -> None:
    problems = [Problem("one", "h"), Problem("two")]
    error = ConfigError("x.yaml", problems)
    assert str(error) == "x.yaml: one\nhint: h\nx.yaml: two"
    assert (error.source, error.problems) == ("x.yaml", tuple(problems))


def test_only_the_closest_words_are_suggested() -> None:
    assert closest("backgrund", ["background", "default", "think"]) == ["background"]
    assert closest("DEEPSEK", ["deepseek", "other"]) == ["deepseek"]
    assert closest("qqq", ["background"]) == []
    assert closest("x", []) == []
    assert did_you_mean("thnk", ["think", "default"]) == "did you mean `think`?"
    assert did_you_mean("qqq", ["think", "default"]) == "known are `think`, `default`"
    assert did_you_mean("qqq", []) == ""


def test_words_are_listed_in_backticks() -> None:
    assert (listed(["a", "b"]), either(["a"]), either(["a", "b"]), either(["a", "b", "c"])) == (
        "`a`, `b`",
        "`a`",
        "`a` or `b`",
        "`a`, `b` or `c`",
    )


@pytest.mark.parametrize("key", ["API_BASE_URL", "apiBaseUrl", "api-base-url", "apibaseurl"])
def test_letter_case_and_separators_do_not_count(key: str) -> None:
    assert normal(key) == "apibaseurl"


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        (("providers", 0, "api_key"), True),
        (("providers", 0, "apiKeys", 1), True),
        (("APIKEY",), True),
        (("providers", 0, "headers", "X"), True),
        (("providers", 0, "credentials", 0, "x"), True),
        (("providers", 0, "base_url"), False),
        (("router", "longContextThreshold"), False),
        (("model_info", "m", "max_tokens"), False),
    ],
)
def test_what_holds_credentials_is_known_by_its_path(path: tuple[str | int, ...], secret: bool) -> None:
    assert is_secret(path) is secret


def test_paths_are_shown_with_providers_by_name() -> None:
    document = Document("x", "", {"Providers": [{"NAME": "deep", "models": ["a"]}, {"x": 1}], "Router": {"think": "a"}})
    assert document.show(("Providers", 0, "models", 0)) == "providers.deep.models[0]"
    assert document.show(("Providers", 1, "x")) == "providers[1].x"
    assert document.show(("Router", "think")) == "Router.think"

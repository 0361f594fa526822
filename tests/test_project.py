"""The shape of the project: what stands where, and who may import whom."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PURE = sys.stdlib_module_names | {"translators", "pydantic", "pydantic_core", "json_repair", "brotli", "zstandard"}
TOP_LEVEL = {"pyproject.toml", "addon", "translators", "tests", "configs", "README.md", "LICENSE", "CHANGELOG.md"}


def imports(file: Path) -> Iterator[str]:
    """The top-level packages that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (name.name.partition(".")[0] for name in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case ast.ImportFrom():
                yield "a relative import"


def test_translators_are_pure() -> None:
    used = {(name, str(file.relative_to(ROOT))) for file in (ROOT / "translators").rglob("*.py") for name in imports(file)}
    assert {(name, file) for name, file in used if name not in PURE} == set()
    assert {name for name, _ in used} & {"logging", "time", "random", "socket", "os"} == set()


@pytest.mark.parametrize("package", ["routing", "config", "ledger"])
def test_what_decides_does_without_mitmproxy(package: str) -> None:
    assert "mitmproxy" not in {name for file in (ROOT / "addon" / package).rglob("*.py") for name in imports(file)}


def test_nothing_imports_the_tests() -> None:
    for package in ("addon", "translators"):
        assert "tests" not in {name for file in (ROOT / package).rglob("*.py") for name in imports(file)}


def test_the_top_level_holds_what_it_is_to_hold() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no working copy")
    names = {line.partition("/")[0] for line in listed.stdout.splitlines()}
    assert {name for name in names if not name.startswith(".")} == TOP_LEVEL
    assert "uv.lock" not in names


def test_every_dependency_has_bounds_and_mitmproxy_is_pinned() -> None:
    groups = PROJECT["dependency-groups"].values()
    dependencies = [*PROJECT["project"]["dependencies"], *(each for group in groups for each in group)]
    for dependency in (*dependencies, *PROJECT["build-system"]["requires"]):
        assert re.search(r"==|>=.*,<", dependency), dependency
    assert [each for each in dependencies if each.startswith("mitmproxy")] == ["mitmproxy==12.2.3"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", PROJECT["tool"]["uv"]["exclude-newer"])


def test_the_version_has_a_place_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", changelog, re.MULTILINE)
    version = PROJECT["project"]["version"]
    assert headings[0] == "Unreleased" or headings[0].startswith(version)
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)


def test_python_is_named_the_same_everywhere() -> None:
    pinned = (ROOT / ".python-version").read_text().strip()
    assert pinned == "3.13"
    lowest = PROJECT["project"]["requires-python"].partition(",")[0].removeprefix(">=")
    assert PROJECT["tool"]["ruff"]["target-version"] == "py" + lowest.replace(".", "")
    assert tuple(map(int, lowest.split("."))) <= tuple(map(int, pinned.split(".")))


def test_no_file_is_left_to_be_done() -> None:
    marks = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
    for package in ("addon", "translators", "configs"):
        for file in (ROOT / package).rglob("*"):
            if file.suffix in (".py", ".yaml"):
                assert not marks.search(file.read_text(encoding="utf-8")), file

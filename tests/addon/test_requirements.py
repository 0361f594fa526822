"""A mitmproxy that lacks what the addon needs, as one from brew or pipx does: one line that says what and how to get it."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from addon import requirements
from tests.support.mitm import ROOT, ended
from tests.support.provider import closed_port

# Runs in the mitmproxy under test before anything else: modules that are not to be found are not.
SITE = """
import importlib.machinery, sys
_find = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in {missing!r} else _find(name, path, target)
importlib.machinery.PathFinder.find_spec = staticmethod(find_spec)
{more}
"""
OTHER_INNER_LAYER = """
import mitmproxy.proxy.layers.http as http_layer
del http_layer.HttpStream.start_response_stream
"""


def start(folder: Path, *missing: str, more: str = "") -> tuple[int, str]:
    """Status and output of a mitmdump that lacks modules, or in which `more` ran."""
    site = folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(SITE.format(missing=missing, more=more))
    return ended("mitmdump", folder, "--mode", f"regular@127.0.0.1:{closed_port()}", PYTHONPATH=str(site))


def the_line(output: str) -> str:
    """The only line that says anything about it."""
    (line,) = [line for line in output.splitlines() if "ccr: " in line]
    assert "Traceback" not in output
    assert "listening at http://" not in output
    return line


@pytest.mark.parametrize("module", ["json5", "pydantic"])
def test_a_missing_package_is_named_with_the_commands_that_bring_it(tmp_path: Path, module: str) -> None:
    status, output = start(tmp_path, module)
    assert status != 0
    line = the_line(output)
    package = requirements.MODULES[module]
    assert f"this mitmproxy lacks {package}; " in line
    assert "`uv run mitmdump -s addon/ccr.py`" in line
    assert f"`pipx inject mitmproxy {package}`" in line


def test_all_that_are_missing_are_named_at_once(tmp_path: Path) -> None:
    status, output = start(tmp_path, "json_repair", "genai_prices", "yaml")
    assert status != 0
    assert "lacks pyyaml json-repair genai-prices; " in the_line(output)


def test_a_mitmproxy_with_other_inner_names_is_refused(tmp_path: Path) -> None:
    status, output = start(tmp_path, more=OTHER_INNER_LAYER)
    assert status != 0
    line = the_line(output)
    assert "lacks HttpStream.start_response_stream" in line
    assert "pyproject.toml" in line


def test_an_old_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 11, 9))
    with pytest.raises(ImportError, match=r"Python 3\.12 or newer is needed, this mitmproxy has 3\.11; hint: .*`uv run"):
        requirements.check()


BROUGHT = {"mitmproxy", "brotli", "zstandard", "certifi", "ruamel.yaml"}
PROGRAM = {"typer", "httpx2", "jsonschema"}


def test_all_that_the_project_depends_on_is_checked() -> None:
    """But for what mitmproxy itself brings, and what the `ccr` program alone needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {dependency.partition("=")[0].partition(">")[0].strip() for dependency in project["dependencies"]}
    assert set(requirements.MODULES.values()) == names - BROUGHT - PROGRAM


def test_the_files_that_say_so_can_be_read_by_older_pythons() -> None:
    """They are compiled before anything can be checked: no syntax that a Python of years ago does not know."""
    for name in ("ccr.py", "requirements.py", "startup.py"):
        ast.parse((ROOT / "addon" / name).read_text(), feature_version=(3, 8))

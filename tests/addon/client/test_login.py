from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from addon.client.login import passes_login
from addon.config.load import load_settings

ANTHROPIC = {"name": "anthropic", "base_url": "https://api.anthropic.com"}
OTHER = {"name": "other", "base_url": "https://one.example/v1", "api_key": "sk-other", "models": ["small"]}


def passes(folder: Path, providers: list[dict[str, Any]], **more: Any) -> bool:
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({"providers": providers, **more}), encoding="utf-8")
    return passes_login(load_settings(str(path), env={}, cwd=folder, home=folder))


def test_without_a_config_the_login_is_passed_on(tmp_path: Path) -> None:
    assert passes_login(load_settings(env={}, cwd=tmp_path, home=tmp_path))


@pytest.mark.parametrize(
    "routes",
    [
        {"router": {"default": "anthropic,*"}},
        {"router": {"default": "other,small", "think": "anthropic,*"}},
        {"router": {"default": "other,small"}, "fallback": {"default": ["anthropic,claude-opus-4-8"]}},
        {"router": {"default": "other,small"}, "fallback": ["anthropic,claude-opus-4-8"]},
    ],
)
def test_one_route_or_fallback_that_needs_the_login_is_enough(tmp_path: Path, routes: dict[str, Any]) -> None:
    assert passes(tmp_path, [ANTHROPIC, OTHER], **routes)


def test_a_provider_that_no_route_names_needs_none(tmp_path: Path) -> None:
    assert not passes(tmp_path, [ANTHROPIC, OTHER], router={"default": "other,small"})


def test_anthropic_with_a_key_needs_none(tmp_path: Path) -> None:
    assert not passes(tmp_path, [ANTHROPIC | {"api_key": "sk-ant"}], router={"default": "anthropic,*"})

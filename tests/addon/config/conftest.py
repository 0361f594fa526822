"""Loading a configuration from text, and reading what is said of one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.config.errors import ConfigError
from addon.config.load import load_settings
from addon.config.settings import Settings
from tests.support.config import Load, Refusal


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """`load(text, name="config.yaml", VARIABLE="value", …)`"""

    def load(text: str, name: str = "config.yaml", **env: str) -> Settings:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return load_settings(str(file), env=env, cwd=tmp_path, home=tmp_path)

    return load


@pytest.fixture
def refusal(load: Load, tmp_path: Path) -> Refusal:
    """As `load`, for a configuration that is refused: the message, with the file's name alone in place of its path."""

    def refusal(text: str, name: str = "config.yaml", **env: str) -> str:
        with pytest.raises(ConfigError) as raised:
            load(text, name, **env)
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__ or raised.value.__context__ is None
        return str(raised.value).replace(f"{tmp_path}/", "")

    return refusal

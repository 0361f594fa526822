from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from addon.ledger import catalogue


def test_importing_the_ledger_does_not_load_the_data() -> None:
    program = "import sys, addon.ledger.prices, addon.ledger.windows; sys.exit('genai_prices' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing had been loaded yet."""
    monkeypatch.setattr(catalogue, "_loaded", None)
    monkeypatch.setattr(catalogue, "_warmed", threading.Event())


@pytest.mark.usefixtures("cold")
def test_warming_loads_in_a_thread_and_only_once() -> None:
    assert catalogue.find("openai", "https://api.openai.com/v1", "gpt-4o") is None
    before = threading.active_count()
    catalogue.warm()
    catalogue.warm()
    assert threading.active_count() <= before + 1
    deadline = time.monotonic() + 20
    while catalogue.find("openai", "https://api.openai.com/v1", "gpt-4o") is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.usefixtures("cold")
def test_what_was_asked_before_loading_is_found_afterwards() -> None:
    assert catalogue.find("", "https://api.openai.com/v1", "gpt-4o") is None
    catalogue.load()
    assert catalogue.find("", "https://api.openai.com/v1", "gpt-4o") is not None


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:1", True),
        ("http://127.0.0.1", True),
        ("http://192.168.0.2:8080/v1", True),
        ("http://[fd00::1]/", True),
        ("http://ollama:11434", True),
        ("http://host.docker.internal:11434", True),
        ("https://api.openai.com", False),
        ("https://8.8.8.8", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_local_servers_are_recognised(url: str, *, local: bool) -> None:
    assert catalogue.is_local(url) is local

"""All that the checks look at, gathered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from addon.config.settings import Settings
from addon.doctor.configured import Configured
from addon.doctor.live import Asked
from addon.doctor.requests_kept import Requests
from addon.service.probe import Found, Health, Look


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Whose shell this is. `env` is the shell's, not that of a service which runs already. `program` is the file that runs."""

    env: Mapping[str, str] = field(repr=False)
    cwd: Path
    home: Path
    program: Path = Path("ccr")

    def variable(self, *names: str) -> tuple[str, str]:
        """The first of these variables that is set to something, with its value; ("", "") if none is."""
        return next(((name, self.env[name]) for name in names if self.env.get(name)), ("", ""))

    def short(self, path: Path | str) -> str:
        """The path with the home directory as `~`."""
        text, home = str(path), str(self.home)
        return f"~{text[len(home) :]}" if home != "/" and text.startswith(f"{home}/") else text


@dataclass(frozen=True, slots=True)
class Mitmproxy:
    """Its folder, and the options in the `config.yaml` there. `wrong` says why those cannot be read."""

    folder: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """Who answers at the configured address, and the services that wrote a state file: port to what answers there."""

    host: str
    port: int
    here: Look
    others: Mapping[int, Look] = field(default_factory=dict)
    stale: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """`checks` are the names of those that are made."""

    around: Surroundings
    config: Configured
    mitmproxy: Mitmproxy
    running: Running
    answers: tuple[Asked, ...] = ()
    requests: Requests = field(default_factory=Requests)
    service_folder: Path | None = None
    offline: bool = False
    probe: bool = False
    checks: frozenset[str] = frozenset()

    @property
    def settings(self) -> Settings:
        """For checks that are run only if there are any."""
        assert self.config.settings is not None
        return self.config.settings

    @property
    def service_health(self) -> Health | None:
        """What the router that answers says of itself: the one at the configured address, else any of ours."""
        looks = (self.running.here, *self.running.others.values())
        return next((look.health for look in looks if look.found is Found.OURS), None)

    def answer_of(self, provider: str) -> Asked | None:
        return next((asked for asked in self.answers if asked.provider.name == provider), None)

    def listed_window(self, provider: str, model: str) -> int | None:
        """In tokens, as the provider's own list has it."""
        asked = self.answer_of(provider)
        listed = (each for _, test in asked.keys for each in test.models if each.id == model) if asked else ()
        return next((each.context for each in listed), None)

    def live_models(self, provider: str) -> tuple[str, ...]:
        """The provider's own list; empty where it was not had."""
        asked = self.answer_of(provider)
        return asked.models if asked else ()

"""The checks, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from addon.doctor.billing import billing
from addon.doctor.certificates import authority, certificates
from addon.doctor.client import claude
from addon.doctor.clock import clock
from addon.doctor.context import Context
from addon.doctor.finding import Findings
from addon.doctor.kept_prompts import kept_prompts
from addon.doctor.keys import keys
from addon.doctor.listening import exposure, service, shell
from addon.doctor.models import models
from addon.doctor.network import proxies, reach
from addon.doctor.prices import background
from addon.doctor.programs import programs
from addon.doctor.secrets_kept import permissions, plain_keys
from addon.doctor.settings import config
from addon.doctor.tools import tools
from addon.doctor.versions import versions
from addon.doctor.windows import recent, windows


@dataclass(frozen=True, slots=True)
class Check:
    """`name` is what `--only` takes. `live`: it looks at what the providers answered. `reads_settings`: it can say nothing of a
    configuration of which nothing can be made.
    """

    group: str
    name: str
    run: Callable[[Context], Findings]
    live: bool = False
    reads_settings: bool = False


CONFIG = Check("Configuration", "config", config)

CHECKS: tuple[Check, ...] = (
    Check("Programs", "programs", programs),
    Check("Programs", "versions", versions),
    CONFIG,
    Check("Configuration", "plain-keys", plain_keys),
    Check("Configuration", "permissions", permissions),
    Check("Service", "service", service),
    Check("Service", "listener", exposure),
    Check("Service", "prompts", kept_prompts),
    Check("Claude Code", "claude", claude),
    Check("Claude Code", "shell", shell),
    Check("Claude Code", "billing", billing),
    Check("Claude Code", "ca", authority),
    Check("Network", "reach", reach, live=True, reads_settings=True),
    Check("Network", "proxy", proxies),
    Check("Network", "certificates", certificates),
    Check("Network", "clock", clock, live=True, reads_settings=True),
    Check("Models", "keys", keys, live=True, reads_settings=True),
    Check("Models", "models", models, live=True, reads_settings=True),
    Check("Models", "tools", tools, reads_settings=True),
    Check("Models", "background", background, live=True, reads_settings=True),
    Check("Models", "windows", windows, live=True, reads_settings=True),
    Check("Models", "requests", recent, reads_settings=True),
)

"""The commands. Each resolves its arguments, asks another module, and gives back lines of text."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mitmproxy.types
from mitmproxy import command, ctx, exceptions, flow, http
from mitmproxy.hooks import UpdateHook

from addon import record
from addon.commands.fitting import console_width, fitted
from addon.commands.health import health_lines
from addon.commands.routes import routes_lines, use_warnings
from addon.commands.tools import tools_lines
from addon.commands.why import NOT_ROUTED, why_lines
from addon.config.errors import ConfigError
from addon.config.settings import ROUTE_NAMES
from addon.current import Current
from addon.export.document import document
from addon.export.files import written
from addon.failover.fleet import Fleet
from addon.gateway import Gateway
from addon.inspect.texts import plain
from addon.inspect.unfold import unfolded, wanted
from addon.overrides import OFF, choice_named, official_provider, route_named
from addon.replay.copies import send_copies
from addon.replay.forced import model_named
from addon.replay.why import recorded_lines
from translators.redact import redact

SWITCHES = ("on", "off")
EXTRAS = ("", "prose")


class Commands:
    """`ccr.…`: each is told here, and in the README."""

    def __init__(self, current: Current, fleet: Fleet, gateway: Gateway) -> None:
        self._current = current
        self._fleet = fleet
        self._gateway = gateway

    # -- looking ------------------------------------------------------------------------------------------------------

    @command.command("ccr.health")
    def health(self) -> Sequence[str]:
        """Every provider, a line each, and whatever rests after failures, with the reason."""
        return self._clean(health_lines(self._current.settings, self._fleet, time.monotonic()))

    @command.command("ccr.routes")
    def routes(self) -> Sequence[str]:
        """The routes and models in force, with what `ccr.use` and `ccr.passthrough` changed."""
        return self._clean(routes_lines(self._current))

    @command.command("ccr.why")
    def why(self, flow: flow.Flow) -> Sequence[str]:
        """Why this flow went where it went: the decision, its reason, every attempt, and what the translation changed."""
        return self._clean([*why_lines(_recorded(flow)), *recorded_lines(flow)])

    @command.command("ccr.tools")
    def tools(self, flow: flow.Flow) -> Sequence[str]:
        """This flow's tool calls: as the provider sent them, as the client was given them, and whether they were repaired."""
        return self._clean(tools_lines(_recorded(flow), console_width()))

    @command.command("ccr.unfold")
    def unfold(self, flow: flow.Flow, what: str) -> Sequence[str]:
        """What `CCR` folds of this request: `system`, `tools`, or tools by name (`Bash,mcp__*`) with their schemas."""
        kept, words = _recorded(flow, "client_request"), wanted(what)
        if kept is None or not isinstance(flow, http.HTTPFlow):
            raise exceptions.CommandError(NOT_ROUTED)
        try:
            return self._clean(unfolded(kept, flow.request.get_content(strict=False) or b"", words))
        except ValueError as error:
            raise exceptions.CommandError(str(error)) from error

    @command.command("ccr.diff")
    def diff(self, flow: flow.Flow) -> Sequence[str]:
        """This replayed flow's answer beside the recorded one: text, tool calls, stop reason, time and cost."""
        from addon.lab.difference import flow_difference  # noqa: PLC0415  its libraries need not be loaded by who never asks

        try:
            return self._clean(flow_difference(flow))
        except ValueError as error:
            raise exceptions.CommandError(str(error)) from error

    # -- changing -----------------------------------------------------------------------------------------------------

    @command.command("ccr.use")
    @command.argument("route", type=mitmproxy.types.Choice("ccr.use.routes"))
    def use(self, route: str, model: str) -> Sequence[str]:
        """From now on this model (`provider,model`) answers on this route; `off` goes back to the config's."""
        try:
            name = route_named(route)
            choice = None if model.strip() in OFF else choice_named(model, self._current.configured)
        except ValueError as error:
            raise exceptions.CommandError(str(error)) from error
        self._current.override(self._current.overrides.with_route(name, choice))
        if choice is None:
            before = self._current.configured.router.route(name) or "not set"
            return self._clean([f"{name}: {before} again, as the config says"])
        odd = use_warnings(self._current.configured, choice.provider, choice.model)
        off = ["passthrough is on: this holds when it is off"] if self._current.overrides.passthrough else []
        return self._clean([f"{name}: {choice} until `ccr.use {name} off`{odd}", *off])

    @command.command("ccr.use.routes")
    def use_routes(self) -> Sequence[str]:
        """The names of the routes that `ccr.use` knows."""
        return list(ROUTE_NAMES)

    @command.command("ccr.passthrough")
    @command.argument("switch", type=mitmproxy.types.Choice("ccr.passthrough.switches"))
    def passthrough(self, switch: str) -> Sequence[str]:
        """`on`: everything goes to Anthropic as it came, with the client's own login, until `off`."""
        if switch not in SWITCHES:
            raise exceptions.CommandError(f"`{switch}` is neither `on` nor `off`")
        self._current.override(replace(self._current.overrides, passthrough=switch == "on"))
        if switch == "off":
            return ["passthrough is off: the routes decide"]
        official = official_provider(self._current.configured)
        lines = [f"passthrough is on: everything goes to {official.name} ({official.base_url}) with the client's own login"]
        if self._current.configured.client_keys:
            lines.append("but clients show a key of this router (APIKEY) instead of a login: unset ANTHROPIC_AUTH_TOKEN there")
        return self._clean(lines)

    @command.command("ccr.passthrough.switches")
    def passthrough_switches(self) -> Sequence[str]:
        """What `ccr.passthrough` takes."""
        return list(SWITCHES)

    @command.command("ccr.reload")
    def reload(self) -> Sequence[str]:
        """Read the config again. One that is wrong changes nothing, and it is said why."""
        before = self._current.overrides
        try:
            settings = self._current.load(ctx.options.ccr_config)
        except ConfigError as error:
            raise exceptions.CommandError(f"{error}\nthe config in force stays") from error
        lost = [
            f"{route}: `ccr.use` ends, its provider is gone" for route in before.routes.keys() - self._current.overrides.routes
        ]
        return self._clean([f"reloaded {settings.source}", *(f"warning: {text}" for text in settings.warnings), *lost])

    @command.command("ccr.retranslate")
    def retranslate(self, flow: flow.Flow) -> Sequence[str]:
        """Translate a request that is stopped, as it was edited: the flow shows what goes out when it is resumed."""
        if not isinstance(flow, http.HTTPFlow):
            raise exceptions.CommandError("this is no HTTP flow")
        try:
            attempts = self._gateway.retranslate(flow)
        except ValueError as error:
            raise exceptions.CommandError(str(error)) from error
        ctx.master.addons.trigger(UpdateHook([flow]))
        sent = f"POST {flow.request.url}, {len(flow.request.raw_content or b''):,} bytes"
        notes = [{"rule": note.rule, "text": note.text} for note in attempts.wire.notes]
        return self._clean([sent, *why_lines({**flow.metadata[record.KEY], "notes": notes})])

    # -- sending again ------------------------------------------------------------------------------------------------

    @command.command("ccr.replay")
    def replay(self, flows: Sequence[flow.Flow], model: str) -> Sequence[str]:
        """Send copies of these flows to this model (`provider,model`), in the place of where they went; they stay as they are."""
        try:
            choice = model_named(model, self._current.configured)
            sent, skipped = send_copies(flows, str(choice))
        except ValueError as error:
            raise exceptions.CommandError(str(error)) from error
        left_out = [f"left out: {number} {reason}" for reason, number in skipped.items()]
        told = f"{len(sent)} sent to {choice}" if len(sent) > 1 else f"sent to {choice}"
        return [told, *(f"{made.id}: replay of {of}" for of, made in sent), *left_out]

    # -- taking away --------------------------------------------------------------------------------------------------

    @command.command("ccr.export")
    @command.argument("prose", type=mitmproxy.types.Choice("ccr.export.extras"))
    def export(self, flows: Sequence[flow.Flow], path: mitmproxy.types.Path, prose: str = "") -> Sequence[str]:
        """Write flows to one .json or .md file without secrets; with `prose`, texts are replaced by filler as long."""
        if prose not in EXTRAS:
            raise exceptions.CommandError(f"`{prose}` is not known; hint: `prose` takes the texts out, too")
        routed = [each for each in flows if isinstance(each, http.HTTPFlow) and record.KEY in each.metadata]
        if not routed:
            raise exceptions.CommandError("none of these flows was routed: there is nothing to export")
        try:
            told = document(routed, secrets=self._secrets(), without_prose=prose == "prose")
            size = written(told, Path(path).expanduser())
        except (OSError, ValueError) as error:
            raise exceptions.CommandError(f"cannot write {path}: {error}") from error
        return self._clean([f"{len(routed)} flow{'s' if len(routed) > 1 else ''}, {size:,} bytes, to {path}"])

    @command.command("ccr.export.extras")
    def export_extras(self) -> Sequence[str]:
        """What `ccr.export` takes besides flows and a file."""
        return list(EXTRAS)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _secrets(self) -> list[str]:
        settings = self._current.configured
        return [*settings.client_keys, *(key for provider in settings.providers.values() for key in provider.keys)]

    def _clean(self, lines: Sequence[str]) -> list[str]:
        secrets = self._secrets()
        return fitted([plain(redact(line, secrets)) for line in lines], console_width())


def _recorded(flow: flow.Flow, *bodies: str) -> dict[str, Any] | None:
    try:
        return record.current(flow, bodies) if isinstance(flow, http.HTTPFlow) else None
    except ValueError as error:
        raise exceptions.CommandError(str(error)) from error

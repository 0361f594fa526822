"""Choosing routes by hand: the routes as they are, one of them chosen, a model searched, the file edited."""

from __future__ import annotations

from rich.console import Console

from addon.cli.failure import Failed
from addon.config.settings import ROUTE_NAMES
from addon.models import config_file
from addon.models.facts import ModelFacts
from addon.models.sources import sources
from addon.models.table import routes_table
from addon.setup.questions import Questions


def pick(named: str) -> None:
    """Until the user has enough. Raises Failed."""
    config_file.editable(named)
    questions = Questions(Console(stderr=True))
    current = config_file.settings(named)
    with questions.console.status("asking the providers for their models …"):
        found = sources(current, current.providers)
    models = [facts for source in found for facts in source.models]
    for source in found:
        if source.trouble:
            questions.say(
                f"{source.provider.name}: {source.trouble.partition(chr(10))[0]}; only the models of the file", "yellow"
            )
    try:
        _ask(named, questions, models)
    except (KeyboardInterrupt, EOFError):
        questions.say("")
        raise Failed("left; what was written before stays", 130) from None


def _ask(named: str, questions: Questions, models: list[ModelFacts]) -> None:
    while True:
        current = config_file.settings(named)
        questions.say(f"\n{current.source}")
        questions.console.print(routes_table(current.router, {facts.choice: facts for facts in models}, numbered=True))
        route = questions.one_of("Change which route? (0: none)", ROUTE_NAMES, "0")
        if not route:
            return
        now = current.router.route(route)
        chosen = questions.model(route, models, str(now) if now else "")
        if chosen and chosen != str(now):
            _tell(questions, config_file.use(named, route, chosen), route, chosen)


def _tell(questions: Questions, edited: config_file.Edited, route: str, chosen: str) -> None:
    questions.good(f"{route} is {chosen} now")
    if edited.backup:
        questions.say(f"the old file is kept: {edited.backup}")
    questions.say(config_file.RELOAD)

"""The report's page in a real browser: on a desk and on a phone, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addon.lab.report.html import page
from addon.lab.report.report import Rule, made
from tests.support.exchanges import answer, call, exchange

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MODELS = ("deepseek,deepseek-v4-pro", "openrouter,moonshotai/kimi-k2-0905-preview", "ollama,qwen3:32b", "openai,gpt-5.2")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    exchanges = [
        exchange(f"e{number}", answer(call("Bash", command="ls"), cost=0.5, total_ms=100 * number), kind=kind, at=float(number))
        for number, kind in enumerate(["main", "subagent", "title", "web search", "side job"] * 4, 1)
    ]
    answers = {
        model: {
            each.id: answer(
                call("Bash", **{"command" if place % (number + 2) else "x": "y" * 300}),
                cost=0.1,
                total_ms=90.0 * place,
                choice=model,
            )
            for place, each in enumerate(exchanges, 1)
        }
        for number, model in enumerate(MODELS)
    }
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page(made("session.flows", exchanges, answers, Rule())), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_the_screen_and_asks_for_nothing(chromium: Browser, report: Path, scheme: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light")
    try:
        view = context.new_page()
        asked: list[str] = []
        wrong: list[str] = []
        view.on("request", lambda request: asked.append(request.url))
        view.on("console", lambda message: wrong.append(message.text))
        view.goto(report.as_uri())
        assert asked == [report.as_uri()]
        assert wrong == []
        for summary in view.locator("summary").all():
            if summary.is_visible():
                summary.click()
        assert view.evaluate("document.documentElement.scrollWidth") <= width
        back = view.evaluate("getComputedStyle(document.body).backgroundColor")
        assert back == ("rgb(15, 17, 21)" if scheme == "dark" else "rgb(246, 247, 249)")
        boxes = [label.bounding_box() for label in view.locator("svg .name").all()]
        assert len(boxes) == len(MODELS) + 1
        for number, one in enumerate(boxes):
            for other in boxes[number + 1 :]:
                assert one
                assert other
                apart = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
                assert apart or abs(one["y"] - other["y"]) >= one["height"] * 0.7
    finally:
        context.close()

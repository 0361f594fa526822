from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import inspected
from tests.support.web import SavedInMitmweb, open_flow, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GOLDEN = Path(__file__).parents[1] / "addon" / "inspect" / "golden"
# Whether a line of the view is longer than its pane, and would have to be scrolled to.
TOO_WIDE = "pre => [pre, ...pre.querySelectorAll('*')].some(each => each.scrollWidth > each.clientWidth && each.clientWidth > 0)"
HEADERS = ".flow-table thead th"
FOUND_ALONE = """begins => {
    const comments = [...document.querySelectorAll('.flow-table tbody td.col-comment')];
    return comments.length === 1 && comments[0].innerText.startsWith(begins);
}"""


def lines_in(page: Page) -> list[str]:
    """The lines of the body that is shown, without mitmweb's and our empty ones."""
    text = page.locator(".contentview pre, .contentview .cm-content").first.inner_text()
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def golden(name: str, side: str) -> list[str]:
    return [line for line in (GOLDEN / f"{name}.{side}.txt").read_text(encoding="utf-8").splitlines() if line.strip()]


def test_the_list_shows_each_flows_line_and_marker_without_being_asked(page: Page, artifacts: Path) -> None:
    comments = page.locator(".flow-table tbody td.col-comment")
    comments.nth(len(inspected.REQUESTS) - 1).wait_for()
    assert comments.count() == len(inspected.REQUESTS)
    assert comments.first.inner_text().startswith("main → acme,kimi-k2 · nothing special · 21.4k→312 tok · $0.0023 · ")
    assert "subagent → acme 429 → acme,kimi-k2 ok" in comments.nth(1).inner_text()
    page.screenshot(path=artifacts / "mitmweb-list.png")


def test_the_line_has_room_in_the_list(page: Page) -> None:
    """mitmweb's own style sheet gives it 150 pixels."""
    box = page.locator(".flow-table tbody td.col-comment").first.bounding_box()
    assert box is not None
    assert box["width"] > 800


def test_in_a_narrow_window_the_line_keeps_its_room_beside_an_open_flow(page: Page, artifacts: Path) -> None:
    page.set_viewport_size({"width": 800, "height": 900})
    open_flow(page, 0, "Request")
    page.screenshot(path=artifacts / "mitmweb-narrow.png")
    box = page.locator(".flow-table tbody td.col-comment").first.bounding_box()
    assert box is not None
    assert box["width"] > 200


def test_the_list_is_searched_with_mitmproxys_filters(page: Page) -> None:
    page.get_by_placeholder("Search").fill("~comment subagent")
    page.wait_for_function(FOUND_ALONE, arg="subagent → ")  # the page draws its list anew, more than once
    (comment,) = page.locator(".flow-table tbody td.col-comment").all_inner_texts()
    assert comment.startswith("subagent → ")


def test_columns_that_the_user_chose_stay(chromium: Browser, saved: Path, tmp_path: Path) -> None:
    with SavedInMitmweb(saved, tmp_path, ["--set", "web_columns=path", "--set", "web_columns=status"]) as web:
        titles = [title for title in opened(chromium, web).locator(HEADERS).all_inner_texts() if title]
    assert titles == ["Path", "Status"]


@pytest.mark.parametrize(("tab", "side"), [("Request", "request"), ("Response", "answer")])
def test_a_flow_with_parallel_tool_calls_is_shown(tab: str, side: str, page: Page, artifacts: Path) -> None:
    open_flow(page, 0, tab)
    page.locator(".contentview pre", has_text="acme,kimi-k2").wait_for()
    page.locator(".contentview pre", has_text=golden("parallel_calls", side)[-1].strip()).wait_for()
    page.screenshot(path=artifacts / f"mitmweb-{tab.lower()}.png")
    assert lines_in(page) == golden("parallel_calls", side)


@pytest.mark.parametrize("width", [1280, 1600])
@pytest.mark.parametrize("tab", ["Request", "Response"])
def test_no_line_of_the_view_is_wider_than_its_pane(tab: str, width: int, page: Page, artifacts: Path) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_flow(page, 0, tab)
    page.locator(".contentview pre", has_text="acme,kimi-k2").wait_for()
    page.screenshot(path=artifacts / f"mitmweb-{tab.lower()}-{width}.png")
    assert page.locator(".contentview pre").first.evaluate(TOO_WIDE) is False


def test_a_line_that_is_too_wide_would_be_noticed(page: Page) -> None:
    page.set_viewport_size({"width": 900, "height": 900})
    open_flow(page, 0, "Response")
    page.locator(".contentview pre", has_text="acme,kimi-k2").wait_for()
    assert page.locator(".contentview pre").first.evaluate(TOO_WIDE) is True


def test_the_raw_views_can_be_chosen(page: Page) -> None:
    open_flow(page, 0, "Request")
    page.locator(".contentview", has_text="View:").get_by_text("View:").first.click()
    page.get_by_text("ccr provider request").first.click()
    page.locator(".contentview pre", has_text='"role": "system"').wait_for()  # the overview speaks of `stream_options`, too
    assert any('"role": "system"' in line for line in lines_in(page))

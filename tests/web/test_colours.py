"""The colours of the content views, which are ranges of their text: a person's browser paints them, the page's elements stay."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import inspected
from tests.support.web import SavedInMitmweb, open_flow, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

INSPECT = Path(__file__).parents[2] / "addon" / "inspect"
COLOURED = """name => [...(CSS.highlights.get("ccr-" + name) ?? [])]
    .filter(range => range.startContainer.isConnected)
    .map(range => range.startContainer.data.slice(range.startOffset, range.endOffset))"""
HAS_COLOURS = "() => [...CSS.highlights.values()].some(highlight => highlight.size)"
PIXELS = """async picture => {
    const image = new Image();
    image.src = "data:image/png;base64," + picture;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const data = context.getImageData(0, 0, image.width, image.height).data;
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4) colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    return [...colours];
}"""


def coloured(page: Page, name: str) -> list[str]:
    page.wait_for_function(HAS_COLOURS)
    texts: list[str] = page.evaluate(COLOURED, name)
    return texts


def choose(page: Page, view: str, shows: str) -> None:
    page.locator(".contentview", has_text="View:").get_by_text("View:").first.click()
    page.get_by_text(view, exact=True).first.click()
    page.locator(".contentview pre", has_text=shows).wait_for()


def wait_for(page: Page, name: str, text: str) -> None:
    page.wait_for_function(f"([name, text]) => ({COLOURED})(name).includes(text)", arg=[name, text])


def test_an_answer_has_its_headings_labels_and_differences_coloured(page: Page) -> None:
    open_flow(page, 0, "Response")
    wait_for(page, "heading", "reasoning")
    assert coloured(page, "heading")[:4] == ["acme,kimi-k2 → main, status 200", "reasoning", "text", "tool call Read"]
    assert {"stopped", "tokens", "cost", "time", "arguments.repaired", '"command"'} <= set(coloured(page, "name"))
    assert coloured(page, "failed") == ["(repaired, what was sent is not JSON)"]
    assert coloured(page, "sent") == ["""  "mode": 'w',"""]
    assert coloured(page, "given") == ['  "mode": "w"']
    assert "│" in coloured(page, "quiet")


def test_a_request_has_its_speakers_and_tool_calls_coloured(page: Page) -> None:
    open_flow(page, 0, "Request")
    wait_for(page, "heading", "conversation, 5 messages")
    assert [each for each in coloured(page, "heading") if each in ("user", "assistant")] == ["user", "assistant"] * 2 + ["user"]
    assert {"why", "settings.max_tokens", "→ Bash"} <= set(coloured(page, "name"))
    assert {"[image/png, 12 kB]", "[… 389 characters in all]"} <= set(coloured(page, "quiet"))
    assert coloured(page, "failed") == []


def test_what_failed_is_coloured_with_all_of_its_lines(page: Page) -> None:
    open_flow(page, 2, "Response")
    wait_for(page, "failed", "status 400")
    assert any("invalid_request_error" in each for each in coloured(page, "failed"))
    open_flow(page, 1, "Request")
    page.locator(".contentview pre", has_text="acme,busy").wait_for()
    wait_for(page, "failed", "'429 after 0.1 s · provider `acme` answered 429: slow down'")
    assert not any(each.startswith("200") for each in coloured(page, "failed"))


def test_a_raw_body_is_coloured_as_json_and_the_colours_of_the_view_before_are_gone(page: Page) -> None:
    open_flow(page, 0, "Request")
    wait_for(page, "heading", "conversation, 5 messages")
    choose(page, "ccr provider request", "stream_options")
    wait_for(page, "name", '"stream_options"')
    assert coloured(page, "heading") == coloured(page, "quiet") == []
    assert {'"kimi-k2"', '"[image/png, 12 kB]"'} & set(coloured(page, "string"))
    assert "8192" in coloured(page, "number")
    assert "true" in coloured(page, "literal")


def test_a_raw_stream_has_the_json_of_its_events_coloured(page: Page) -> None:
    open_flow(page, 0, "Response")
    choose(page, "ccr client answer", "message_start")
    wait_for(page, "name", '"delta"')
    assert {"event", "data"} <= set(coloured(page, "name"))
    assert '"message_start"' in coloured(page, "string")


def test_the_pages_elements_stay_as_mitmweb_made_them(page: Page) -> None:
    open_flow(page, 0, "Response")
    wait_for(page, "heading", "reasoning")
    made = page.locator(".contentview pre").first.evaluate("pre => [...pre.querySelectorAll('*')].map(each => each.outerHTML)")
    assert made
    assert all(re.fullmatch(r"<div>[^<]*</div>", each) for each in made)


def test_the_colours_are_on_the_screen(page: Page, chromium: Browser, artifacts: Path) -> None:
    page.set_viewport_size({"width": 1600, "height": 1600})
    open_flow(page, 0, "Response")
    wait_for(page, "heading", "reasoning")
    picture = page.locator(".contentview pre").first.screenshot(path=artifacts / "mitmweb-colours.png")
    blank = chromium.new_page()
    painted = set(blank.evaluate(PIXELS, base64.b64encode(picture).decode()))
    blank.close()
    rules = dict(re.findall(r"ccr-(\w+)\) \{(.*)\}", (INSPECT / "web_page.css").read_text(encoding="utf-8")))
    for name in ("heading", "name", "failed", "quiet", "sent", "given"):
        for colour in re.findall(r"#(\w{6})", rules[name]):
            assert any(near(int(colour, 16), pixel) for pixel in painted), name


def near(one: int, other: int) -> bool:
    """Thin letters are mixed with what is behind them."""
    return all(abs((one >> shift & 255) - (other >> shift & 255)) <= 24 for shift in (16, 8, 0))


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_can_be_read_on_what_is_behind_it(page: Page) -> None:
    open_flow(page, 0, "Request")
    behind = page.locator(".contentview pre").first.evaluate("pre => getComputedStyle(pre).backgroundColor")
    assert behind == "rgb(245, 245, 245)"
    rules = re.findall(r"ccr-(\w+)\) \{(.*)\}", (INSPECT / "web_page.css").read_text(encoding="utf-8"))
    assert len(rules) == 9
    for name, rule in rules:
        front, back = [*re.findall(r"#(\w{6})", rule), "f5f5f5"][:2]
        lighter, darker = sorted((luminance(front), luminance(back)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, name


def test_a_browser_that_cannot_colour_shows_the_text(chromium: Browser, mitmweb: SavedInMitmweb) -> None:
    page = opened(chromium, mitmweb, before="delete globalThis.Highlight")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    open_flow(page, 0, "Response")
    page.locator(".contentview pre", has_text="tool call Write").wait_for()
    assert page.evaluate("CSS.highlights.size") == 0
    assert wrong == []
    page.close()


@pytest.fixture
def large(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """A body of 400 kB: 8,000 lines in the raw views."""
    flow = inspected.made_now(tmp_path)["parallel_calls"]
    value = ",".join(f'"name of {number}": "what it says {number}"' for number in range(8_000))
    flow.request.text = f'{{"messages": [], {value}}}'
    saved = inspected.saved([flow], tmp_path / "large.flows")
    with SavedInMitmweb(saved, tmp_path, ["--set", "content_view_lines_cutoff=8000"]) as web:
        page = opened(chromium, web)
        yield page
        page.close()


def test_a_large_body_is_coloured_as_far_as_is_quick(large: Page) -> None:
    open_flow(large, 0, "Request")
    choose(large, "ccr provider request", '"name of 7900"')
    wait_for(large, "name", '"name of 10"')
    names = coloured(large, "name")
    assert 2000 < len(names) < 10_000
    assert '"name of 7900"' not in names

from __future__ import annotations

from typing import Any

import pytest

from tests.support.chat_requests import (
    assistant,
    call,
    image,
    known_target,
    messages,
    pdf,
    result,
    rules,
    text,
    unknown_target,
    user,
)
from translators.errors import BadRequest

TEXT_ONLY = unknown_target(images=False, pdf=False)


def parts_of(*blocks: dict[str, Any], target: Any = None) -> Any:
    return messages([user(list(blocks))], target)[0]["content"]


def test_image_bytes_become_a_data_url() -> None:
    assert parts_of(text("see"), image("QUJD")) == [
        {"type": "text", "text": "see"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
    ]


def test_an_image_url_is_sent_as_a_url() -> None:
    block = {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}}
    assert parts_of(block) == [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}]


def test_a_pdf_becomes_a_file_part_with_a_name() -> None:
    assert parts_of(pdf("QUJD", title="a.pdf"), pdf("QUJD")) == [
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,QUJD"}},
        {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,QUJD"}},
    ]


def test_the_context_of_a_pdf_stands_before_it() -> None:
    about, file = parts_of(pdf("QUJD", title="a.pdf", context="of May"))
    assert about == {"type": "text", "text": "Context of the document a.pdf: of May"}
    assert file["type"] == "file"
    assert parts_of(pdf("QUJD", title="a.pdf", context="of May"), target=TEXT_ONLY).startswith("Document: a.pdf\nof May\n[PDF")


def test_a_text_document_is_text_with_its_title_and_context() -> None:
    block = {"type": "document", "title": "Notes", "context": "of May", "source": {"type": "text", "data": "body"}}
    assert parts_of(block) == "Document: Notes\nof May\nbody"


def test_a_document_of_blocks_is_sent_block_by_block() -> None:
    block = {"type": "document", "source": {"type": "content", "content": [text("a"), image()]}}
    assert [part["type"] for part in parts_of(block)] == ["text", "text", "image_url"]


def test_a_document_url_is_named_or_sent_where_the_target_fetches_it() -> None:
    block = {"type": "document", "title": "D", "source": {"type": "url", "url": "https://x/d.pdf"}}
    assert parts_of(block) == "Document: D\n[Document at https://x/d.pdf]"
    assert parts_of(block, target=known_target("openrouter", "openai/gpt-5"))[0]["file"]["file_data"] == "https://x/d.pdf"


def test_a_model_that_reads_text_alone_gets_a_text_in_place_of_each_file() -> None:
    got = parts_of(text("see"), image(), pdf(), target=TEXT_ONLY)
    assert got == (
        "see\n\n[Image omitted: the model in use reads no images.]\n\n[PDF file omitted: the model in use reads no PDF files.]"
    )
    assert rules({"messages": [user([image(), image(), pdf()])]}, TEXT_ONLY) == ["media.images", "media.pdf"]


def test_a_model_that_reads_text_alone_gets_no_files_of_results_either() -> None:
    got = messages([user("go"), assistant(call("a")), user([result("a", [text("x"), image()])])], TEXT_ONLY)
    assert got[2]["content"] == "x\n[Image omitted: the model in use reads no images.]"
    assert len(got) == 3


def test_a_cache_mark_stays_on_a_file_where_the_target_reads_marks() -> None:
    target = known_target("openrouter", "anthropic/claude-opus-4.8")
    mark = {"type": "ephemeral"}
    assert parts_of({**image(), "cache_control": mark}, target=target)[0]["cache_control"] == mark


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ({"type": "image", "source": {"type": "file", "file_id": "f"}}, r"messages\.0\.content\.0\.source: .*type `file`"),
        ({"type": "document", "source": {"type": "file", "file_id": "f"}}, r"content\.0\.source: .*type `file`"),
        ({"type": "image"}, r"content\.0\.source: Input should be an object"),
        (
            {"type": "document", "source": {"type": "content", "content": [{"type": "hologram"}]}},
            r"content\.0\.source\.content\.0: .*`hologram`",
        ),
    ],
)
def test_a_source_without_bytes_is_refused_by_name(block: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadRequest, match=complaint):
        parts_of(block)
    with pytest.raises(BadRequest, match=complaint):
        parts_of(block, target=TEXT_ONLY)

"""Images and documents as parts of a user message."""

from __future__ import annotations

from translators.contract import JsonObject
from translators.errors import BadRequest
from translators.openai_chat.blocks import blocks_of, mapping, string, unknown
from translators.openai_chat.draft import MESSAGES, Draft

IMAGE_OMITTED = "[Image omitted: the model in use reads no images.]"
_AS_TEXT = "documents were written as text: there is no block for them"
PDF_OMITTED = "[PDF file omitted: the model in use reads no PDF files.]"


def image_part(block: JsonObject, where: str, draft: Draft) -> JsonObject:
    """An `image_url` part, or a text that says an image was left out for a model that reads none."""
    source = mapping(block, "source", where)
    url = _source_url(source, f"{where}.source", "image/png")
    if not draft.quirks.images:
        draft.note_caused("media.images", "images were left out, `{}` reads none", MESSAGES, "quirks.images", str(draft.target))
        return draft.text_part(IMAGE_OMITTED, block)
    return _marked({"type": "image_url", "image_url": {"url": url}}, block, draft)


def document_parts(block: JsonObject, where: str, draft: Draft) -> list[JsonObject]:
    """A document's parts: text with its title, a `file` part, or a text that names what cannot be sent."""
    source = mapping(block, "source", where)
    match source.get("type"):
        case "text":
            draft.note("media.text", _AS_TEXT, MESSAGES)
            return [draft.text_part(_titled(block, string(source, "data", f"{where}.source")), block)]
        case "content":
            draft.note("media.text", _AS_TEXT, MESSAGES)
            return _content_parts(block, source, where, draft)
        case "url" if not draft.quirks.pdf_url:
            text = "PDF files by URL were left out but for their address, `{}` takes none"
            draft.note_caused("media.pdf_url", text, MESSAGES, "quirks.pdf_url", str(draft.target))
            return [draft.text_part(_titled(block, f"[Document at {string(source, 'url', f'{where}.source')}]"), block)]
        case _:
            return _file_parts(block, source, where, draft)


def search_result_text(block: JsonObject, where: str) -> str:
    """A `search_result` block as text: title and source, then what was found."""
    found = [
        string(text, "text", f"{where}.content.{index}") for index, text in enumerate(blocks_of(block.get("content"), where))
    ]
    return "\n".join([f"[{block.get('title', '')}]({block.get('source', '')})", *found])


def _file_parts(block: JsonObject, source: JsonObject, where: str, draft: Draft) -> list[JsonObject]:
    data = _source_url(source, f"{where}.source", "application/pdf")
    if not draft.quirks.pdf:
        draft.note_caused("media.pdf", "PDF files were left out, `{}` reads none", MESSAGES, "quirks.pdf", str(draft.target))
        return [draft.text_part(_titled(block, PDF_OMITTED), block)]
    # OpenAI's guide on file inputs: a `file` part wants a name beside its data URL.
    file = {"filename": _title(block) or "document.pdf", "file_data": data}
    # It has no place for the context that the client gave with it.
    about = [draft.text_part(f"Context of the document {file['filename']}: {_context(block)}")] if _context(block) else []
    return [*about, _marked({"type": "file", "file": file}, block, draft)]


def _content_parts(block: JsonObject, source: JsonObject, where: str, draft: Draft) -> list[JsonObject]:
    place = f"{where}.source.content"
    parts = [draft.text_part(_titled(block, "[Document:]"))]
    for index, inner in enumerate(blocks_of(source.get("content"), place)):
        match inner.get("type"):
            case "text":
                parts.append(draft.text_part(string(inner, "text", f"{place}.{index}")))
            case "image":
                parts.append(image_part(inner, f"{place}.{index}", draft))
            case _:
                raise unknown(inner, f"{place}.{index}")
    return parts


def _source_url(source: JsonObject, where: str, usual_type: str) -> str:
    """The URL of a source, a data URL for one with bytes. Raises BadRequest for a source we have no bytes of."""
    match source.get("type"):
        case "base64":
            return f"data:{source.get('media_type') or usual_type};base64,{string(source, 'data', where)}"
        case "url":
            return string(source, "url", where)
        case kind:
            raise BadRequest(f"{where}: a source of type `{kind}` cannot be sent to this provider")


def _marked(part: JsonObject, block: JsonObject, draft: Draft) -> JsonObject:
    if "cache_control" in block:
        draft.mark(part, block)
    return part


def _title(block: JsonObject) -> str:
    title = block.get("title")
    return title if isinstance(title, str) else ""


def _titled(block: JsonObject, text: str) -> str:
    """The text under the document's title and the context the client gave with it."""
    head = [f"Document: {_title(block)}"] if _title(block) else []
    return "\n".join([*head, *filter(None, [_context(block)]), text])


def _context(block: JsonObject) -> str:
    context = block.get("context")
    return context if isinstance(context, str) else ""

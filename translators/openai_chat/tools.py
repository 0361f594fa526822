"""The tools offered, and which of them must be called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from translators.contract import JsonObject
from translators.errors import BadRequest
from translators.openai_chat.blocks import objects, string
from translators.openai_chat.draft import Draft
from translators.openai_chat.typed_tools import published_tool
from translators.schema import fitted_schema


@dataclass(slots=True)
class Offer:
    """The fields about tools as they are sent. `functions` says whether the model can call any, `forced` whether it must.

    `instruction` is for the end of the system prompt, "" for none.
    """

    fields: JsonObject
    functions: bool = False
    forced: bool = False
    instruction: str = ""


# A model that is asked for a search and has none invents results; this way the user is told.
_NO_SEARCH = "Web search is not available with this model. Say so in one sentence, and give no results, names or links."


# What is read of a tool, whatever its kind.
_KNOWN = frozenset({"name", "description", "input_schema", "type"})
# What else of a web search, by the quirk `web_search`.
_OF_SEARCH = {
    "web_search_options": frozenset({"user_location"}),
    "openrouter": frozenset({"user_location", "allowed_domains", "blocked_domains"}),
    "enable_search": frozenset[str](),
}
_TOOLS = ("tools",)
_SEARCH = ("tools", "web_search_options", "enable_search")
_CHOICE = ("tool_choice", "parallel_tool_calls", "tools")
_NO_TOOLS = "`tool_choice` was dropped: there is no tool it could mean"
_MOST_NAMES = 8


def offer_tools(body: JsonObject, draft: Draft) -> Offer:
    """What is offered of the request's tools. Raises BadRequest for a tool or a choice that makes no sense."""
    sorted_out = _Tools(draft)
    for index, tool in enumerate(objects(body.get("tools") or [], "tools")):
        sorted_out.add(tool, f"tools.{index}")
    sorted_out.note_changes()
    instruction = _NO_SEARCH if sorted_out.search_dropped else ""
    offer = Offer(dict(sorted_out.fields), functions=bool(sorted_out.functions), instruction=instruction)
    tools = [*sorted_out.functions.values(), *sorted_out.native]
    if not tools and not offer.fields:
        if body.get("tools") == []:
            draft.note("tools.none", "`tools` was left out: the list is empty", _TOOLS)
        if body.get("tool_choice") is not None:
            draft.note("tools.choice_dropped", _NO_TOOLS, _CHOICE)
        return offer
    _choose(body.get("tool_choice"), sorted_out, tools, offer, draft)
    return offer


class _Tools:
    """The request's tools by what becomes of them: functions, the provider's own, dropped."""

    def __init__(self, draft: Draft) -> None:
        self.functions: dict[str, JsonObject] = {}
        self.native: list[JsonObject] = []
        self.fields: JsonObject = {}
        self.others: set[str] = set()
        self.search_dropped = False
        self._dropped: list[str] = []
        self._reduced: list[str] = []
        self._settings: set[str] = set()
        self._draft = draft

    def add(self, tool: JsonObject, where: str) -> None:
        kind = tool.get("type")
        if kind is None or kind == "custom":
            if not _KNOWN.issuperset(tool):
                self._settings.update(tool.keys() - _KNOWN)
            self._add_function(string(tool, "name", where), tool.get("description"), tool.get("input_schema"), where)
        elif str(kind).startswith("web_search_"):
            self.others.add(str(tool.get("name", "web_search")))
            self._add_search(tool)
        elif (published := published_tool(str(kind))) is not None:
            self._draft.note("tools.published", "tools that Anthropic defines were written as functions", _TOOLS)
            self._settings.update(tool.keys() - _KNOWN)
            self._add_function(str(tool.get("name", published.name)), published.description, published.schema, where)
        else:
            self.others.add(str(tool.get("name", kind)))
            self._dropped.append(str(kind))

    def note_changes(self) -> None:
        draft = self._draft
        if self.functions:
            draft.note("protocol.tools", "`tools` were written as functions", _TOOLS)
        if self._dropped:
            kinds = _names(self._dropped)
            draft.note("tools.typed", "tools that Anthropic's servers run were dropped: {}", _TOOLS, kinds)
        if draft.tool_names:
            names = _names(list(draft.tool_names.values()))
            draft.note("tools.names", "names of tools were replaced by ones that are legal: {}", _TOOLS, names)
        if self._reduced:
            draft.note_caused("tools.schema", "schemas of tools were reduced: {}", _TOOLS, "quirks.schema", _names(self._reduced))
        if "cache_control" in self._settings:
            self._settings.discard("cache_control")
            draft.unmarked()
        if self._settings:
            draft.note("tools.settings", "settings of tools were dropped: {}", _TOOLS, _names(sorted(self._settings)))

    def _add_function(self, name: str, description: Any, schema: Any, where: str) -> None:
        if not name or name in self.functions:
            raise BadRequest(f"{where}.name: tool names must be unique and not empty, `{name}` is not")
        function: JsonObject = {"name": self._draft.tool_name(name)}
        if isinstance(description, str) and description:
            function["description"] = description
        function["parameters"], changed = fitted_schema(schema, self._draft.quirks.schema, f"{where}.input_schema")
        if changed:
            self._reduced.append(name)
        self.functions[name] = {"type": "function", "function": function}

    def _add_search(self, tool: JsonObject) -> None:
        location = tool.get("user_location")
        match self._draft.quirks.web_search:
            case "web_search_options":
                # OpenAI's API reference, `web_search_options.user_location`
                place = {key: value for key, value in location.items() if key != "type"} if isinstance(location, dict) else {}
                options = {"user_location": {"type": "approximate", "approximate": place}} if place else {}
                self.fields["web_search_options"] = options
            case "openrouter":
                # OpenRouter's reference, WebSearchServerToolConfig
                named = {
                    "allowed_domains": tool.get("allowed_domains"),
                    "excluded_domains": tool.get("blocked_domains"),
                    "user_location": location,
                }
                parameters = {key: value for key, value in named.items() if value}
                self.native.append({"type": "openrouter:web_search"} | ({"parameters": parameters} if parameters else {}))
            case "enable_search":
                self.fields["enable_search"] = True
            case _:
                self.search_dropped = True
                self._draft.note(
                    "tools.web_search",
                    "web search was dropped: `{}` has none; hint: route `webSearch` to a model that has",
                    _TOOLS,
                    str(self._draft.target),
                )
                return
        self._draft.note_caused("tools.search", "web search is the provider's own", _SEARCH, "quirks.web_search")
        self._settings.update(tool.keys() - _KNOWN - _OF_SEARCH[self._draft.quirks.web_search])


def _names(names: list[str]) -> str:
    told = ", ".join(f"`{name[:64]}`" for name in names[:_MOST_NAMES])
    return f"{told} and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else told


def _choose(choice: Any, tools: _Tools, sent: list[JsonObject], offer: Offer, draft: Draft) -> None:
    """Adds `tools`, `tool_choice` and `parallel_tool_calls` to the offer. A search of the provider's own cannot be forced."""
    wish = _wish(choice)
    word = _word(wish, tools, draft)
    if word == "none" and not (tools.functions and "none" in draft.quirks.tool_choices):
        text = "no tools were offered: `{}` can only so be kept from calling any"
        draft.note_caused("tools.choice", text, _CHOICE, "quirks.tool_choices", str(draft.target))
        offer.fields, offer.functions = {}, False
        return
    fields: JsonObject = {"tools": sent} if sent else {}
    if word == "function":
        function = tools.functions[wish["name"]]["function"]
        fields["tool_choice"] = {"type": "function", "function": {"name": function["name"]}}
    elif word:
        fields["tool_choice"] = word
    if choice is not None:
        _note_choice(choice, fields.get("tool_choice"), draft)
    if wish.get("disable_parallel_tool_use") is True:
        if offer.functions and draft.quirks.parallel_tool_calls:
            fields["parallel_tool_calls"] = False
            draft.note("tools.parallel", "`disable_parallel_tool_use` is sent as `parallel_tool_calls: false`", _CHOICE)
        else:
            text = "`disable_parallel_tool_use` was dropped, there is no such setting"
            draft.note_caused("tools.parallel", text, _CHOICE, "quirks.parallel_tool_calls")
    offer.forced = word in {"function", "required"}
    offer.fields = {**fields, **offer.fields}


def _note_choice(choice: JsonObject, sent: Any, draft: Draft) -> None:
    if sent is None:
        draft.note("tools.choice_dropped", _NO_TOOLS, _CHOICE)
    else:
        words = sent if isinstance(sent, str) else "function"
        draft.note("protocol.tool_choice", "`tool_choice` `{}` is sent as `{}`", _CHOICE, choice["type"], words)


def _wish(choice: Any) -> JsonObject:
    if choice is None:
        return {"type": ""}
    if not isinstance(choice, dict) or choice.get("type") not in {"auto", "any", "tool", "none"}:
        raise BadRequest("tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'")
    return choice


def _word(wish: JsonObject, tools: _Tools, draft: Draft) -> str:
    """The word for a wish, "" for none, degraded to what the target knows."""
    match wish["type"]:
        case "tool":
            name = string(wish, "name", "tool_choice")
            if name in tools.functions:
                return _known(("function", "required", "auto"), draft)
            if name not in tools.others:
                raise BadRequest(f"tool_choice.name: tool `{name}` is not among the tools")
            return ""
        case "any":
            return _known(("required", "auto"), draft) if tools.functions else ""
        case "none":
            return "none"
        case word:
            return str(word) if tools.functions else ""


def _known(words: tuple[str, ...], draft: Draft) -> str:
    """The first word the target knows, "" for none."""
    known = [word for word in words if word in draft.quirks.tool_choices]
    word = known[0] if known else ""
    if word != words[0]:
        text = "`tool_choice` was weakened, `{}` does not take `{}`"
        draft.note_caused("tools.choice", text, _CHOICE, "quirks.tool_choices", str(draft.target), words[0])
    return word

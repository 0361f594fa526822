"""Keys as people write them to keys as the schema has them: other spellings are taken, misspelt ones are problems."""

from __future__ import annotations

from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, TypeAliasType, Union, get_args, get_origin

from addon.config import foreign
from addon.config.document import Findings, Path, normal
from addon.config.errors import closest, either, listed
from addon.config.schema import ConfigFile, ProviderSection, Section

MISSING_NAME = "a provider needs a `name`"


class Spelling:
    """One document's tree in the schema's keys. `written` gives the path in the file for each path in that tree."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.written: dict[Path, Path] = {}
        self.foreign: dict[str, Any] = {}

    def respell(self, tree: dict[str, Any]) -> dict[str, Any]:
        return self._section(tree, ConfigFile, (), ())

    def path(self, spelt: Path) -> Path:
        """Where in the file something stands, or would stand, that has this path in the schema's keys."""
        for end in range(len(spelt), 0, -1):
            if spelt[:end] in self.written:
                return self.written[spelt[:end]] + spelt[end:]
        return spelt

    def _section(self, tree: dict[str, Any], section: type[Section], written: Path, spelt: Path) -> dict[str, Any]:
        known = spellings(section)
        respelt: dict[str, Any] = {}
        for key, value in tree.items():
            path = (*written, key)
            name = known.get(normal(key))
            if name is None:
                self._unknown(key, value, section, path)
            elif (*spelt, name) not in self.written:
                self.written[*spelt, name] = path
                if value not in (None, ""):  # Claude Code Router's editor writes "" for what is not set
                    respelt[name] = self._value(value, section, name, path, (*spelt, name))
            elif value != tree[str(self.written[*spelt, name][-1])]:
                other = self.written[*spelt, name][-1]
                self._findings.problem(path, f"`{key}` and `{other}` are the same key with two values", "keep one of the two")
        return respelt

    def _value(self, value: Any, section: type[Section], name: str, written: Path, spelt: Path) -> Any:
        child, many = nested(section, name)
        if child is None:
            return value
        if child is ProviderSection and isinstance(value, list):
            return self._providers(value, written, spelt)
        if not isinstance(value, dict):
            return value
        if not many:
            return self._section(value, child, written, spelt)
        return {str(key): self._member(item, child, (*written, key), (*spelt, str(key))) for key, item in value.items()}

    def _member(self, item: Any, section: type[Section], written: Path, spelt: Path) -> Any:
        self.written[spelt] = written
        if item is None:
            return {}
        return self._section(item, section, written, spelt) if isinstance(item, dict) else item

    def _providers(self, items: Sequence[Any], written: Path, spelt: Path) -> dict[str, Any]:
        """The list form to the mapping form. A provider without a usable name is reported and left out."""
        named: dict[str, Any] = {}
        for index, item in enumerate(items):
            path = (*written, index)
            name = _name_of(item)
            if not isinstance(item, dict):
                self._findings.problem(path, f"{self._findings.document.quote(path)} is not a mapping", MISSING_NAME)
            elif not name:
                self._findings.problem((*path, "name"), "is missing or empty", MISSING_NAME)
            elif name in named:
                self._findings.problem((*path, "name"), f"two providers are called `{name}`", "give each its own name")
            else:
                named[name] = self._member(item, ProviderSection, path, (*spelt, name))
        return named

    def _unknown(self, key: str, value: Any, section: type[Section], path: Path) -> None:
        if section is ConfigFile and foreign.is_foreign(key, documented(ConfigFile)):
            self.foreign[key] = value
            return
        self._findings.problem(path, f"`{key}` is not a key that is known here", _suggestion(key, section))


def spellings(section: type[Section]) -> dict[str, str]:
    """Field name by normal form."""
    return {normal(name): name for name in section.model_fields} | dict(section.also)


def documented(section: type[Section]) -> list[str]:
    """The keys as they are documented."""
    return [section.shown.get(name, name) for name in section.model_fields]


def nested(section: type[Section], name: str) -> tuple[type[Section] | None, bool]:
    """The section that a field holds, if any, and whether it holds many of them by name."""
    return _section_in(section.model_fields[name].annotation)


def _section_in(annotation: Any) -> tuple[type[Section] | None, bool]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation, False
    if isinstance(annotation, TypeAliasType) or get_origin(annotation) is Annotated:
        return None, False
    for part in get_args(annotation):
        section, many = _section_in(part)
        if section is not None:
            return section, many or get_origin(annotation) not in {Union, UnionType}
    return None, False


def _suggestion(key: str, section: type[Section]) -> str:
    """The documented spelling of the key that looks most like this one, in any of its spellings."""
    shown = {form: section.shown.get(name, name) for form, name in spellings(section).items()}
    near = list(dict.fromkeys(shown[form] for form in closest(normal(key), shown)))
    return f"did you mean {either(near)}?" if near else f"known are {listed(documented(section))}"


def _name_of(item: Any) -> str:
    if not isinstance(item, dict):
        return ""
    known = spellings(ProviderSection)
    names = [value for key, value in item.items() if known.get(normal(str(key))) == "name"]
    return names[0].strip() if names and isinstance(names[0], str) else ""

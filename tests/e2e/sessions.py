"""The sessions every way to a model must bring to the same end."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.script import prompt

RED_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKElEQVR4nO3NsQ0AAAzCMP5/un0CNkuZ41wybXsHAAAAAAAAAAAAxR4yw/wuPL6QkAAAAABJRU5ErkJggg=="
)
UNICODE = 'Grüße, 世界! 🦆 “quotes” \\ "double" \t tab\nnew line, ⠿ and é'
LONG = "".join(f'{number:05d} Zeile mit Umlauten äöü und {{Klammern}} "so"\n' for number in range(950))


@dataclass(frozen=True, slots=True)
class Session:
    """`turns` is the script; `files` are there before; `result` and `written` are there in the end."""

    name: str
    turns: Sequence[Sequence[dict[str, Any]]]
    result: str
    rounds: int
    files: Mapping[str, bytes] = field(default_factory=dict)
    written: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        return prompt(self.turns)


def bash(command: str) -> dict[str, Any]:
    return {"tool": "Bash", "input": {"command": command, "description": "a step"}}


def tool(name: str, **inputs: Any) -> dict[str, Any]:
    return {"tool": name, "input": inputs}


def text(said: str) -> dict[str, Any]:
    return {"text": said}


SESSIONS = (
    Session("text with unicode", [[text(UNICODE)]], UNICODE, 1),
    Session(
        "one tool",
        [[text("Looking."), bash("printf 'one\\n' > one.txt")], [text("It is done.")]],
        "It is done.",
        2,
        written={"one.txt": b"one\n"},
    ),
    Session(
        "three parallel tools",
        [[bash("printf a > a"), bash("printf b > b"), tool("Read", file_path="{work}/c")], [text("All three.")]],
        "All three.",
        4,
        files={"c": b"see\n"},
        written={"a": b"a", "b": b"b"},
    ),
    Session(
        "a write of 50 KB",
        [[tool("Write", file_path="{work}/long.txt", content=LONG)], [text("Written.")]],
        "Written.",
        2,
        written={"long.txt": LONG.encode()},
    ),
    Session(
        "an edit",
        [
            [tool("Read", file_path="{work}/poem.txt")],
            [tool("Edit", file_path="{work}/poem.txt", old_string="rot\n", new_string="blau, „schön“\n")],
            [text("Edited.")],
        ],
        "Edited.",
        3,
        files={"poem.txt": b"Rosen sind\nrot\n"},
        written={"poem.txt": "Rosen sind\nblau, „schön“\n".encode()},
    ),
    Session("a failing tool", [[bash("echo wrong >&2; exit 3")], [text("It failed.")]], "It failed.", 2),
    Session(
        "reading an image",
        [[tool("Read", file_path="{work}/red.png")], [text("It is red.")]],
        "It is red.",
        2,
        files={"red.png": RED_PNG},
    ),
    Session(
        "thinking",
        [
            [{"thinking": "First I look, then I answer."}, text("One moment."), bash("printf x > x")],
            [{"thinking": "Now I know."}, text("Thought about it.")],
        ],
        "Thought about it.",
        2,
        written={"x": b"x"},
    ),
    Session(
        "a subagent",
        [
            [
                tool(
                    "Agent",
                    description="explore",
                    subagent_type="Explore",
                    prompt=prompt([[bash("printf sub > sub.txt")], [text("The subagent is done.")]]),
                )
            ],
            [text("The agent came back.")],
        ],
        "The agent came back.",
        2,
        written={"sub.txt": b"sub"},
    ),
    Session(
        "a web search",
        [[tool("WebSearch", query="mitmproxy addon")], [text("Searched.")]],
        "Searched.",
        2,
    ),
    Session(
        "twelve turns",
        [*[[text(f"Step {n}."), bash(f"printf {n}, >> steps")] for n in range(11)], [text("Twelve.")]],
        "Twelve.",
        12,
        written={"steps": b"0,1,2,3,4,5,6,7,8,9,10,"},
    ),
    Session("empty arguments", [[tool("TaskList")], [text("No tasks.")]], "No tasks.", 2),
)

EVERYTHING = Session(
    "everything in few turns",
    [
        [
            {"thinking": "Zwei Dinge, 世界."},
            text("Both at once."),
            bash("printf 'eins: ä\\n' > eins"),
            tool("Write", file_path="{work}/zwei", content='{"a": [1, "zwei"]}\n'),
        ],
        [text("Then "), tool("Read", file_path="{work}/eins")],
        [{"thinking": "All done."}, text(UNICODE)],
    ],
    UNICODE,
    4,
    written={"eins": "eins: ä\n".encode(), "zwei": b'{"a": [1, "zwei"]}\n'},
)

"""A passage of a document while it is being read: its parts, and how much of it is marked."""

import re
from dataclasses import dataclass, field

from causeloop_pipeline.landing.postmortems.blocks import Passage

BOX = re.compile(r"^\s*(?:\[(?P<mark>[ xX✓✔])?\]|(?P<sign>[☐☑☒✅✔✓⬜🔲]))\s*")
CHECKED_SIGNS = frozenset("☑☒✅✔✓xX")


@dataclass
class OpenPassage:
    """A passage that is being read."""

    passage: Passage
    parts: list[str] = field(default_factory=list)
    length: int = 0
    bold: int = 0
    crossed_out: int = 0
    visible: int = 0


def close_passage(opened: OpenPassage) -> None:
    """Set the text of a passage: in lines, without its box."""
    lines = (" ".join(line.split()) for line in "".join(opened.parts).split("\n"))
    text = "\n".join(line for line in lines if line)
    passage = opened.passage
    if box := BOX.match(text):
        sign = box["mark"] or box["sign"] or ""
        passage.is_checked = sign in CHECKED_SIGNS and bool(sign)
        text = text[box.end() :]
    passage.text = text
    passage.is_bold = bool(opened.visible) and opened.bold >= opened.visible
    passage.is_crossed_out = bool(opened.visible) and opened.crossed_out * 10 >= opened.visible * 8

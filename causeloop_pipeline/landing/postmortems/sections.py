"""Which part of a post-mortem a heading begins, by the words that teams use, in English and German."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from causeloop_pipeline.landing.postmortems.blocks import Block, BlockKind, Document

MAX_HEADING = 90
MAX_BEFORE_TITLE = 3


class SectionKind(StrEnum):
    """What a part of a post-mortem is about."""

    ACTIONS = "actions"
    CHECKLIST = "checklist"
    CAUSE = "cause"
    RESOLUTION = "resolution"
    TIMELINE = "timeline"
    SUMMARY = "summary"
    OTHER = "other"


WORDS = (
    (SectionKind.CHECKLIST, r"check-?list|prüfliste|before (?:the meeting|publish)|template|how to use"),
    (
        SectionKind.ACTIONS,
        r"\baction(?:s|able)?\b(?! taken)|action[- ]items?|follow[- ]?ups?|remediat|corrective"
        r"|preventa?tive|to[- ]?dos?\b|next steps?|improvements?|what (?:we(?:'|’)re|are we|we are|we will)"
        r" (?:doing|going to do)|prevent(?:ing|ion)|moving forward"
        r"|going forward|how (?:do|will) we (?:prevent|avoid)"
        r"|ma(?:ß|ss)nahmen?|aufgaben|nächste schritte|folgeaufgaben|verbesserungen|^tasks?$",
    ),
    (SectionKind.TIMELINE, r"time-?line|chronolog|zeit(?:ach|lin|verl)|ablauf|verlauf|what happen\w+ when"),
    (
        SectionKind.CAUSE,
        r"root[- ]causes?|causes?\b|contributing|five whys|5 whys|why did|what went wrong|trigger|ursachen?"
        r"|auslöser|analysis|fault|background",
    ),
    (
        SectionKind.RESOLUTION,
        r"resolution|mitigation|recovery|actions? taken|how (?:was|did) (?:it|we) (?:fix|resolv)|behebung"
        r"|lösung|wiederherstellung|what fixed",
    ),
    (
        SectionKind.SUMMARY,
        r"summary|overview|abstract|tl;?dr|what happen\w+|incident|description|zusammenfassung|überblick"
        r"|was ist passiert|beschreibung|introduction",
    ),
)
COMPILED = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in WORDS)
NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?|[IVX]+\.)\s+")


class PlacedBlock(NamedTuple):
    """A block and the part of the document that it stands in."""

    block: Block
    kind: SectionKind
    heading: str
    """The heading over it; empty before the first."""


def place_blocks(document: Document) -> Iterator[PlacedBlock]:
    """Each block that is not a heading, with the kind of its section."""
    title = find_title_block(document)
    path: list[tuple[int, SectionKind, str]] = []
    for block in document.blocks:
        level = _read_level(block)
        if block is title:
            continue
        if level:
            text = _trim(block.passage.text)
            path = [each for each in path if each[0] < level]
            path.append((level, _classify(text, path), text))
            continue
        _, kind, heading = path[-1] if path else (0, SectionKind.OTHER, "")
        yield PlacedBlock(block, kind, heading)


def find_title_block(document: Document) -> Block | None:
    """The heading that is the title: the first one, where no other has its level or it names no section."""
    headings = [block for block in document.blocks if block.kind is BlockKind.HEADING]
    if not headings or document.blocks.index(headings[0]) > MAX_BEFORE_TITLE:
        return None
    first = headings[0]
    is_alone = all(other.level > first.level for other in headings[1:]) and len(headings) > 1
    is_named = classify_heading(first.passage.text) is not SectionKind.OTHER
    return first if is_alone or not is_named else None


def classify_heading(text: str) -> SectionKind:
    """Which part a heading begins, by its words."""
    return next((kind for kind, words in COMPILED if words.search(text)), SectionKind.OTHER)


def _classify(text: str, above: list[tuple[int, SectionKind, str]]) -> SectionKind:
    """A heading under that of the actions names a group of them, whatever its words."""
    if any(kind is SectionKind.ACTIONS for _, kind, _ in above):
        return SectionKind.ACTIONS
    kind = classify_heading(text)
    return above[-1][1] if kind is SectionKind.OTHER and above else kind


def _read_level(block: Block) -> int:
    """The level of a heading; a bold line by itself is one, below those that are marked up."""
    passage = block.passage
    if block.kind is BlockKind.HEADING:
        return block.level
    if block.kind is not BlockKind.PARAGRAPH or len(passage.text) > MAX_HEADING or "\n" in passage.text:
        return 0
    is_named = classify_heading(passage.text) is not SectionKind.OTHER
    if passage.is_bold and not passage.text.rstrip().endswith((".", "!")) and ": " not in passage.text:
        return 7
    return 7 if is_named and passage.text.endswith(":") and passage.text.count(" ") < 5 else 0


def _trim(text: str) -> str:
    return NUMBER.sub("", " ".join(text.split())).rstrip(":").strip()

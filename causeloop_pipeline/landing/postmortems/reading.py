"""Reads a post-mortem from a file: what occurred, what it names, and its action items with their words."""

from dataclasses import dataclass, replace
from datetime import datetime

from causeloop_pipeline.landing.postmortems.action_item import ActionItem
from causeloop_pipeline.landing.postmortems.action_items import SENTENCE, find_action_items
from causeloop_pipeline.landing.postmortems.blocks import BlockKind, Passage
from causeloop_pipeline.landing.postmortems.facts import FIELD, read_facts
from causeloop_pipeline.landing.postmortems.files import read_document
from causeloop_pipeline.landing.postmortems.references import find_references
from causeloop_pipeline.landing.postmortems.sections import (
    PlacedBlock,
    SectionKind,
    classify_heading,
    place_blocks,
)
from causeloop_pipeline.landing.postmortems.written_dates import decide_order
from causeloop_pipeline.model.issue import TITLE_LIMIT

UNDATED = "the day on which it is read counts, unless a ticket tells or you enter another"
MAX_STATEMENT, MAX_FAILURE_TEXT, MAX_TITLES = 1_200, 6_000, 12
STATED_IN = {
    SectionKind.SUMMARY: "summary",
    SectionKind.CAUSE: "cause",
    SectionKind.RESOLUTION: "resolution",
}


@dataclass(frozen=True, slots=True)
class ReadPostmortem:
    """What was understood of a post-mortem."""

    source: str
    """Which document it is, however often it is read."""
    title: str
    occurred_at: datetime | None
    has_time_of_day: bool
    services: tuple[str, ...]
    severity: str | None
    address: str | None
    statements: dict[str, str]
    """What it says in its sections `summary`, `cause` and `resolution`."""
    references: tuple[str, ...]
    """The addresses and keys that it names, other than those of its action items."""
    items: tuple[ActionItem, ...]
    notes: tuple[str, ...]

    @property
    def failure_text(self) -> str:
        """What it tells of the failure, to compare with others."""
        parts = [self.title, *(self.statements.get(name, "") for name in ("summary", "cause"))]
        return "\n".join(part for part in parts if part)[:MAX_FAILURE_TEXT]

    @property
    def failure_titles(self) -> list[str]:
        """What an issue about the failure may be called: the title, or a sentence of the summary or cause."""
        text = " ".join(self.statements.get(name, "") for name in ("summary", "cause"))
        sentences = [part.strip() for part in SENTENCE.split(text)]
        fitting = [part for part in sentences if 15 <= len(part) <= TITLE_LIMIT]
        return list(dict.fromkeys([self.title, *fitting]))[:MAX_TITLES]


def read_postmortem(
    content: bytes, name: str, address: str | None = None, *, zone: str = "UTC"
) -> ReadPostmortem:
    """Read a document; UnreadableDocumentError where it is none that can be read.

    `address` is where it stands, as a person says; it identifies the document when it is read again. Times
    without an offset are of the time zone.
    """
    document = read_document(content, name)
    blocks = list(place_blocks(document))
    is_day_first = decide_order("\n".join(block.passage.text for block in document.blocks))
    facts = read_facts(document, blocks, name, is_day_first=is_day_first, zone=zone)
    items = find_action_items(blocks, is_day_first=is_day_first)
    stands_at = address or facts.address
    references = _find_named(facts.title, blocks)
    own_items = tuple(_drop_named(item, references) for item in items)
    return ReadPostmortem(
        source=_identify(document.page_id, stands_at, name),
        title=facts.title,
        occurred_at=facts.occurred_at,
        has_time_of_day=facts.has_time_of_day,
        services=facts.services,
        severity=facts.severity,
        address=stands_at,
        statements=_collect_statements(blocks),
        references=tuple(each for each in references if each != stands_at),
        items=own_items,
        notes=tuple(_note(facts.occurred_at, facts.is_date_ambiguous, items)),
    )


def _identify(page_id: str | None, address: str | None, name: str) -> str:
    """A document's identity: its page's id, its address, else its file's name."""
    if page_id:
        return page_id
    if address:
        return address.split("#")[0].split("?usp=")[0].rstrip("/")[:500]
    return f"file:{name.lower()}"[:500]


def _find_named(title: str, blocks: list[PlacedBlock]) -> list[str]:
    """What the document names outside of its action items."""
    others = [placed for placed in blocks if placed.kind is not SectionKind.ACTIONS]
    cells = [cell for placed in others for row in placed.block.rows for cell in row]
    texts: list[Passage] = [*(placed.block.passage for placed in others), *cells]
    return find_references(
        "\n".join([title, *(each.text for each in texts)]), [link for each in texts for link in each.links]
    )


def _drop_named(item: ActionItem, references: list[str]) -> ActionItem:
    """An item without the incident as its ticket, which closes when the incident is over."""
    return replace(item, tickets=tuple(each for each in item.tickets if each not in references))


def _collect_statements(blocks: list[PlacedBlock]) -> dict[str, str]:
    """What the document says of the incident, by its sections or by a name before a line."""
    parts: dict[str, list[str]] = {}
    opening = []
    for block, kind, heading in blocks:
        text = block.passage.text
        named = FIELD.match(text)
        if named and (of_name := classify_heading(named["name"])) in STATED_IN and len(named["value"]) > 20:
            parts.setdefault(STATED_IN[of_name], []).append(named["value"])
        elif kind in STATED_IN and block.kind is not BlockKind.TABLE and text:
            parts.setdefault(STATED_IN[kind], []).append(text)
        elif not heading and block.kind is BlockKind.PARAGRAPH and not named:
            opening.append(text)
    if opening:
        parts.setdefault("summary", opening[:3])
    return {name: " ".join(texts)[:MAX_STATEMENT] for name, texts in parts.items() if texts}


def _note(occurred_at: datetime | None, is_ambiguous: bool, items: list[ActionItem]) -> list[str]:
    """What a person should look at."""
    notes = []
    if occurred_at is None:
        notes.append("when the incident was is not stated: enter it")
    if is_ambiguous:
        notes.append("day and month of the date could be swapped: check it")
    if not items:
        notes.append("there is no list, table or sentence of action items in it")
    undated = sum(item.status.is_done and item.status.done_on is None for item in items)
    if undated == 1:
        notes.append(f"1 item is done on a day that is not stated: {UNDATED}")
    elif undated:
        notes.append(f"{undated} items are done on days that are not stated: {UNDATED}")
    return notes

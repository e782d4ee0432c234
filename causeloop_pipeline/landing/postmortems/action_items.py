"""Finds the action items of a post-mortem: rows of tables, entries of lists, or sentences of prose."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from causeloop_pipeline.landing.postmortems.action_item import ActionItem, make_key, number_keys
from causeloop_pipeline.landing.postmortems.action_tables import (
    cell_of,
    find_widest_column,
    is_action_table,
    name_columns,
)
from causeloop_pipeline.landing.postmortems.blocks import Block, BlockKind, Passage
from causeloop_pipeline.landing.postmortems.item_kinds import classify_item, names_kind
from causeloop_pipeline.landing.postmortems.item_status import (
    DONE,
    ItemStatus,
    is_reported_done,
    read_marks,
    read_status,
    strip_marks,
)
from causeloop_pipeline.landing.postmortems.references import find_references
from causeloop_pipeline.landing.postmortems.sections import PlacedBlock, SectionKind
from causeloop_pipeline.landing.postmortems.written_dates import find_date, find_dates
from causeloop_pipeline.model.postmortem import MAX_ITEM_TEXT, MAX_ITEMS, MAX_QUOTE

PLANNED = re.compile(
    r"\b(?:we|wir|the team|our teams?)(?:'ll|’ll|'re| will| are| plan| intend| want| need| also| werden)\b"
    r"|\b(?:will be|is being|are being|is planned|to be) \w+(?:ed|built|made)\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ\"'(])|\n+")
LABEL = re.compile(
    r"^\(?(?P<label>(?:AI|Action|Item|AP|M|A|#)[- ]?\d{1,4}|\d{1,3}[.)])\)?\s*[:.\-–—)|]*\s+", re.IGNORECASE
)
OWNER = re.compile(
    r"[\[(](?:owner|assignee|dri|verantwortlich)?\s*:?\s*(?P<at>@[\w.-]{1,60})[\])]|(?P<bare>(?<!\w)@[\w.-]{1,60})"
    r"|[\[(–—-]\s*(?:owner|assignee|dri|verantwortlich)\s*:\s*(?P<named>[^\])(,;]{1,60})[\])]?",
    re.IGNORECASE,
)
DUE = re.compile(r"(?:due|deadline|target|eta|by|until|bis|fällig(?: am)?)\W{0,3}\s*", re.IGNORECASE)
ASIDE = re.compile(
    rf"[\[(,;–—-]?\s*\b(?:{DONE}|due|deadline|eta|by|until|bis|fällig)\W{{0,3}}(?:on|am|date)?\W{{0,3}}"
    r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}/\d{1,2}/\d{4})[\])]?",
    re.IGNORECASE,
)
LAST_DATE = re.compile(r"\s\d{4}-\d{2}-\d{2}\s*$")
"""How Confluence writes the day on which a task is due."""

NOTHING = re.compile(
    r"^(?:none|n/?a|tbd|tba|-+|–|—|\.\.\.|…|keine?|nothing|no action items?.{0,30})\.?$", re.IGNORECASE
)
PLACEHOLDER = re.compile(
    r"^[\[<{(].{0,200}[\]>})]$|^(?:e\.g\.|example|list |describe |add )\b.{0,80}\b(?:here|items?)\b",
    re.IGNORECASE,
)
MIN_LETTERS = 6


def find_action_items(blocks: Sequence[PlacedBlock], *, is_day_first: bool | None = None) -> list[ActionItem]:
    """The action items, in order, each once; at most MAX_ITEMS."""
    items: list[ActionItem] = []
    for placed in blocks:
        if placed.block.kind is BlockKind.TABLE and _has_items(placed):
            items += _read_table(placed, is_day_first)
    items += _read_lists(blocks, is_day_first)
    if not items:
        items += _read_prose(blocks)
    return list(number_keys(items))[:MAX_ITEMS]


def _has_items(placed: PlacedBlock) -> bool:
    rows = placed.block.rows
    if placed.kind is SectionKind.ACTIONS:
        return len(rows) > 1 or not placed.block.has_head
    return placed.kind is not SectionKind.CHECKLIST and is_action_table(placed.block)


def _read_table(placed: PlacedBlock, is_day_first: bool | None) -> Iterator[ActionItem]:
    rows = [row for row in placed.block.rows if row]
    columns = name_columns(placed.block) if rows else {}
    body = rows[1:] if columns or placed.block.has_head else rows
    if not columns and body:
        columns = {"text": find_widest_column(body)}
    for row in body:
        item = _read_row(row, columns, placed.heading, is_day_first)
        if item is not None:
            yield item


def _read_row(
    row: Sequence[Passage], columns: dict[str, int], heading: str, is_day_first: bool | None
) -> ActionItem | None:
    whole = cell_of(row, columns, "text")
    if not _says_something(whole.text):
        return None
    ticket = cell_of(row, columns, "ticket")
    status = read_marks(whole, is_day_first=is_day_first)
    for name in ("status", "done", "ticket"):
        cell = cell_of(row, columns, name)
        stated = _read_cell(cell, name, is_day_first)
        if stated.stated_by and (not status.stated_by or (stated.is_done and not status.is_done)):
            status = stated
        elif stated.done_on and status.is_done and not status.done_on:
            status = status._replace(done_on=stated.done_on)
    due = find_date(cell_of(row, columns, "due").text, is_day_first=is_day_first)
    links = [link for cell in row for link in cell.links]
    text, label = _split_label(strip_marks(whole.text))
    text = _strip_asides(text) or text
    label = cell_of(row, columns, "label").text or label
    return ActionItem(
        key=make_key(text, label if not label.strip("#. ").isdigit() else "", whole.anchor),
        text=text[:MAX_ITEM_TEXT],
        quote=" | ".join(cell.text.replace("\n", " ") for cell in row if cell.text)[:MAX_QUOTE],
        heading=heading,
        kind=classify_item(
            text, cell_of(row, columns, "kind").text or (heading if names_kind(heading) else "")
        ),
        status=status,
        owner=_clean_name(cell_of(row, columns, "owner").text),
        due_on=due.day if due else None,
        tickets=tuple(find_references(f"{whole.text} {ticket.text}", links)[:5]),
    )


def _read_cell(cell: Passage, name: str, is_day_first: bool | None) -> ItemStatus:
    if cell.is_checked is not None:
        return ItemStatus(cell.is_checked, stated_by="checkbox")
    stated = read_status(cell.text, is_day_first=is_day_first)
    if name == "done" and not stated.stated_by and (day := find_date(cell.text, is_day_first=is_day_first)):
        return ItemStatus(True, day.day, "date")
    return stated


def _read_lists(blocks: Sequence[PlacedBlock], is_day_first: bool | None) -> Iterator[ActionItem]:
    has_section = any(placed.kind is SectionKind.ACTIONS for placed in blocks)
    for place, (block, kind, heading) in enumerate(blocks):
        if block.kind is not BlockKind.ENTRY or kind is SectionKind.CHECKLIST:
            continue
        if kind is not SectionKind.ACTIONS and (has_section or block.passage.is_checked is None):
            continue
        deeper = _list_deeper(blocks, place)
        if not (deeper and _is_group(block)) and (
            _is_top(blocks, place) or block.passage.is_checked is not None
        ):
            yield from _read_entry(block, deeper, heading, is_day_first)


def _list_deeper(blocks: Sequence[PlacedBlock], place: int) -> list[Block]:
    """The entries below an entry."""
    level, deeper = blocks[place].block.level, []
    for placed in blocks[place + 1 :]:
        if placed.block.kind is not BlockKind.ENTRY or placed.block.level <= level:
            break
        deeper.append(placed.block)
    return deeper


def _is_group(block: Block) -> bool:
    """Whether an entry only names those below it, such as “Prevention:”."""
    text = block.passage.text.strip()
    return block.passage.is_checked is None and (
        text.endswith(":") or block.passage.is_bold or len(text.split()) <= 2
    )


def _is_top(blocks: Sequence[PlacedBlock], place: int) -> bool:
    """Whether no entry above it is an item that it only explains."""
    level = blocks[place].block.level
    for placed in reversed(blocks[:place]):
        if placed.block.kind is not BlockKind.ENTRY:
            return True
        if placed.block.level < level:
            if not _is_group(placed.block):
                return False
            level = placed.block.level
    return True


def _read_entry(
    block: Block, deeper: list[Block], heading: str, is_day_first: bool | None
) -> Iterator[ActionItem]:
    passage = block.passage
    if not _says_something(passage.text):
        return
    details = " ".join(each.passage.text for each in deeper if each.passage.is_checked is None)
    status = read_marks(passage, is_day_first=is_day_first)
    if not status.stated_by and (
        stated := re.search(r"\bstatus\s*:\s*([^,;\n]{2,60})", details, re.IGNORECASE)
    ):
        status = read_status(stated[1], is_day_first=is_day_first)
    text, label = _split_label(strip_marks(passage.text.partition("\n")[0]))
    whole = f"{passage.text} {details}"
    due = _find_due(whole, is_day_first)
    owner = OWNER.search(passage.text) or OWNER.search(details)
    links = [*passage.links, *(link for each in deeper for link in each.passage.links)]
    bare = _strip_asides(text) or text
    yield ActionItem(
        key=make_key(bare, label if not label.strip("#.) ").isdigit() else "", passage.anchor),
        text=bare[:MAX_ITEM_TEXT],
        quote=passage.text.replace("\n", " ")[:MAX_QUOTE],
        heading=heading,
        kind=classify_item(bare, heading if names_kind(heading) else ""),
        status=status,
        owner=_clean_name(next((part for part in owner.groups() if part), "")) if owner else None,
        due_on=None if due == status.done_on else due,
        tickets=tuple(find_references(whole, links)[:5]),
    )


def _read_prose(blocks: Sequence[PlacedBlock]) -> Iterator[ActionItem]:
    """Sentences about what the writers have done since or will do, where nothing is listed."""
    for block, kind, heading in blocks:
        if kind is not SectionKind.ACTIONS or block.kind is not BlockKind.PARAGRAPH:
            continue
        for sentence in SENTENCE.split(block.passage.text):
            is_done = is_reported_done(sentence)
            if len(sentence) < 20 or not (is_done or PLANNED.search(sentence)):
                continue
            yield ActionItem(
                key=make_key(sentence, "", None),
                text=sentence.strip()[:MAX_ITEM_TEXT],
                quote=sentence.strip()[:MAX_QUOTE],
                heading=heading,
                kind=classify_item(sentence),
                status=ItemStatus(is_done, None, "words" if is_done else None),
                tickets=tuple(find_references(sentence, block.passage.links)[:5]),
            )


def _strip_asides(text: str) -> str:
    """An item's text without its owner, and without the dates by which it was to be or is done."""
    plain = LAST_DATE.sub("", ASIDE.sub(" ", OWNER.sub(" ", text)))
    return re.sub(r"\(\s*\)|\[\s*\]", "", " ".join(plain.split())).strip(" -–—,;:").rstrip("([ ")


def _says_something(text: str) -> bool:
    plain = text.strip()
    if NOTHING.match(plain) or PLACEHOLDER.match(plain):
        return False
    return sum(character.isalpha() for character in plain) >= MIN_LETTERS


def _split_label(text: str) -> tuple[str, str]:
    """An item's text, and the label before it, such as AI-12."""
    match = LABEL.match(text)
    return (text[match.end() :].strip(), match["label"]) if match else (text.strip(), "")


def _find_due(text: str, is_day_first: bool | None) -> date | None:
    for match in DUE.finditer(text):
        written = find_date(text[match.end() : match.end() + 40], is_day_first=is_day_first)
        if written is not None and written.start <= 1:
            return written.day
    last = max(find_dates(text.strip(), is_day_first=is_day_first), key=lambda each: each.end, default=None)
    return last.day if last is not None and last.end == len(text.strip()) else None


def _clean_name(text: str) -> str | None:
    plain = " ".join(text.split()).strip(" -–—,;:()[]")
    return plain[:80] if plain and not NOTHING.match(plain) else None

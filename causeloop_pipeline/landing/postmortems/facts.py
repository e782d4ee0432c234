"""What a post-mortem says of the incident in fields: its title, when it was, which services, how severe."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from causeloop_pipeline.landing.postmortems.blocks import Block, BlockKind, Document
from causeloop_pipeline.landing.postmortems.files import CONFLUENCE_ID, NOTION_ID
from causeloop_pipeline.landing.postmortems.sections import PlacedBlock, SectionKind, find_title_block
from causeloop_pipeline.landing.postmortems.written_dates import WrittenDate, find_date, start_of
from causeloop_pipeline.model.issue import TITLE_LIMIT

MAX_FIELD_BLOCKS, MAX_NAME, MAX_SERVICES = 60, 60, 20
FIELD = re.compile(r"^\s*(?P<name>[\w /()’'&.-]{2,40}?)\s*[:：]\s*(?P<value>\S.{0,400})$", re.DOTALL)
FIELDS = {
    "started": r"^(?:incident |outage |impact )?(?:start(?:ed)?(?: time| date| at)?|began|beginning|beginn"
    r"|start(?:zeit)?|occurred(?: at| on)?|time of incident"
    r"|incident time|date of (?:the )?(?:incident|outage)"
    r"|(?:incident|outage) date(?:/time)?|impact(?:ed)? (?:start|from)|zeitpunkt|vorfallsdatum)$",
    "date": r"^(?:date|datum|when|date and time|date/time|time|time ?frame|duration|zeitraum)$",
    "service": r"^(?:affected |impacted |betroffene[rn]? )?"
    r"(?:service|system|component|application|product|dienst"
    r"|app|anwendung)(?:s|e|en|\(s\)|n)?(?: (?:affected|impacted|involved))?$",
    "severity": r"^(?:incident )?(?:severity|sev|priority|impact level|schweregrad|priorität)(?: level)?$",
    "title": r"^(?:title|incident|incident (?:name|title)|titel|vorfall|name)$",
    "source": r"^(?:url|link|source|permalink)$",
}
COMPILED = {name: re.compile(words, re.IGNORECASE) for name, words in FIELDS.items()}
PREFIX = re.compile(
    r"^(?:(?:public |internal |draft |final )*(?:incident )?"
    r"(?:post[- ]?mortem|post[- ]incident (?:report|review)"
    r"|pir|rca|root cause analysis|retrospective"
    r"|incident (?:report|review|retrospective|summary)|vorfallsbericht"
    r"|nachbereitung)(?: (?:of|for|on|report|zu|zum))?)\s*(?:[:\-–—|#]\s*|$|(?<=(?:of|or|on|zu|um))\s)",
    re.IGNORECASE,
)
SPACE = re.compile(r"^[^\W_][\w -]{0,40} : ")
"""What Confluence writes before a page's title when it exports it."""

ADDRESS = re.compile(r"https?://[^\s<>\"]{1,1990}(?!\S)")
"""As long as one may be that a person gives."""

SPLIT = re.compile(r"\s*(?:[,;\n•]|\band\b|\bund\b)\s*")
EMPTY = re.compile(r"^[\[<({]|^(?:n/?a|tbd|none|-|unknown)$", re.IGNORECASE)


class IncidentFacts(NamedTuple):
    """What the fields of a document say of its incident."""

    title: str
    occurred_at: datetime | None
    has_time_of_day: bool
    is_date_ambiguous: bool
    services: tuple[str, ...]
    severity: str | None
    address: str | None


def read_facts(
    document: Document, blocks: Sequence[PlacedBlock], name: str, *, is_day_first: bool | None, zone: str
) -> IncidentFacts:
    """Read the fields of a document; times without an offset are of the time zone."""
    fields = _collect_fields(document, blocks)
    title = _find_title(document, fields, name)
    written = _find_time(fields, title, name, blocks, is_day_first)
    services = [
        part.strip(" `*_\"'") for value in fields.get("service", [])[:1] for part in SPLIT.split(value)
    ]
    severity = next((value for value in fields.get("severity", []) if len(value) <= MAX_NAME), None)
    stated = [document.address or "", *fields.get("source", [])]
    address = next((match[0] for text in stated if (match := ADDRESS.match(text.strip()))), None)
    return IncidentFacts(
        title,
        start_of(written, zone) if written else None,
        bool(written and written.clock),
        bool(written and written.is_ambiguous),
        tuple(part for part in services if 0 < len(part) <= MAX_NAME and not EMPTY.match(part))[
            :MAX_SERVICES
        ],
        None if severity is None or EMPTY.match(severity) else severity,
        address,
    )


def _collect_fields(document: Document, blocks: Sequence[PlacedBlock]) -> dict[str, list[str]]:
    """The values of each field, in order."""
    fields: dict[str, list[str]] = {}
    pairs = [*document.fields.items(), *_list_pairs(blocks)]
    for name, value in pairs:
        plain = " ".join(name.split()).strip(" *_")
        field = next((field for field, words in COMPILED.items() if words.search(plain)), None)
        if field is not None and value.strip():
            fields.setdefault(field, []).append(value.strip())
    return fields


def _list_pairs(blocks: Sequence[PlacedBlock]) -> Iterator[tuple[str, str]]:
    for placed in blocks[:MAX_FIELD_BLOCKS]:
        if placed.kind in {SectionKind.ACTIONS, SectionKind.TIMELINE}:
            continue
        block = placed.block
        if block.kind is BlockKind.TABLE:
            yield from _list_table_pairs(block)
            continue
        for line in block.passage.text.split("\n"):
            if match := FIELD.match(line):
                yield match["name"], match["value"]
        if placed.heading and block.kind is BlockKind.PARAGRAPH and len(block.passage.text) <= 200:
            yield placed.heading, block.passage.text


def _list_table_pairs(table: Block) -> Iterator[tuple[str, str]]:
    """A table of names and values: one beside the other, or the names in the first of two rows."""
    for row in table.rows:
        for name, value in zip(row[::2], row[1::2], strict=False):
            yield name.text.rstrip(":"), value.text
    if len(table.rows) == 2:
        for name, value in zip(table.rows[0], table.rows[1], strict=False):
            yield name.text.rstrip(":"), value.text


def _find_title(document: Document, fields: dict[str, list[str]], name: str) -> str:
    heading = find_title_block(document)
    candidates = [
        SPACE.sub("", heading.passage.text) if heading else "",
        SPACE.sub("", document.title) if document.title else "",
        *fields.get("title", []),
        _clean_file_name(name),
    ]
    for text in candidates:
        plain = PREFIX.sub("", " ".join(text.split())).strip(" -–—:|#")
        if len(plain) >= 4 and not EMPTY.match(plain):
            return plain[:TITLE_LIMIT]
    return (" ".join(candidates[0].split()) or _clean_file_name(name) or "Post-mortem")[:TITLE_LIMIT]


def _clean_file_name(name: str) -> str:
    stem = PurePosixPath(name).stem
    return CONFLUENCE_ID.sub("", NOTION_ID.sub("", stem)).replace("_", " ").replace("-", " ").strip()


def _find_time(
    fields: dict[str, list[str]],
    title: str,
    name: str,
    blocks: Sequence[PlacedBlock],
    is_day_first: bool | None,
) -> WrittenDate | None:
    """When it began: by a field, the title, the file's name, or the first date of its summary or timeline."""
    opening = [
        placed.block.passage.text
        for placed in blocks
        if placed.kind is SectionKind.SUMMARY or not placed.heading
    ]
    course = [
        text
        for placed in blocks
        if placed.kind is SectionKind.TIMELINE
        for text in (
            *(cell.text for row in placed.block.rows for cell in row),
            placed.heading,
            placed.block.passage.text,
        )
    ]
    texts = [*fields.get("started", []), *fields.get("date", []), title, _spell_name(name), *opening, *course]
    return next(
        (written for text in texts if (written := find_date(text, is_day_first=is_day_first)) is not None),
        None,
    )


def _spell_name(name: str) -> str:
    return re.sub(r"(?<!\d)(\d{4})[_-]?(\d{2})[_-]?(\d{2})(?!\d).*", r" \1-\2-\3 ", PurePosixPath(name).stem)

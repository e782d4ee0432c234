"""`causeloop postmortem FILE`: what is understood of a post-mortem, and which items are claims."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from causeloop_pipeline.cli.commands.analyze import (
    AsOf,
    DateFormat,
    Json,
    Map,
    MaxBadRows,
    SkipBadRows,
    Timezone,
)
from causeloop_pipeline.cli.issue_input import MAX_BAD_ROWS, read_issues, refuse_time_zone, resolve_as_of
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import (
    USAGE,
    build_table,
    fail,
    print_json_lines,
    quiet_libraries,
    stdout,
    strip_controls,
)
from causeloop_pipeline.landing.postmortems.action_item import ActionItem
from causeloop_pipeline.landing.postmortems.blocks import UnreadableDocumentError
from causeloop_pipeline.landing.postmortems.files import MAX_BYTES
from causeloop_pipeline.landing.postmortems.reading import ReadPostmortem, read_postmortem
from causeloop_pipeline.model.postmortem import ItemKind
from causeloop_pipeline.model.proof import Verdict
from causeloop_pipeline.model.time_zones import is_time_zone

if TYPE_CHECKING:
    from causeloop_pipeline.cli.postmortems.history import DocumentInHistory

EXAMPLES = show_examples(
    "postmortem 2026-09-03-checkout.md",
    "postmortem export.zip --history incidents.csv",
    "postmortem page.html --json",
)


def postmortem(
    file: Annotated[
        Path,
        typer.Argument(
            help="A post-mortem: Markdown, HTML (Confluence, Notion, Google Docs), Confluence's storage "
            "format, Word (.docx), or a zip of one."
        ),
    ],
    history: Annotated[
        Path | None,
        typer.Option(help="Export of failures, to find its pattern and to test whether what was done held."),
    ] = None,
    url: Annotated[str | None, typer.Option(help="Where the document stands.")] = None,
    maps: Map = None,
    as_of: AsOf = None,
    timezone: Timezone = "UTC",
    skip_bad_rows: SkipBadRows = False,
    max_bad_rows: MaxBadRows = MAX_BAD_ROWS,
    date_format: DateFormat = None,
    as_json: Json = False,
) -> None:
    """Tell what a post-mortem says: the incident, what it names, and its action items with their words."""
    if not is_time_zone(timezone):
        refuse_time_zone(timezone)
    read = _read(file, url, timezone)
    placed = None
    if history is not None:
        from causeloop_pipeline.cli.postmortems.history import place_in_history

        quiet_libraries()
        source = read_issues(
            history,
            maps or [],
            timezone,
            skip_bad_rows=skip_bad_rows,
            max_bad_rows=max_bad_rows,
            date_format=date_format,
        )
        moment = resolve_as_of(source, as_of, datetime.now(UTC), timezone)
        placed = place_in_history(read, source.read, timezone=timezone, as_of=moment)
    if as_json:
        _print_json(read, placed)
        return
    _print_reading(read)
    if placed is not None:
        _print_history(placed)


def _read(file: Path, url: str | None, timezone: str) -> ReadPostmortem:
    if not file.is_file():
        fail(f"there is no file {file}: name a post-mortem", USAGE)
    with file.open("rb") as content:
        beginning = content.read(MAX_BYTES + 1)
    try:
        return read_postmortem(beginning, file.name, url, zone=timezone)
    except UnreadableDocumentError as error:
        fail(f"{file}: {error}")


def _print_reading(read: ReadPostmortem) -> None:
    console = stdout()
    facts = [
        ("occurred", _write_time(read)),
        ("services", ", ".join(read.services)),
        ("severity", read.severity or ""),
        ("stands at", read.address or ""),
        ("names", ", ".join(read.references[:10])),
        *((name, statement) for name, statement in read.statements.items()),
    ]
    rows = [(name, value) for name, value in facts if value]
    console.print(build_table(read.title, ("", "as the document says"), rows))
    items = [
        (
            "done" if item.status.is_done else "dropped" if item.status.is_dropped else "open",
            str(item.status.done_on or ""),
            item.text,
            item.kind.label,
            item.owner or "",
            ", ".join(item.tickets),
            _write_claim(item),
        )
        for item in read.items
    ]
    columns = ("", "on", "action item", "changes", "owner", "ticket", "is")
    console.print(build_table(f"Action items: {len(items)}", columns, items))
    for note in read.notes:
        console.print(strip_controls(f"Note: {note}."))


def _write_time(read: ReadPostmortem) -> str:
    if read.occurred_at is None:
        return ""
    return (
        f"{read.occurred_at:%Y-%m-%d %H:%M} UTC" if read.has_time_of_day else f"{read.occurred_at:%Y-%m-%d}"
    )


def _write_claim(item: ActionItem) -> str:
    """What an item is to the product."""
    if item.kind is not ItemKind.FIX:
        return "no fix: it prevents nothing by itself"
    return "a claim that it is fixed" if item.status.is_done else "no claim until it is done"


def _print_history(placed: "DocumentInHistory") -> None:
    console = stdout()
    if not placed.patterns:
        console.print("No pattern of the history is like what the document tells.")
        return
    rows = [
        (f"{each.probability:.2f}" if each.probability is not None else "–", each.name, each.issues, each.why)
        for each in placed.patterns
    ]
    columns = ("probability", "pattern", "issues", "why")
    console.print(build_table("What it may be about", columns, rows, right=("probability", "issues")))
    if not placed.proofs:
        console.print(
            "No item that changes what fails is done on a stated day: there is nothing to judge yet."
        )
        return
    proofs = [
        (proof["item"], str(proof["fixed_on"]), Verdict(proof["verdict"]).label, proof["text"])
        for proof in placed.proofs
    ]
    console.print(build_table("Whether what was done held", ("item", "since", "verdict", "why"), proofs))


def _print_json(read: ReadPostmortem, placed: "DocumentInHistory | None") -> None:
    document = {
        "source": read.source,
        "title": read.title,
        "occurred_at": read.occurred_at,
        "services": list(read.services),
        "severity": read.severity,
        "address": read.address,
        "statements": read.statements,
        "references": list(read.references),
        "notes": list(read.notes),
    }
    _print("postmortem", [document])
    _print("action_item", [_describe(item) for item in read.items])
    if placed is not None:
        _print("match", [vars(each) for each in placed.patterns])
        _print("proof", list(placed.proofs))


def _describe(item: ActionItem) -> dict[str, Any]:
    return {
        "key": item.key,
        "text": item.text,
        "quote": item.quote,
        "heading": item.heading,
        "kind": str(item.kind),
        "is_done": item.status.is_done,
        "is_dropped": item.status.is_dropped,
        "done_on": item.status.done_on,
        "stated_by": item.status.stated_by,
        "owner": item.owner,
        "due_on": item.due_on,
        "tickets": list(item.tickets),
        "is_claim": item.status.is_done and item.kind is ItemKind.FIX,
    }


def _print(record: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        print_json_lines(record, pl.DataFrame(rows, infer_schema_length=None))

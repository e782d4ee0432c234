"""`causeloop fixes`: the claimed fixes of a workspace, what must stay true after each, and counts of use."""

import csv
from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import UUID

import psycopg
import typer

from causeloop_pipeline.cli.output.help import CommandList, show_examples
from causeloop_pipeline.cli.output.terminal import (
    USAGE,
    build_table,
    fail,
    format_count,
    print_json_lines,
    stdout,
)
from causeloop_pipeline.cli.stored_workspace import open_stored_workspace
from causeloop_pipeline.model.expectation import ExpectationStatus
from causeloop_pipeline.model.proof import ExposureUnit, Verdict
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.act.claimed_fixes import read_claimed_fixes
from causeloop_pipeline.storage.act.exposure import attach_exposure
from causeloop_pipeline.storage.database.session import Database

app = typer.Typer(
    cls=CommandList,
    help="Claimed fixes: whether they hold, what must stay true, how often what failed was used.",
    no_args_is_help=True,
)
Workspace = Annotated[str, typer.Argument(help="organization/workspace, or the workspace's id.")]
COLUMNS = ("verdict", "fix", "since", "used", "must stay true", "recommendation")
ACTOR = "operator"


@app.callback()
def fixes() -> None:
    """Claimed fixes: whether they hold, what must stay true, how often what failed was used."""


@app.command("list", epilog=show_examples("fixes list acme/main", "fixes list acme/main --json"))
def list_fixes(
    workspace: Workspace, *, as_json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False
) -> None:
    """List the claimed fixes, newest first, with their proofs and expectations."""
    with open_stored_workspace(workspace) as stored:
        claimed = read_claimed_fixes(stored.session, stored.workspace_id)
    if as_json:
        print_json_lines("fix", claimed)
        return
    rows = [
        (
            Verdict(row["verdict"]).label if row["verdict"] else "not evaluated yet",
            row["title"],
            f"{row['fixed_at']:%Y-%m-%d}",
            _write_uses(row),
            _write_expectations(row),
            row["recommendation_id"],
        )
        for row in claimed.iter_rows(named=True)
    ]
    title = "1 claimed fix" if len(rows) == 1 else f"{len(rows):,} claimed fixes"
    stdout().print(build_table(title, COLUMNS, rows))


@app.command(
    "count-uses",
    epilog=show_examples(
        "fixes count-uses acme/eu u.csv --service shop",
    ),
)
def count_uses(
    workspace: Workspace,
    file: Annotated[Path, typer.Argument(help="CSV with the columns day (2026-10-05, in UTC) and count.")],
    *,
    unit: Annotated[ExposureUnit, typer.Option(help="What is counted.")] = ExposureUnit.EXECUTIONS,
    service: Annotated[str | None, typer.Option(help="Whose uses these are: of all its patterns.")] = None,
    pattern: Annotated[UUID | None, typer.Option(help="Or the pattern whose uses these are.")] = None,
) -> None:
    """Attach how often what may fail was used, by day: fixes are judged by the rate per use from then on.

    A day that is given again is replaced. Days before the fix are needed too.
    """
    if (service is None) == (pattern is None):
        fail("give either --service or --pattern", USAGE)
    counts = _read_counts(file)
    with open_stored_workspace(workspace) as stored:
        workspace_id = stored.workspace_id
    with Database(settings().require("database_url")).workspace(workspace_id) as session:
        if pattern and not session.row(
            "select pattern_id from detect.pattern where pattern_id = %s", (pattern,)
        ):
            fail(f"there is no pattern {pattern} in {workspace}", USAGE)
        try:
            changed = attach_exposure(session, workspace_id, (unit.value, service, pattern), counts, ACTOR)
        except psycopg.errors.CheckViolation as problem:
            fail(f"{file.name}: {problem.diag.message_primary}", USAGE)
    typer.echo(f"{format_count(changed, 'day')} of {len(counts):,} are new or have changed", err=True)


def _read_counts(file: Path) -> list[tuple[date, int]]:
    """The counts of a file by day; exits where a line is none."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            lines = list(csv.DictReader(opened))
    except (OSError, UnicodeDecodeError) as problem:
        fail(f"{file} cannot be read: {problem}", USAGE)
    counts: dict[date, int] = {}
    for number, line in enumerate(lines, 2):
        try:
            day, count = date.fromisoformat(str(line["day"]).strip()), int(str(line["count"]))
        except (KeyError, ValueError):
            fail(f"{file.name}, line {number}: write a day and its count, such as 2026-10-05,240", USAGE)
        if count < 0 or day in counts:
            fail(f"{file.name}, line {number}: a count is 0 or more, and each day stands once", USAGE)
        counts[day] = count
    if not counts:
        fail(f"{file.name} holds no counts: its columns are day and count", USAGE)
    return sorted(counts.items())


def _write_uses(row: dict[str, object]) -> str:
    """“34 of the 50 executions needed”."""
    if row["exposure_unit"] is None:
        return "–"
    unit = ExposureUnit(str(row["exposure_unit"])).label
    if row["exposure_needed"] is None:
        return f"{row['exposure_after']:,} {unit} since"
    return f"{row['exposure_after']:,} of the {row['exposure_needed']:,} {unit} needed"


def _write_expectations(row: dict[str, object]) -> str:
    """“1 met, 1 broken”."""
    counted = [(status, row[status.value]) for status in ExpectationStatus]
    return ", ".join(f"{count} {status.label}" for status, count in counted if count) or "–"

"""`causeloop explain ISSUE`: why an issue is in its pattern, and what kept it out of the nearest other."""

from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from causeloop_pipeline.analysis.loop import group
from causeloop_pipeline.cli.commands.analyze import DateFormat, Json, Map, SkipBadRows, Timezone
from causeloop_pipeline.cli.issue_input import read_issues
from causeloop_pipeline.cli.output.report import reason_text
from causeloop_pipeline.cli.output.terminal import USAGE, fail, print_json_lines, progress, stdout, table

STAGES = 2
File = Annotated[Path | None, typer.Option("--file", help="Export of issues: .csv, .jsonl or .parquet.")]
Workspace = Annotated[
    str | None, typer.Option(metavar="NAME", help="Or a workspace in the database: organization/workspace.")
]


def explain(
    issue: Annotated[str, typer.Argument(help="The issue's id.")],
    file: File = None,
    workspace: Workspace = None,
    maps: Map = None,
    timezone: Timezone = "UTC",
    skip_bad_rows: SkipBadRows = False,
    date_format: DateFormat = None,
    as_json: Json = False,
) -> None:
    """Say why an issue is in its pattern: what it shares, how sure that is, and what is nearest."""
    if one_source(file, workspace):
        explained = _from_database(issue, str(workspace))
    else:
        explained = _from_file(issue, Path(str(file)), maps or [], timezone, skip_bad_rows, date_format)
    if as_json:
        print_json_lines("explanation", pl.DataFrame([explained]))
    else:
        rows = [
            (name.replace("_", " "), value) for name, value in explained.items() if value not in (None, "")
        ]
        stdout().print(table(f"Why {issue} is where it is", ("what", "is"), rows))


def one_source(file: Path | None, workspace: str | None) -> bool:
    """Whether the database is meant; ends the command unless exactly one source is given."""
    if (file is None) == (workspace is None):
        fail("say where the issues are: either --file FILE or --workspace NAME", USAGE)
    return workspace is not None


def _from_file(
    issue: str, file: Path, maps: list[str], timezone: str, skip_bad_rows: bool, date_format: str | None
) -> dict[str, Any]:
    source = read_issues(file, maps, timezone, skip_bad_rows=skip_bad_rows, date_format=date_format)
    issues = source.read.issues
    known = _known(issue, issues, file.name)
    with progress(STAGES) as reached:
        fingerprints, grouping = group(issues, timezone=timezone, namespace="file", reached=reached)
    return _explained(known, fingerprints, grouping.patterns, grouping.members)


def _from_database(issue: str, workspace: str) -> dict[str, Any]:
    from causeloop_pipeline.cli.stored_workspace import stored_workspace

    with stored_workspace(workspace) as stored:
        known = _known(issue, stored.issues(), workspace)
        return _explained(known, stored.fingerprints(), stored.patterns(), stored.members())


def _known(issue: str, issues: pl.DataFrame, where: str) -> dict[str, Any]:
    found = issues.filter((pl.col("issue_id") == issue) | (pl.col("external_id") == issue))
    if found.is_empty():
        some = ", ".join(issues["external_id"].head(3))
        fail(f"{where} holds no issue {issue!r}; its ids look like {some}")
    return found.row(0, named=True)


def _explained(
    known: dict[str, Any], fingerprints: pl.DataFrame, patterns: pl.DataFrame, members: pl.DataFrame
) -> dict[str, Any]:
    is_it = pl.col("issue_id") == known["issue_id"]
    names = dict(patterns.select("pattern_id", "name").iter_rows())
    counts = dict(patterns.select("pattern_id", "issue_count").iter_rows())
    said: dict[str, Any] = {"title": known["title"]}
    for fingerprint in fingerprints.filter(is_it).iter_rows(named=True):
        said |= {"text": fingerprint["kind"], "template": fingerprint["template"]}
    found = members.filter(is_it)
    if found.is_empty():
        return {**said, "pattern": None, "reason": "it is in no pattern: nothing else is alike enough"}
    member = found.row(0, named=True)
    return {
        **said,
        "pattern": names[member["pattern_id"]],
        "pattern_id": member["pattern_id"],
        "issues_in_it": counts[member["pattern_id"]],
        "reason": reason_text(member["reason"]),
        "similarity": round(member["similarity"], 3),
        "confidence": round(member["confidence"], 3),
        "nearest_other_pattern": names.get(member["nearest_pattern_id"]),
        "what_kept_it_out": member["nearest_missing"],
    }

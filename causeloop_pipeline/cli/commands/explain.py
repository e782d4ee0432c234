"""`causeloop explain ISSUE`: why an issue is in its pattern and not in the closest other one."""

from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from causeloop_pipeline.analysis.loop import GroupingFacts, group
from causeloop_pipeline.cli.commands.analyze import DateFormat, Json, Map, MaxBadRows, SkipBadRows, Timezone
from causeloop_pipeline.cli.issue_input import MAX_BAD_ROWS, read_issues
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.report import write_reason
from causeloop_pipeline.cli.output.terminal import (
    USAGE,
    build_table,
    fail,
    open_progress,
    print_json_lines,
    stdout,
)
from causeloop_pipeline.landing.export_file.issues import TableIssues

EXAMPLES = show_examples(
    "explain INC-17 --file incidents.csv",
    "explain INC-17 --workspace acme/payments",
)
STAGES = 2
File = Annotated[
    Path | None, typer.Option("--file", help="Export of issues: .csv, .jsonl, .parquet or .xlsx.")
]
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
    max_bad_rows: MaxBadRows = MAX_BAD_ROWS,
    date_format: DateFormat = None,
    as_json: Json = False,
) -> None:
    """Explain why an issue is in its pattern: what it shares, the confidence, and the closest other one."""
    if check_one_source(file, workspace):
        explanation = _explain_from_database(issue, str(workspace))
    else:
        source = read_issues(
            Path(str(file)),
            maps or [],
            timezone,
            skip_bad_rows=skip_bad_rows,
            max_bad_rows=max_bad_rows,
            date_format=date_format,
        )
        explanation = _explain_from_file(issue, Path(str(file)), source.read, timezone)
    if as_json:
        print_json_lines("explanation", pl.DataFrame([explanation]))
    else:
        rows = [
            (name.replace("_", " "), value) for name, value in explanation.items() if value not in (None, "")
        ]
        stdout().print(build_table(f"Pattern of {issue}", ("field", "value"), rows))


def check_one_source(file: Path | None, workspace: str | None) -> bool:
    """Whether to read the database; exits unless exactly one source is chosen."""
    if (file is None) == (workspace is None):
        fail("give the issues: either --file FILE or --workspace NAME", USAGE)
    return workspace is not None


def _explain_from_file(issue: str, file: Path, read: TableIssues, timezone: str) -> dict[str, Any]:
    from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions

    issue_row = _find_issue(issue, read.issues, file.name)
    with open_progress(STAGES) as reached:
        fingerprints, grouping = group(
            read.issues,
            GroupingFacts(occurrences=read.occurrences),
            timezone=timezone,
            options=GroupingOptions(namespace="file"),
            reached=reached,
        )
    return _explain(issue_row, fingerprints, grouping.patterns, grouping.members)


def _explain_from_database(issue: str, workspace: str) -> dict[str, Any]:
    from causeloop_pipeline.cli.stored_workspace import open_stored_workspace

    with open_stored_workspace(workspace) as stored:
        issue_row = _find_issue(issue, stored.issues(), workspace)
        return _explain(issue_row, stored.fingerprints(), stored.patterns(), stored.members())


def _find_issue(issue: str, issues: pl.DataFrame, where: str) -> dict[str, Any]:
    matches = issues.filter((pl.col("issue_id") == issue) | (pl.col("external_id") == issue))
    if matches.is_empty():
        examples = ", ".join(issues["external_id"].head(3))
        fail(f"{where} holds no issue {issue!r}; its ids look like {examples}")
    return matches.row(0, named=True)


def _explain(
    issue_row: dict[str, Any], fingerprints: pl.DataFrame, patterns: pl.DataFrame, members: pl.DataFrame
) -> dict[str, Any]:
    is_it = pl.col("issue_id") == issue_row["issue_id"]
    names = dict(patterns.select("pattern_id", "name").iter_rows())
    counts = dict(patterns.select("pattern_id", "issue_count").iter_rows())
    explanation: dict[str, Any] = {"title": issue_row["title"]}
    for fingerprint in fingerprints.filter(is_it).iter_rows(named=True):
        explanation |= {"text": fingerprint["kind"], "template": fingerprint["template"]}
    membership = members.filter(is_it)
    if membership.is_empty():
        return {
            **explanation,
            "pattern": None,
            "reason": "it is in no pattern: no other issue is similar enough",
        }
    member = membership.row(0, named=True)
    return {
        **explanation,
        "pattern": names[member["pattern_id"]],
        "pattern_id": member["pattern_id"],
        "issues_in_it": counts[member["pattern_id"]],
        "reason": write_reason(member["reason"]),
        "similarity": round(member["similarity"], 3),
        "confidence": round(member["confidence"], 3),
        "nearest_other_pattern": names.get(member["nearest_pattern_id"]),
        "what_kept_it_out": member["nearest_missing"],
    }

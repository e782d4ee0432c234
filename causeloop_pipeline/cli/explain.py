"""`causeloop explain ISSUE`: why an issue is in its pattern, and what kept it out of the nearest other."""

from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from causeloop_pipeline.analysis.loop import group
from causeloop_pipeline.cli.analyze import DateFormat, Json, Map, SkipBadRows, Timezone
from causeloop_pipeline.cli.issue_input import read_issues
from causeloop_pipeline.cli.report import reason_text
from causeloop_pipeline.cli.terminal import fail, print_json_lines, progress, stdout, table

STAGES = 2


def explain(
    issue: Annotated[str, typer.Argument(help="The issue's id in the file.")],
    file: Annotated[Path, typer.Option("--file", help="Export the issue is in: .csv, .jsonl or .parquet.")],
    maps: Map = None,
    timezone: Timezone = "UTC",
    skip_bad_rows: SkipBadRows = False,
    date_format: DateFormat = None,
    as_json: Json = False,
) -> None:
    """Say why an issue is in its pattern: what it shares, how sure that is, and what is nearest."""
    source = read_issues(file, maps or [], timezone, skip_bad_rows=skip_bad_rows, date_format=date_format)
    known = source.read.issues.filter(pl.col("issue_id") == issue)
    if known.is_empty():
        some = ", ".join(source.read.issues["issue_id"].head(3))
        fail(f"{file.name} holds no issue {issue!r}; its ids look like {some}")
    with progress(STAGES) as reached:
        fingerprints, grouping = group(
            source.read.issues, timezone=timezone, namespace="file", reached=reached
        )
    explained = _explained(issue, known, fingerprints, grouping)
    if as_json:
        print_json_lines("explanation", pl.DataFrame([explained]))
    else:
        rows = [
            (name.replace("_", " "), value) for name, value in explained.items() if value not in (None, "")
        ]
        stdout().print(table(f"Why {issue} is where it is", ("what", "is"), rows))


def _explained(issue: str, known: pl.DataFrame, fingerprints: pl.DataFrame, grouping: Any) -> dict[str, Any]:
    names = dict(grouping.patterns.select("pattern_id", "name").iter_rows())
    counts = dict(grouping.patterns.select("pattern_id", "issue_count").iter_rows())
    fingerprint = fingerprints.row(by_predicate=pl.col("issue_id") == issue, named=True)
    said: dict[str, Any] = {
        "title": known["title"][0],
        "text": fingerprint["kind"],
        "template": fingerprint["template"],
    }
    found = grouping.members.filter(pl.col("issue_id") == issue)
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

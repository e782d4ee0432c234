"""`causeloop seen-before FILE --history EXPORT`: whether a failure was seen before, with no server."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from causeloop_pipeline.analysis.loop import GroupingFacts, group
from causeloop_pipeline.cli.chosen_encoder import load_encoder
from causeloop_pipeline.cli.commands.analyze import DateFormat, Json, Map, MaxBadRows, SkipBadRows, Timezone
from causeloop_pipeline.cli.issue_input import MAX_BAD_ROWS, read_issues
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import (
    USAGE,
    build_table,
    fail,
    open_progress,
    print_json_lines,
    stdout,
)
from causeloop_pipeline.landing.export_file.issues import TableIssues
from causeloop_pipeline.landing.failure_text import FailureText, read_failure

EXAMPLES = show_examples(
    "seen-before error.log --history old.csv",
    "seen-before error.log --history old.csv --json",
)
STAGES = 2
STDIN = Path("-")


def match_failure(
    file: Annotated[Path, typer.Argument(help="A file that holds the failure's text; - for standard input.")],
    history: Annotated[Path, typer.Option(help="Export of earlier issues: .csv, .jsonl, .parquet or .xlsx.")],
    service: Annotated[str | None, typer.Option(help="Where it failed.")] = None,
    environment: Annotated[str | None, typer.Option(help="Such as prod.")] = None,
    maps: Map = None,
    timezone: Timezone = "UTC",
    skip_bad_rows: SkipBadRows = False,
    max_bad_rows: MaxBadRows = MAX_BAD_ROWS,
    date_format: DateFormat = None,
    semantic: Annotated[
        bool, typer.Option("--semantic", help="Also search by meaning, with the encoder of the settings.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say which earlier failures a failure repeats, how those ended, and how likely it is new."""
    failure = _read_text(file)
    source = read_issues(
        history,
        maps or [],
        timezone,
        skip_bad_rows=skip_bad_rows,
        max_bad_rows=max_bad_rows,
        date_format=date_format,
    )
    fields = {**failure.fields, "service": service or failure.fields.get("service")}
    fields["environment"] = environment or fields.get("environment")
    encode = load_encoder().encode if semantic else None
    answers = _match(failure, fields, source.read, timezone, encode)
    if as_json:
        print_json_lines("match", answers)
        return
    title = f"{failure.titles[0]}: new with probability {_read_new(answers):.2f}"
    columns = ("probability", "pattern", "issues", "last seen", "ended", "why", "differs")
    rows = [
        tuple(row[name] for name in ANSWER_COLUMNS)
        for row in answers.filter("is_match").iter_rows(named=True)
    ]
    stdout().print(build_table(title, columns, rows, right=("probability", "issues")))


ANSWER_COLUMNS = ("probability", "name", "issues", "last_seen_at", "ended", "why", "differs")


def _read_text(file: Path) -> FailureText:
    if file != STDIN and not file.is_file():
        fail(f"there is no file {file}: name one that holds the failure's text, or - for standard input")
    text = sys.stdin.read() if file == STDIN else file.read_text(errors="replace")
    try:
        return read_failure(text)
    except ValueError as error:
        fail(str(error), USAGE)


def _match(
    failure: FailureText,
    fields: dict[str, Any],
    read: TableIssues,
    timezone: str,
    encode: Callable[[str], Any] | None,
) -> pl.DataFrame:
    """A row for each answer: what may be repeated, and last that it is new."""
    from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions
    from causeloop_pipeline.analysis.detect.seen_before.matching import match_failure as match
    from causeloop_pipeline.analysis.detect.seen_before.searched_issues import prepare_issues
    from causeloop_pipeline.analysis.evaluation.encoded_issues import encode_issues
    from causeloop_pipeline.model.frames import ISSUE_SCHEMA

    with open_progress(STAGES) as reached:
        fingerprints, grouping = group(
            read.issues,
            GroupingFacts(occurrences=read.occurrences),
            timezone=timezone,
            options=GroupingOptions(namespace="file"),
            reached=reached,
        )
    searched = prepare_issues(read.issues, fingerprints, grouping.members)
    own = {
        **fields,
        "issue_id": "",
        "title": failure.titles[0],
        "body": failure.body,
        "source_created_at": datetime.now(UTC),
    }
    failure_row = pl.DataFrame([{name: own.get(name) for name in ISSUE_SCHEMA}], schema=ISSUE_SCHEMA)
    by_meaning = None
    if encode is not None:
        encoded = encode_issues(read.issues, encode)
        by_meaning = encoded.compare(failure.titles[0], failure.body, searched.table["issue_id"].to_list())
    matches = match(failure_row, failure.titles, searched, grouping.index.model, semantic=by_meaning)
    names = dict(grouping.patterns.select("pattern_id", "name").iter_rows())
    rows = [_tell(row, names, searched.table) for row in matches.groups.iter_rows(named=True)]
    return pl.DataFrame([*rows, _tell_new(matches.new_probability)], infer_schema_length=None)


def _tell(match: dict[str, Any], names: dict[str, str], table: pl.DataFrame) -> dict[str, Any]:
    issues = table.filter(pl.col("group_id") == match["group_id"])
    ended = issues.drop_nulls("resolved_at").sort("source_created_at", descending=True)
    last_seen = issues["source_created_at"].max()
    return {
        "is_match": True,
        "probability": round(match["probability"], 2),
        "pattern_id": match["pattern_id"],
        "name": names.get(match["pattern_id"]) or issues["title"][0],
        "issues": issues.height,
        "last_seen_at": str(last_seen)[:16] if last_seen else "",
        "ended": f"{ended['external_id'][0]} {ended['status'][0]} {str(ended['resolved_at'][0])[:10]}"
        if ended.height
        else "",
        "why": "; ".join(reason["text"] for reason in match["reasons"]),
        "differs": "; ".join(f"{each['field']} {each['this']}" for each in match["differences"]),
    }


def _tell_new(probability: float) -> dict[str, Any]:
    texts = dict.fromkeys(("pattern_id", "last_seen_at", "ended", "why", "differs"), "")
    return {"is_match": False, "probability": probability, "name": "new", "issues": 0, **texts}


def _read_new(answers: pl.DataFrame) -> float:
    return float(answers.filter(~pl.col("is_match"))["probability"][0])

"""A failure is analyzed alike whatever tool tells of it, an issue a firing or one issue that recurs."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from causeloop_pipeline.analysis.act.proof import prove_fixes
from causeloop_pipeline.analysis.detect.issue_occurrences import date_by_occurrences, list_issue_occurrences
from causeloop_pipeline.analysis.loop import IssueHistory, Loop, run_loop, select_occurrences
from causeloop_pipeline.cli.issue_input import read_issues
from causeloop_pipeline.model.frames import FIX_SCHEMA, ISSUE_OCCURRENCE_SCHEMA, ISSUE_SCHEMA
from tests.support.retold_failures import AS_OF, LASTS, STARTS, TELLINGS, WEEKS, tell

PREDICTED = ["window_days", "probability", "event_count", "impact", "next_date_low", "next_date_median"]
PROVEN = ["verdict", "events_before", "days_before", "events_after", "days_after", "rate_ratio"]


def build_frames(telling: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The issues of a telling, and their occurrences."""
    issues, occurrences = [], []
    for issue, starts in tell(TELLINGS[telling]):
        row: dict[str, Any] = {"issue_id": issue["external_id"], **issue}
        issues.append({name: row.get(name) for name in ISSUE_SCHEMA})
        occurrences += [(row["issue_id"], start, start + LASTS, 1) for start in starts]
    return (
        pl.DataFrame(issues, schema=ISSUE_SCHEMA),
        pl.DataFrame(occurrences, schema=ISSUE_OCCURRENCE_SCHEMA, orient="row"),
    )


@cache
def analyze(telling: str) -> tuple[Loop, pl.DataFrame]:
    """What the loop makes of a telling, and when its pattern occurred."""
    issues, occurrences = build_frames(telling)
    loop = run_loop(issues, IssueHistory(occurrences), as_of=AS_OF)
    dated = date_by_occurrences(issues, list_issue_occurrences(issues, occurrences))
    return loop, select_occurrences(loop.grouping.members, dated).drop("pattern_id")


def prove(telling: str) -> pl.DataFrame:
    """The proof of a fix that was claimed after two thirds of the year."""
    loop, occurrences = analyze(telling)
    (pattern_id,) = loop.grouping.patterns["pattern_id"]
    fix = pl.DataFrame([("r", pattern_id, AS_OF - timedelta(days=120))], schema=FIX_SCHEMA, orient="row")
    of_pattern = occurrences.with_columns(pattern_id=pl.lit(pattern_id))
    return prove_fixes(fix, of_pattern, None, as_of=AS_OF).select(PROVEN)


@pytest.mark.parametrize("telling", TELLINGS)
def test_each_telling_is_one_pattern_of_the_same_occurrences(telling: str) -> None:
    loop, occurrences = analyze(telling)
    pattern = loop.grouping.patterns.row(0, named=True)

    assert loop.grouping.patterns.height == 1
    assert occurrences["occurred_at"].to_list() == list(STARTS)
    assert pattern["issue_count"] == len(TELLINGS[telling])
    assert pattern["occurrence_count"] == WEEKS
    assert (pattern["first_seen_at"], pattern["last_seen_at"]) == (STARTS[0], STARTS[-1])
    assert pattern["mttr_seconds"] == LASTS.total_seconds()


def test_each_telling_gives_the_same_predictions_risk_and_proof() -> None:
    first, *others = TELLINGS
    expected, _ = analyze(first)
    assert expected.predictions["probability"].null_count() == 0
    for telling in others:
        loop, _ = analyze(telling)
        assert_frame_equal(loop.predictions.select(PREDICTED), expected.predictions.select(PREDICTED))
        assert loop.pattern_risks["risk_score"].to_list() == expected.pattern_risks["risk_score"].to_list()
        assert_frame_equal(prove(telling), prove(first))


def test_each_telling_gives_the_same_recommendation() -> None:
    ranked = [analyze(telling)[0].recommendations for telling in TELLINGS]

    columns = ["rank", "title", "type", "expected_loops_prevented", "expected_low", "expected_high"]
    assert ranked[0].height == 1
    for other in ranked[1:]:
        assert_frame_equal(other.select(columns), ranked[0].select(columns))


def test_a_file_whose_rows_repeat_an_id_tells_of_each_start(tmp_path: Path) -> None:
    lines = [
        f"T-1,Connection to payments-db refused after 30 s,{start.isoformat()},{(start + LASTS).isoformat()}"
        for start in STARTS
    ]
    path = tmp_path / "reopened.csv"
    path.write_text("\n".join(["id,title,created_at,resolved_at", *lines, lines[-1]]) + "\n")

    read = read_issues(path, [], "UTC").read
    loop = run_loop(read.issues, IssueHistory(read.occurrences), as_of=AS_OF)

    assert read.issues.height == 1
    assert read.occurrences["started_at"].sort().to_list() == list(STARTS)
    assert any("51 of them begin at another time" in note for note in read.notes)
    assert loop.grouping.patterns["occurrence_count"].to_list() == [WEEKS]
    expected, _ = analyze(next(iter(TELLINGS)))
    assert_frame_equal(
        loop.predictions.select("window_days", "probability", "event_count"),
        expected.predictions.select("window_days", "probability", "event_count"),
    )

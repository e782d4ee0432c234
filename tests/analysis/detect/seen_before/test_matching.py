"""Which earlier failures a failure repeats, against a history that the pipeline grouped."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping, GroupingOptions, group_issues
from causeloop_pipeline.analysis.detect.seen_before.identity import identify_failure
from causeloop_pipeline.analysis.detect.seen_before.matching import Matches, match_failure
from causeloop_pipeline.analysis.detect.seen_before.searched_issues import SearchedIssues, prepare_issues
from causeloop_pipeline.analysis.evaluation.retold_messages import BEGINNINGS, WORD, retell
from causeloop_pipeline.model.frames import ISSUE_SCHEMA

START = datetime(2026, 9, 1, tzinfo=UTC)
STATEMENTS = (
    "Payment timeout after {}s calling card-gateway-{}",
    "Worker {} lost its lease on shard {}",
    "Disk /dev/sd{} is {} % full",
    "Replica {} lags by {} seconds",
)
WORDS = (
    "The export of invoices stops half way when a customer has no address",
    "Uploading a large picture makes the editor freeze until it is reloaded",
    "Dates in the calendar are shifted by one day in winter time",
)


def make_issue(number: int, title: str, body: str | None = None, source: str = "logs") -> dict[str, object]:
    at = START + timedelta(hours=number)
    return {
        "issue_id": f"I-{number}",
        "source": source,
        "external_id": f"I-{number}",
        "title": title,
        "body": body,
        "severity": "p3",
        "status": "open",
        "service": "checkout",
        "source_created_at": at,
        "source_updated_at": at,
    }


def make_frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in ISSUE_SCHEMA} for row in rows], schema=ISSUE_SCHEMA)


@pytest.fixture(scope="module")
def history() -> tuple[SearchedIssues, Grouping]:
    """Eighty messages of four statements and three reports of people, grouped."""
    rows = [make_issue(n, STATEMENTS[n % 4].format(n, n * 7 % 90)) for n in range(80)]
    rows += [make_issue(100 + n, text, text, "tracker") for n, text in enumerate(WORDS)]
    issues = make_frame(rows)
    fingerprints = fingerprint_issues(issues)
    grouping = group_issues(issues, fingerprints, options=GroupingOptions(namespace="test"))
    return prepare_issues(issues, fingerprints, grouping.members), grouping


def match(history: tuple[SearchedIssues, Grouping], title: str, body: str | None = None) -> Matches:
    searched, grouping = history
    failure = make_frame([{**make_issue(999, title, body), "source": None}])
    return match_failure(failure, [title], searched, grouping.index.model)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_first_answer_is_the_pattern_that_the_pipeline_would_assign(
    history: tuple[SearchedIssues, Grouping], statement: str
) -> None:
    title = statement.format(4711, 99)
    new = make_frame([make_issue(900, title)])

    assigned = assign_issues(new, fingerprint_issues(new), history[1].index).members
    first = match(history, title).groups.row(0, named=True)

    assert first["pattern_id"] == assigned.filter(pl.col("issue_id") == "I-900")["pattern_id"][0]
    assert first["probability"] > 0.7
    assert first["is_copy"]
    assert first["reasons"][0]["kind"] == "template"


def test_all_probabilities_and_that_of_a_new_cause_are_one_together(
    history: tuple[SearchedIssues, Grouping],
) -> None:
    for title in (STATEMENTS[0].format(1, 2), WORDS[0], "Nothing of this was ever written here"):
        matches = match(history, title)
        assert 0.9 <= matches.groups["probability"].sum() + matches.new_probability <= 1.001


def test_what_nothing_resembles_is_new(history: tuple[SearchedIssues, Grouping]) -> None:
    matches = match(history, "Zebra stripes invert on holographic billboards")

    assert matches.new_probability > 0.9


def test_an_issue_in_no_pattern_is_an_answer_of_its_own(history: tuple[SearchedIssues, Grouping]) -> None:
    first = match(history, WORDS[1], WORDS[1]).groups.row(0, named=True)

    assert first["issue_id"] == "I-101"
    assert first["pattern_id"] is None or first["group_id"] == first["pattern_id"]


def test_where_a_failure_differs_is_listed(history: tuple[SearchedIssues, Grouping]) -> None:
    searched, grouping = history
    title = STATEMENTS[1].format(5, 6)
    failure = make_frame([{**make_issue(999, title), "service": "billing"}])

    first = match_failure(failure, [title], searched, grouping.index.model).groups.row(0, named=True)

    assert {"field": "service", "this": "billing", "theirs": "checkout"} in first["differences"]


def test_an_empty_history_makes_everything_new() -> None:
    nothing = make_frame([])
    searched = prepare_issues(
        nothing,
        fingerprint_issues(nothing),
        pl.DataFrame(schema={"issue_id": pl.String, "pattern_id": pl.String}),
    )
    grouping = group_issues(nothing, fingerprint_issues(nothing), options=GroupingOptions(namespace="test"))

    matches = match_failure(make_frame([make_issue(1, "x y")]), ["x y"], searched, grouping.index.model)

    assert matches.groups.is_empty()
    assert matches.new_probability == 1.0


def test_an_identity_is_of_the_message_and_the_workspace() -> None:
    same = {identify_failure("w", STATEMENTS[0].format(n, n), None) for n in range(20)}

    assert len(same) == 1
    assert identify_failure("other", STATEMENTS[0].format(1, 1), None) not in same
    assert identify_failure("w", STATEMENTS[1].format(1, 1), None) not in same


def test_what_a_person_writes_of_a_message_in_other_words_may_be_its_pattern(
    history: tuple[SearchedIssues, Grouping],
) -> None:
    first = match(history, "payments timed out, card-gateway timeout after calling").groups.row(0, named=True)

    assert first["pattern_id"] == match(history, STATEMENTS[0].format(1, 2)).groups["pattern_id"][0]
    assert first["probability"] > 0.3
    assert "payments" in first["reasons"][0]["terms"]  # as it is written, not its stem


def test_another_message_of_the_same_tool_is_new_however_alike(
    history: tuple[SearchedIssues, Grouping],
) -> None:
    searched, grouping = history
    other = "Payment timeout before 30s calling card-gateway-7 again"
    failure = make_frame([make_issue(999, other)])

    assert match_failure(failure, [other], searched, grouping.index.model).new_probability > 0.9


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**31), statement=st.sampled_from(STATEMENTS))
def test_a_retold_message_holds_words_of_it_and_no_others(seed: int, statement: str) -> None:
    report = retell(statement.format(4, 5), np.random.default_rng(seed)).lower()
    beginning = max((each for each in BEGINNINGS if report.startswith(each)), key=len)

    assert set(report.removeprefix(beginning).split()) <= set(retell_whole(statement.format(4, 5)).split())


def retell_whole(title: str) -> str:
    return " ".join(WORD.findall(title)).lower()

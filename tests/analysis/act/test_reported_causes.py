"""What most of the latest texts report decides where titles show no failure, or only its symptom."""

from collections.abc import Sequence
from typing import Any

import pytest

from causeloop_pipeline.analysis.act.body_reading import MIN_ISSUES, BodyReading, read_bodies
from causeloop_pipeline.analysis.act.pattern_summaries import PatternSummary, summarize_patterns
from tests.support.advising import AS_OF, advise, advise_fully, failing
from tests.support.pattern_frames import build_pattern_frames

LOCK = "Step publish of run 8{n}7f holds a lock on table price_list for {n}0 s. The campaign began at 9:1{n}."
SYMPTOM = "Price import timed out after 300 s in step publish"


def failing_with(bodies: Sequence[str | None], title: str = SYMPTOM) -> list[dict[str, Any]]:
    return [
        dict(each, body=body) for each, body in zip(failing("p", title, len(bodies)), bodies, strict=True)
    ]


def test_a_lock_that_the_texts_report_is_fixed_and_not_the_timeout_of_the_title() -> None:
    row = advise({"p": failing_with([LOCK.format(n=n) for n in range(6)])}).row(0, named=True)
    assert row["title"] == "Remove the lock conflict in ledger"
    quoted = "“Step publish of run … holds a lock on table price_list for … s”"
    assert row["rationale"].startswith(f"All of its latest 5 issues report a locking failure: {quoted}.")
    assert row["steps"][0] == f"Begin with what all of its latest 5 issues report: {quoted}."


def test_what_few_texts_report_decides_nothing() -> None:
    few = [LOCK.format(n=1), LOCK.format(n=2), *["The import stopped."] * 3]
    row = advise({"p": failing_with(few)}).row(0, named=True)
    assert row["title"] == "Bound and align the timeouts of ledger"
    assert "latest 5 issues" not in row["rationale"]


def test_a_cause_in_the_title_stays_whatever_the_texts_report_beside_it() -> None:
    texts = [f"{LOCK.format(n=n)} Disk usage 97%." for n in range(6)]
    row = advise({"p": failing_with(texts, "write /var/lib: no space left on device")}).row(0, named=True)
    assert row["title"] == "Keep the disks of ledger from filling up"


def test_texts_without_a_failure_leave_a_pattern_unexplained() -> None:
    advice = advise_fully({"p": failing_with(["Parcels wait at the belt."] * 6, "Printer offline in hall 3")})
    assert advice.recommendations.is_empty()
    assert advice.unexplained.pattern_ids == ["p"]


@pytest.mark.parametrize("bodies", [[], [None, ""], [LOCK.format(n=1)] * (MIN_ISSUES - 1)])
def test_too_few_texts_are_no_reading(bodies: list[str | None]) -> None:
    assert read_bodies(bodies, []) is None


def test_numbers_and_ids_are_left_out_of_what_is_quoted() -> None:
    read = read_bodies([LOCK.format(n=n) for n in range(3)], [])
    assert read == BodyReading(
        "deadlock", "Step publish of run … holds a lock on table price_list for … s", 3, 3
    )


def test_a_stored_summary_keeps_what_was_reported_and_an_older_one_has_none() -> None:
    described, members, issues = build_pattern_frames(
        {"p": failing_with([LOCK.format(n=n) for n in range(6)])}
    )
    summary = summarize_patterns(described, members, issues, as_of=AS_OF)["p"]
    assert PatternSummary.from_json(summary.to_json()) == summary
    stored = summary.to_json().replace(b'"body_reading"', b'"since_dropped"')
    assert PatternSummary.from_json(stored).body_reading is None


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("an expired certificate", "Renew certificates of ledger automatically"),
        ("an expired token", "Refresh the credentials of ledger before they fail"),
        ("an expired tgt", "Refresh the credentials of ledger before they fail"),
        ("an expired voucher", "Bound and align the timeouts of ledger"),
    ],
)
def test_what_expired_decides_what_is_renewed(words: str, title: str) -> None:
    body = f"Checkout was down. Root cause: {words}. Mitigation: it was replaced."
    assert advise({"p": failing("p", "read timed out", body=body)})["title"].to_list() == [title]


def test_one_of_several_texts_that_states_a_cause_does_not_speak_for_the_others() -> None:
    stated = "Checkout was down. Root cause: a misconfigured route. Mitigation: traffic was moved."
    alone = failing_with(["It failed again."] * 5 + [stated])
    assert advise({"p": alone})["title"].to_list() == ["Bound and align the timeouts of ledger"]

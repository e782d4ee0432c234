"""A closure note alone closes nothing: silence proves it, and a new matching issue reopens it."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.act.lifecycle import derive_lifecycle
from tests.support.pattern_frames import build_pattern_frames, day, issue, occurrences


def lifecycle(events: Sequence[float], notes: Sequence[float], at: float, **options: Any) -> dict[str, Any]:
    patterns, _, _ = build_pattern_frames({"p": [issue("i", 0)]})
    if options.pop("emerging", False):
        patterns = patterns.with_columns(status=pl.lit("emerging"))
    closures = pl.DataFrame(
        {"pattern_id": ["p"] * len(notes), "closed_at": [day(note) for note in notes]},
        schema={"pattern_id": pl.String, "closed_at": pl.Datetime("us", "UTC")},
    )
    derived = derive_lifecycle(patterns, closures, occurrences({"p": events}), as_of=day(at), **options)
    return derived.row(0, named=True)


def claim(at: float) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "recommendation_id": ["r"],
            "pattern_ids": [["p"]],
            "status": ["implemented"],
            "implemented_at": [day(at)],
        }
    )


def test_silence_without_a_closure_note_resolves_nothing() -> None:
    assert lifecycle([0], [], 900)["status"] == "active"


def test_a_note_waits_for_the_proof_window() -> None:
    assert lifecycle([0], [10], 39.9)["status"] == "active"
    assert lifecycle([0], [10], 40)["status"] == "resolved"
    assert lifecycle([0], [10], 40)["resolved_at"] == day(40)
    assert lifecycle([0], [10], 40, proof_window_days=60)["status"] == "active"


def test_an_issue_within_the_window_starts_the_silence_again() -> None:
    assert lifecycle([0, 25], [10], 50)["status"] == "active"
    assert lifecycle([0, 25], [10], 55)["resolved_at"] == day(55)


def test_an_issue_after_the_proof_reopens_the_pattern_and_refutes_the_recommendation() -> None:
    state = lifecycle([0, 60], [10], 70, recommendations=claim(9))
    assert state["status"] == "active"
    assert state["reopened_at"] == day(60)
    assert state["not_held"] == ["r"]
    assert "Reopened" in state["text"]


def test_a_recommendation_implemented_after_the_reopening_is_not_blamed() -> None:
    assert lifecycle([0, 60], [10], 70, recommendations=claim(65))["not_held"] == []


def test_a_second_note_after_the_reopening_resolves_it_again() -> None:
    assert lifecycle([0, 60], [10, 50], 200)["status"] == "active", "this note is older than the reopening"
    assert lifecycle([0, 60], [10, 65], 200)["status"] == "resolved"


def test_an_emerging_pattern_stays_emerging_until_it_is_closed() -> None:
    assert lifecycle([0], [], 50, emerging=True)["status"] == "emerging"
    assert lifecycle([0], [10], 50, emerging=True)["status"] == "resolved"


def test_what_happens_after_the_judgement_is_not_known_to_it() -> None:
    assert lifecycle([0, 60], [10], 59)["status"] == "resolved"


def test_a_window_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="one day at least"):
        lifecycle([0], [], 1, proof_window_days=0)


@given(
    st.lists(st.floats(0, 300), max_size=12),
    st.lists(st.floats(0, 300), max_size=4),
    st.floats(0, 400),
    st.integers(1, 90),
)
def test_resolved_always_means_a_note_and_a_silent_window_up_to_now(
    events: list[float], notes: list[float], at: float, window: int
) -> None:
    state = lifecycle(events, notes, at, proof_window_days=window)
    past = [event for event in events if event <= at]
    if state["status"] == "resolved":
        assert any(note <= at for note in notes)
        assert state["closed_at"] <= state["resolved_at"] <= day(at)
        assert not [event for event in past if day(event) > state["resolved_at"]]
    silent = [note for note in notes if note + window <= at and not [event for event in past if event > note]]
    if silent:
        assert state["status"] == "resolved"

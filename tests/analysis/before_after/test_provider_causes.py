"""What a provider caused is left out: by its own status page in that time, or by a person's mark."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from causeloop_pipeline.analysis.before_after.provider_causes import find_provider_causes
from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.storage.act.provider_causes import (
    DESCRIBED_OCCURRENCE_SCHEMA,
    INCIDENT_SCHEMA,
    MARK_SCHEMA,
)
from tests.support.pattern_frames import build_frame, day

HOUR = 1 / 24
OUTAGE = {"provider": "Acme Pay", "services": ["billing"], "started_at": day(10), "ended_at": day(10.5)}


def occurrence(at: float, issue: str = "i", **texts: str) -> dict[str, Any]:
    row = {"pattern_id": "p", "issue_id": issue, "occurred_at": day(at), "service": "shop"}
    return row | {"text": "Acme-Pay: 502 at checkout"} | texts


def find(
    *occurrences: dict[str, Any], marks: Sequence[dict[str, Any]] = (), outages: Sequence[Any] = (OUTAGE,)
) -> list[tuple[str, str]]:
    causes = find_provider_causes(
        build_frame(occurrences, DESCRIBED_OCCURRENCE_SCHEMA),
        build_frame(outages, INCIDENT_SCHEMA),
        build_frame(marks, MARK_SCHEMA),
    )
    return list(causes.select("reason", "provider").iter_rows())


@pytest.mark.parametrize(
    ("at", "is_left_out"),
    [
        (10 - 0.9 * HOUR, True),
        (10.2, True),
        (10.5, True),
        (10 - 1.1 * HOUR, False),
        (10.5 + HOUR / 60, False),
    ],
)
def test_a_status_page_counts_from_an_hour_before_its_incident_until_its_end(
    at: float, is_left_out: bool
) -> None:
    assert find(occurrence(at)) == ([("status_page", "Acme Pay")] if is_left_out else [])


@pytest.mark.parametrize(
    ("texts", "is_left_out"),
    [
        ({"text": "timeout of acme pay"}, True),
        ({"text": "timeout", "service": "billing"}, True),
        ({"text": "timeout", "service": "acme-pay"}, True),
        ({"text": "timeout"}, False),
        ({"text": "macme payroll is late"}, False),
    ],
)
def test_an_issue_has_to_name_the_provider_or_its_service_to_depend_on_it(
    texts: dict[str, str], is_left_out: bool
) -> None:
    assert bool(find(occurrence(10.1, **texts))) is is_left_out


def test_a_mark_holds_for_what_had_occurred_when_it_was_made() -> None:
    marked = {"issue_id": "i", "provider": "Skynet", "marked_at": day(20)}
    assert find(occurrence(19), occurrence(21), marks=[marked]) == [("marked", "Skynet")]


def test_a_person_overrules_the_status_page() -> None:
    ours = {"issue_id": "i", "provider": None, "marked_at": day(20)}
    assert find(occurrence(10.1), marks=[ours]) == []
    assert find(occurrence(10.1, issue="another"), marks=[ours]) == [("status_page", "Acme Pay")]


def test_of_two_at_one_moment_both_have_to_be_the_providers() -> None:
    ours = {"issue_id": "j", "provider": None, "marked_at": day(20)}
    assert find(occurrence(10.1), occurrence(10.1, issue="j"), marks=[ours]) == []
    assert len(find(occurrence(10.1), occurrence(10.1, issue="k"))) == 1


def test_without_incidents_and_marks_nothing_is_left_out() -> None:
    causes = find_provider_causes(
        build_frame([occurrence(1)], DESCRIBED_OCCURRENCE_SCHEMA),
        INCIDENT_SCHEMA.to_frame(),
        MARK_SCHEMA.to_frame(),
    )
    assert causes.is_empty()
    assert causes.schema["occurred_at"] == INSTANT
    assert causes.schema["provider"] == pl.String()

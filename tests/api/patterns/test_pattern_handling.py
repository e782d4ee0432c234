"""What people set for patterns: a name, a snooze, an assignee; and whether a pattern is quiet."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import polars as pl
import psycopg
import pytest

from causeloop_pipeline.model.frames import PATTERN_SCHEMA
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.detect.pattern_rhythm import update_typical_gaps
from causeloop_pipeline.storage.detect.patterns import read_patterns, replace_patterns
from causeloop_pipeline.storage.notify.alerts import read_alert_candidates
from tests.api.conftest import Client
from tests.api.sample import Sample


def test_a_name_that_a_person_gave_survives_the_next_grouping(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    path = f"/v1/patterns/{fresh_sample.ids['pattern_id']}"
    analyst = client(fresh_sample.credentials["analyst"])
    assert analyst.patch(path, json={"name": "Checkout pool"}).json()["name"] == "Checkout pool"

    with database.workspace(fresh_sample.workspace_id) as session:
        patterns = read_patterns(session, fresh_sample.workspace_id, PATTERN_SCHEMA)
        members = pl.DataFrame(
            schema={
                "pattern_id": pl.String,
                "issue_id": pl.String,
                "similarity": pl.Float64,
                "confidence": pl.Float64,
                "reason": pl.String,
                "nearest_pattern_id": pl.String,
                "nearest_missing": pl.String,
            }
        )
        regrouped = patterns.with_columns(name=pl.lit("a computed name"))
        replace_patterns(session, fresh_sample.workspace_id, regrouped, members)

    assert analyst.get(path).json()["name"] == "Checkout pool"
    other = analyst.get(f"/v1/patterns/{fresh_sample.ids['other_pattern_id']}")
    assert other.json()["name"] == "a computed name"


def test_a_snoozed_pattern_sends_no_alerts_until_the_snooze_ends(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst, pattern_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["pattern_id"]
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    def candidates() -> set[str]:
        with database.workspace(fresh_sample.workspace_id) as session:
            return set(read_alert_candidates(session, fresh_sample.workspace_id, [30])["pattern_id"])

    assert str(pattern_id) in candidates()
    assert analyst.patch(f"/v1/patterns/{pattern_id}", json={"snoozed_until": until}).status_code == 200
    assert str(pattern_id) not in candidates()
    assert analyst.patch(f"/v1/patterns/{pattern_id}", json={"snoozed_until": None}).status_code == 200
    assert str(pattern_id) in candidates()


@pytest.mark.parametrize("kind", ["pattern", "recommendation"])
def test_an_active_member_takes_care_of_something_and_nobody_else_can(
    client: Client, fresh_sample: Sample, kind: str
) -> None:
    analyst = client(fresh_sample.credentials["analyst"])
    path = f"/v1/{kind}s/{fresh_sample.ids[f'{kind}_id']}/assignee"
    user_id = str(fresh_sample.ids["user_id"])

    assert analyst.put(path, json={"user_id": user_id}).json()["assignee"]["user_id"] == user_id
    for stranger in (uuid4(), fresh_sample.ids["suspended_user_id"]):
        refusal = analyst.put(path, json={"user_id": str(stranger)})
        assert (refusal.status_code, refusal.json()["code"]) == (422, "no_such_member")
    assert analyst.put(path, json={"user_id": None}).json()["assignee"] is None


def test_a_pattern_silent_far_beyond_its_rhythm_is_quiet_in_words_and_numbers(
    client: Client, fresh_sample: Sample, database: Database, owner: psycopg.Connection
) -> None:
    path = f"/v1/patterns/{fresh_sample.ids['pattern_id']}"
    viewer = client(fresh_sample.credentials["viewer"])
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update detect.pattern set last_seen_at = now() - interval '77 days'")
        days = {str(fresh_sample.ids["pattern_id"]): range(20_000, 20_010)}
        assert update_typical_gaps(session, fresh_sample.workspace_id, days) == 1

    assert viewer.get(path).json()["quiet"] == {"silent_days": 77, "typical_gap_days": 1.0}

    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update detect.pattern set last_seen_at = now() - interval '13 days'")
    assert viewer.get(path).json()["quiet"] is None

    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update detect.pattern set last_seen_at = now() - interval '77 days', status = 'resolved'"
        )
    assert viewer.get(path).json()["quiet"] is None

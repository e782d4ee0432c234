"""Quarantined records are listed with the reason, and read again when somebody asks."""

import orjson

from causeloop_pipeline.model.raw_record import Quarantined
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.records import Origin, land
from tests.api.conftest import Client
from tests.api.sample import Sample


def quarantine(database: Database, sample: Sample, payload: bytes) -> None:
    """Put a payload of the sample's connector into quarantine, as a sync does."""
    with database.workspace(sample.workspace_id) as session:
        source = session.rows("select type from app.connector limit 1")[0]["type"]
        item = Quarantined(source, payload, "no title", "Q-1")
        land(session.connection, sample.workspace_id, Origin(sample.ids["connector_id"]), [], [item])


def test_a_record_that_still_cannot_be_read_stays_in_quarantine_and_says_why(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = client(fresh_sample.credentials["analyst"])
    path = f"/v1/connectors/{fresh_sample.ids['connector_id']}/quarantine"
    quarantine(database, fresh_sample, b"{broken")

    rows = analyst.get(path).json()["data"]
    assert [(row["external_id"], row["reason"], row["payload"]) for row in rows] == [
        ("Q-1", "no title", "{broken")
    ]
    assert analyst.post(f"{path}/replay").json() == {"queued": 0, "unreadable": 1}
    assert len(analyst.get(path).json()["data"]) == 1


def test_a_record_that_can_be_read_now_waits_for_the_next_run(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = client(fresh_sample.credentials["analyst"])
    path = f"/v1/connectors/{fresh_sample.ids['connector_id']}/quarantine"
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "insert into raw.record (workspace_id, source, external_id, channel, payload, payload_hash) "
            "values (%s, 'jira', 'Q-2', 'poll', '{}', 'h')",
            (fresh_sample.workspace_id,),
        )
        session.execute(
            "insert into raw.quarantine (workspace_id, source, connector_id, external_id, channel, reason, "
            "payload, payload_hash) values (%s, 'jira', %s, 'Q-2', 'poll', 'no title', %s, 'h')",
            (fresh_sample.workspace_id, fresh_sample.ids["connector_id"], orjson.dumps({})),
        )

    assert analyst.post(f"{path}/replay").json() == {"queued": 1, "unreadable": 0}

    assert analyst.get(path).json()["data"] == []
    with database.workspace(fresh_sample.workspace_id) as session:
        pending = session.rows(
            "select r.external_id from raw.pending_record "
            "join raw.record as r using (workspace_id, record_id)"
        )
    assert [row["external_id"] for row in pending] == ["Q-2"]


def test_drift_tells_for_each_reason_since_when_and_shows_a_sample(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = client(fresh_sample.credentials["analyst"])
    connector_id = fresh_sample.ids["connector_id"]
    reasons = ("larger than 5 bytes (17)", "no title", "larger than 5 bytes (99)")
    with database.workspace(fresh_sample.workspace_id) as session:
        for number, reason in enumerate(reasons):
            session.execute(
                "insert into raw.quarantine (workspace_id, source, connector_id, external_id, channel, "
                "reason, payload, payload_hash, received_at) values (%s, 'jira', %s, %s, 'poll', %s, %s, "
                "%s, timestamptz '2026-03-01Z' + make_interval(days => %s))",
                (
                    fresh_sample.workspace_id,
                    connector_id,
                    f"Q-{number}",
                    reason,
                    b'{"half": "\xff"}',
                    f"h{number}",
                    number,
                ),
            )

    drift = analyst.get(f"/v1/connectors/{connector_id}/drift").json()["data"]
    listed = analyst.get(f"/v1/connectors/{connector_id}/quarantine").json()["data"]

    assert [row["payload"] for row in listed[:3]] == ['{"half": "\ufffd"}'] * 3
    assert [(kind["reason"], kind["records"], kind["external_id"]) for kind in drift] == [
        ("larger than 5 bytes (99)", 2, "Q-2"),
        ("no title", 1, "Q-1"),
    ]
    assert drift[0]["first_seen_at"].startswith("2026-03-01")
    assert drift[0]["last_seen_at"].startswith("2026-03-03")
    assert drift[0]["sample"] == '{"half": "\ufffd"}'

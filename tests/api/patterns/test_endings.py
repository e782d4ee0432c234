"""A pattern begins with how its last issues ended, and with what ended it how often and for how long."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from causeloop_pipeline.storage.database.session import Database, Session
from tests.api.conftest import Client
from tests.api.sample import Sample

NOW = datetime.now(UTC)


def end(session: Session, sample: Sample, issue_id: UUID, days_ago: float, **texts: str | None) -> None:
    session.execute(
        "insert into act.ending (workspace_id, issue_id, ended_at, took_seconds, action, phrase, quote, "
        "made_by, read_until) values (%s, %s, %s, 3600, %s, %s, %s, 'Ana', now())",
        (
            sample.workspace_id,
            issue_id,
            NOW - timedelta(days=days_ago),
            texts.get("action"),
            texts.get("phrase"),
            texts.get("quote"),
        ),
    )


def test_the_last_three_endings_come_with_who_when_how_long_and_what(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    with database.workspace(fresh_sample.workspace_id) as session:
        issues = session.rows(
            "select issue_id from core.issue where pattern_id = %s order by issue_id limit 4",
            (fresh_sample.ids["pattern_id"],),
        )
        for number, row in enumerate(issues):
            end(
                session,
                fresh_sample,
                row["issue_id"],
                1 + number,
                action="restarted",
                phrase="restarted the pool",
                quote=f"restarted the pool {number}",
            )
    response = client(fresh_sample.credentials["viewer"]).get(
        f"/v1/patterns/{fresh_sample.ids['pattern_id']}/endings"
    )
    answer = response.json()

    assert [ending["quote"] for ending in answer["last"]] == [
        f"restarted the pool {number}" for number in range(min(3, len(issues)))
    ]
    assert {ending["made_by"] for ending in answer["last"]} == {"Ana"}
    (group,) = answer["groups"]
    assert (group["action"], group["phrase"], group["count"]) == (
        "restarted",
        "restarted the pool",
        len(issues),
    )
    assert group["held_low"] <= group["held_high"]
    assert len(group["issue_ids"]) == len(issues)


def test_an_unknown_pattern_has_no_endings(client: Client, sample: Sample) -> None:
    path = "/v1/patterns/00000000-0000-0000-0000-000000000000/endings"
    assert client(sample.credentials["viewer"]).get(path).status_code == 404

"""What people keep for themselves: saved views, and what is new since they looked."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.api.sample_rows import insert_row

FILTERS = {"severity": ["p1", "p2"], "sort": "-risk_score", "without": "team:ops"}
VIEWS = {"issues": [{"name": "urgent", "filters": FILTERS}], "patterns": []}


def test_saved_views_are_kept_for_each_person_and_go_with_the_membership(
    client: Client, fresh_sample: Sample, owner: psycopg.Connection
) -> None:
    person, other = (client(fresh_sample.credentials[name]) for name in ("member token", "owner token"))
    assert person.get("/v1/me/saved-views").json() == {"issues": [], "patterns": []}

    stored = person.put("/v1/me/saved-views", json=VIEWS)

    assert stored.json() == person.get("/v1/me/saved-views").json() == VIEWS
    assert other.get("/v1/me/saved-views").json() == {"issues": [], "patterns": []}
    user = fresh_sample.ids["user_id"]
    owner.execute("delete from app.membership where user_id = %s", (user,))
    assert owner.execute("select count(*) from app.preference where holder_id = %s", (user,)).fetchone() == (
        0,
    )


@pytest.mark.parametrize(
    "views",
    [
        {"issues": [{"name": "", "filters": {}}]},
        {"issues": [{"name": "x", "filters": {"a b": "c"}}]},
        {"issues": [{"name": "x", "filters": {"a": "c" * 201}}]},
        {"issues": [{"name": str(number), "filters": {}} for number in range(51)]},
        {"clusters": []},
    ],
)
def test_a_view_that_no_list_has_is_refused(client: Client, sample: Sample, views: object) -> None:
    response = client(sample.credentials["viewer"]).put("/v1/me/saved-views", json=views)

    assert response.status_code == 422
    assert response.json()["errors"]


def test_notifications_tell_what_broke_was_graded_and_judged_and_how_long_it_was_not_seen(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    ids, now = fresh_sample.ids, datetime.now(UTC)
    with database.workspace(fresh_sample.workspace_id) as session:
        insert_row(
            session,
            "app.sync_run",
            fresh_sample,
            connector_id=ids["connector_id"],
            status="failed",
            error="it answered 401",
            started_at=now + timedelta(seconds=1),
            finished_at=now,
        )
        session.execute("update act.verdict set verdict = 'held'")
        session.execute(
            "update act.expectation set status = 'broken', broken_at = %s, text = 'Broken.'", (now,)
        )
        session.execute(
            "update detect.pattern set status = 'resolved', resolved_at = %s where pattern_id = %s",
            (now, ids["other_pattern_id"]),
        )
        session.execute(
            "update detect.pattern set reopened_at = %s where pattern_id = %s", (now, ids["pattern_id"])
        )
    person = client(fresh_sample.credentials["member token"])

    before = person.get("/v1/notifications").json()
    rows = {row["kind"]: row for row in before["data"]}

    assert before["seen_at"] is None
    assert rows.keys() == {
        "feed_broken",
        "predictions_graded",
        "fix_judged",
        "expectation_broken",
        "pattern_resolved",
        "pattern_reopened",
    }
    assert (rows["feed_broken"]["item_id"], rows["feed_broken"]["detail"]) == (
        str(ids["connector_id"]),
        "it answered 401",
    )
    assert rows["predictions_graded"]["subject"] == "30 predictions graded"
    assert rows["predictions_graded"]["detail"] == "15 came true, 15 did not"
    assert rows["fix_judged"]["detail"] == "The fix held."
    assert rows["expectation_broken"]["detail"] == "Broken."
    assert rows["pattern_resolved"]["item_id"] == str(ids["other_pattern_id"])
    assert rows["pattern_reopened"]["item_id"] == str(ids["pattern_id"])
    assert person.post("/v1/notifications/seen").json()["seen_at"] is not None
    assert client(fresh_sample.credentials["viewer"]).get("/v1/notifications").json()["seen_at"] is None


def test_an_alert_that_fired_is_reported_with_what_it_fires_for(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    ids, now = fresh_sample.ids, datetime.now(UTC)
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("delete from notify.alert_state")
        session.execute(
            "insert into notify.alert_state (workspace_id, alert_rule_id, pattern_id, firing, changed_at) "
            "select workspace_id, alert_rule_id, pattern_id, pattern_id = any (%s), %s "
            "from notify.alert_rule cross join unnest(%s) as pattern_id limit 2",
            ([ids["pattern_id"]], now, [ids["pattern_id"], ids["other_pattern_id"]]),
        )
        rule = session.row("select name from notify.alert_rule")
        pattern = session.row("select name from detect.pattern where pattern_id = %s", (ids["pattern_id"],))
    assert rule
    assert pattern

    rows = client(fresh_sample.credentials["viewer"]).get("/v1/notifications").json()["data"]

    (fired,) = [row for row in rows if row["kind"] == "alert_fired"]
    assert (fired["subject"], fired["item_id"]) == (rule["name"], str(ids["pattern_id"]))
    assert fired["detail"] == f"It fires for “{pattern['name']}”."


def finish_sync(database: Database, sample: Sample, minutes_ago: int, status: str, error: str | None) -> None:
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    with database.workspace(sample.workspace_id) as session:
        connector_id = sample.ids["connector_id"]
        insert_row(
            session, "app.sync_run", sample, connector_id=connector_id, status="running", started_at=at
        )
        session.execute(
            "update app.sync_run set status = %s, error = %s, finished_at = %s where status = 'running'",
            (status, error, at),
        )


def test_a_feed_that_broke_and_was_repaired_is_reported_at_the_times_of_both(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    for minutes_ago, status, error in (
        (50, "failed", "it answered 401"),
        (40, "failed", "it answered 500"),
        (30, "succeeded", None),
        (20, "succeeded", None),
        (10, "failed", "it does not answer"),
    ):
        finish_sync(database, fresh_sample, minutes_ago, status, error)

    rows = client(fresh_sample.credentials["viewer"]).get("/v1/notifications").json()["data"]
    feed = [row for row in rows if row["kind"].startswith("feed_")]

    assert [(row["kind"], row["detail"].partition(".")[0]) for row in feed] == [
        ("feed_broken", "it does not answer"),
        ("feed_repaired", "It answers again"),
        ("feed_broken", "it answered 401"),
    ]
    ages = [(datetime.now(UTC) - datetime.fromisoformat(row["at"])).total_seconds() / 60 for row in feed]
    assert [round(age, -1) for age in ages] == [10, 30, 50]


def test_a_stopped_connector_is_reported_and_one_that_is_only_pushed_to_is_repaired_by_resuming_it(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    def set_status(status: str, reason: str | None) -> None:
        with database.workspace(fresh_sample.workspace_id) as session:
            session.execute(
                "update app.connector set is_push_only = true, status = %s, status_reason = %s "
                "where connector_id = %s",
                (status, reason, fresh_sample.ids["connector_id"]),
            )

    set_status("error", "401: enter new credentials")
    set_status("active", None)
    rows = client(fresh_sample.credentials["viewer"]).get("/v1/notifications").json()["data"]

    assert {(row["kind"], row["detail"].partition(".")[0]) for row in rows if "feed" in row["kind"]} == {
        ("feed_broken", "401: enter new credentials"),
        ("feed_repaired", "It answers again"),
    }

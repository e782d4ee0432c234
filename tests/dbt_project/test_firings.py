"""A condition's versions become its firings, whatever their order, each an issue of its own."""

from uuid import UUID

from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from tests.dbt_project.stored_firings import at, balance, firings, spans
from tests.support.normalizing import land_records, normalize, record


def beat(minutes: float, *, is_up: bool, message: str = "") -> RawRecord:
    """What Uptime Kuma sends when its monitor 7 changes."""
    text = message or ("200 - OK" if is_up else "timeout of 48000ms exceeded")
    heartbeat = {"status": 1 if is_up else 0, "time": at(minutes).isoformat(), "msg": text}
    payload = {
        "heartbeat": heartbeat,
        "monitor": {"id": 7, "name": "Shop checkout", "url": "https://shop.test"},
        "msg": f"[Shop checkout] [{'Up' if is_up else 'Down'}] {text}",
    }
    return record(
        payload,
        "uptime_kuma",
        external_id="7",
        kind="record",
        source_updated_at=at(minutes),
        channel="webhook",
    )


def alert(start: float, end: float | None = None, *, description: str = "down") -> RawRecord:
    """What Alertmanager sends of one alert: it has a start in every message, and no time of its own."""
    ends = "0001-01-01T00:00:00Z" if end is None else at(end).isoformat()
    payload = {
        "status": "firing" if end is None else "resolved",
        "labels": {"alertname": "InstanceDown", "severity": "critical", "job": "checkout"},
        "annotations": {"description": description},
        "startsAt": at(start).isoformat(),
        "endsAt": ends,
        "fingerprint": "c0ffee",
    }
    return record(payload, "prometheus_alertmanager", external_id="c0ffee", kind="alert", channel="webhook")


def test_a_recovery_ends_its_firing_and_changes_nothing_else(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    for each in (beat(0, is_up=False), beat(3, is_up=True), beat(60, is_up=False, message="ECONNREFUSED")):
        land_records(database, workspace_id, each)
        normalize(database, models, workspace_id)

    first, second = firings(database, workspace_id)
    assert (first["title"], first["error_type"]) == (
        "[Shop checkout] [Down] timeout of 48000ms exceeded",
        "timeout of 48000ms exceeded",
    )
    assert (first["status"], first["source_created_at"], first["resolved_at"]) == ("resolved", at(0), at(3))
    assert (second["status"], second["error_type"], second["fired_at"]) == ("open", "ECONNREFUSED", at(60))
    assert spans(database, workspace_id) == [(at(0), at(3)), (at(60), None)]
    assert first["issue_id"] != second["issue_id"]


def test_an_alert_that_fires_again_is_another_issue_in_any_order(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    for each in (alert(120), alert(0, 9), alert(120, 130), alert(0)):
        land_records(database, workspace_id, each)
        normalize(database, models, workspace_id)

    assert spans(database, workspace_id) == [(at(0), at(9)), (at(120), at(130))]
    assert balance(database, workspace_id).balanced


def test_a_recovery_without_a_failure_is_not_an_issue_and_says_so(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, beat(0, is_up=True))
    normalize(database, models, workspace_id)

    assert firings(database, workspace_id) == []
    counts = balance(database, workspace_id)
    assert (counts.records, counts.no_failure, counts.issues, counts.balanced) == (1, 1, 0, True)
    with database.workspace(workspace_id) as session:
        reasons = session.rows("select no_failure from raw.mapped_record")
    assert reasons == [{"no_failure": "a recovery that no failure came before"}]

    land_records(database, workspace_id, beat(-5, is_up=False))
    normalize(database, models, workspace_id)

    assert spans(database, workspace_id) == [(at(-5), at(0))]
    counts = balance(database, workspace_id)
    assert (counts.no_failure, counts.issues, counts.versions, counts.balanced) == (0, 1, 1, True)


def test_a_start_that_is_learned_later_moves_the_firing_and_keeps_its_id_and_edits(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, beat(10, is_up=False))
    normalize(database, models, workspace_id)
    (before,) = firings(database, workspace_id)
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into core.issue_edit (workspace_id, issue_id, field, value, edited_by) "
            "values (%s, %s, 'title', 'Checkout is down', 'ana')",
            (workspace_id, before["issue_id"]),
        )
    land_records(database, workspace_id, beat(4, is_up=False))
    normalize(database, models, workspace_id)

    (after,) = firings(database, workspace_id)
    assert (after["issue_id"], after["title"]) == (before["issue_id"], "Checkout is down")
    assert (after["fired_at"], after["started_at"]) == (at(4), at(4))


def test_a_recovery_that_comes_late_parts_a_firing_in_two(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, beat(0, is_up=False), beat(60, is_up=False))
    normalize(database, models, workspace_id)
    assert spans(database, workspace_id) == [(at(0), None)]

    land_records(database, workspace_id, beat(30, is_up=True))
    normalize(database, models, workspace_id)
    parted = firings(database, workspace_id)
    normalize(database, models, workspace_id, rebuild=True)

    assert spans(database, workspace_id) == [(at(0), at(30)), (at(60), None)]
    assert firings(database, workspace_id) == parted


def test_a_firing_that_another_follows_is_over_although_no_message_says_when(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, alert(0), alert(300))
    normalize(database, models, workspace_id)

    first, second = firings(database, workspace_id)
    assert (first["status"], second["status"]) == ("resolved", "open")


def test_the_issue_of_a_condition_from_before_there_were_firings_is_its_newest_firing(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, beat(0, is_up=False), beat(3, is_up=True), beat(60, is_up=False))
    normalize(database, models, workspace_id)
    with database.workspace(workspace_id) as session:
        session.execute("delete from core.occurrence")
        session.execute("delete from core.issue where fired_at = %s", (at(0),))
        session.execute(
            "update core.issue set fired_at = null, "
            "issue_id = core.issue_id(workspace_id, source, external_id)"
        )
    normalize(database, models, workspace_id, rebuild=True)

    with database.workspace(workspace_id) as session:
        former = session.row("select core.issue_id(%s, 'uptime_kuma', '7') as issue_id", (workspace_id,))
    first, second = firings(database, workspace_id)
    assert former is not None
    assert second["issue_id"] == former["issue_id"] != first["issue_id"]
    assert spans(database, workspace_id) == [(at(0), at(3)), (at(60), None)]


def test_a_condition_that_a_complete_list_does_not_hold_any_more_has_ended(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    absent = record(
        {"external_id": "c0ffee", "absent_at": at(20).isoformat()},
        "prometheus_alertmanager",
        kind="absent",
        source_updated_at=at(20),
    )
    land_records(database, workspace_id, alert(0), absent)
    normalize(database, models, workspace_id)

    assert spans(database, workspace_id) == [(at(0), at(20))]


def test_a_polled_state_without_a_time_that_comes_back_is_another_observation(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    def poll(status: str) -> RawRecord:
        payload = {"monitor": "7", "StatusCode": 500, "website_name": "Shop", "id": "7", "status": status}
        return record(payload, "statuscake", external_id="7", kind="record")

    counts = [land_records(database, workspace_id, poll(status)) for status in ("down", "down", "up", "down")]

    assert [(count.new, count.updated, count.duplicate) for count in counts] == [
        (1, 0, 0),
        (0, 0, 1),
        (0, 1, 0),
        (0, 1, 0),
    ]


def test_a_ticket_that_is_reopened_occurs_again(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    for minutes, status in ((0, "open"), (10, "resolved"), (100, "open")):
        payload = {
            "external_id": "T-1",
            "title": "Disk full",
            "status": status,
            "source_updated_at": at(minutes).isoformat(),
        }
        land_records(database, workspace_id, record(payload, source_updated_at=at(minutes)))
    normalize(database, models, workspace_id)

    assert spans(database, workspace_id) == [(at(0), at(10)), (at(100), None)]

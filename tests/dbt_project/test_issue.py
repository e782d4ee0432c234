"""Records become issues: the newest version wins, edits win over all, a rebuild changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from tests.support.normalizing import issues, land_records, normalize, record

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def version(hours: int, external_id: str = "X-1", **fields: Any) -> RawRecord:
    """A version of a record, made so many hours after noon."""
    payload = {"external_id": external_id, "title": "Checkout times out", **fields}
    return record(payload, source_updated_at=NOON + timedelta(hours=hours))


def edit(database: Database, workspace_id: UUID, external_id: str, field: str, value: str | None) -> None:
    """Store an edit as the API does."""
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into core.issue_edit (workspace_id, issue_id, field, value, edited_by) "
            "values (%s, core.issue_id(%s, 'custom_api', %s), %s, %s, 'ana')",
            (workspace_id, workspace_id, external_id, field, value),
        )


def test_a_record_with_the_products_fields_becomes_an_issue(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(
        database,
        workspace_id,
        version(
            0,
            body="no answer in 30 s",
            severity="p1",
            status="open",
            service="checkout",
            error_type="Timeout",
            team="payments",
            environment="production",
            external_url="https://x.test/1",
            source_created_at="2026-03-01T09:30:00.123456789Z",
            attributes={"region": "eu"},
        ),
    )

    normalize(database, models, workspace_id)

    issue = issues(database, workspace_id)["X-1"]
    assert issue["title"] == "Checkout times out"
    assert issue["body"] == "no answer in 30 s"
    assert (issue["severity"], issue["status"]) == ("p1", "open")
    assert (issue["service"], issue["error_type"]) == ("checkout", "Timeout")
    assert (issue["team"], issue["environment"]) == ("payments", "production")
    assert issue["external_url"] == "https://x.test/1"
    assert issue["source_created_at"] == datetime(2026, 3, 1, 9, 30, 0, 123457, UTC)
    assert issue["source_updated_at"] == NOON
    assert issue["resolved_at"] is None
    assert issue["attributes"] == {"region": "eu"}


def test_a_missing_field_gets_its_default(database: Database, models: Normalizer, workspace_id: UUID) -> None:
    land_records(database, workspace_id, record({"external_id": "X-1", "title": "Disk full"}))

    normalize(database, models, workspace_id)

    issue = issues(database, workspace_id)["X-1"]
    assert (issue["severity"], issue["status"]) == ("p3", "open")
    assert issue["source_created_at"] == issue["source_updated_at"] == issue["ingested_at"]


def test_a_long_title_is_cut_and_a_missing_one_quarantines_only_its_own_record(
    database: Database, models: Normalizer, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    land_records(
        database, workspace_id, version(0, "long", title="x" * 400), version(0, "none", title=" \t ")
    )
    land_records(database, other_workspace_id, version(0))

    normalize(database, models, workspace_id, other_workspace_id)

    assert issues(database, workspace_id).keys() == {"long"}
    assert issues(database, workspace_id)["long"]["title"] == "x" * 300
    assert issues(database, other_workspace_id).keys() == {"X-1"}
    with database.workspace(workspace_id) as session:
        refused = session.rows("select external_id, channel, reason from raw.quarantine")
    assert refused == [
        {"external_id": "none", "channel": "poll", "reason": "no title where a custom_api normalized has one"}
    ]


def test_a_newer_version_replaces_and_an_older_one_that_arrives_late_does_not(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, version(1, title="second"))
    normalize(database, models, workspace_id)
    land_records(database, workspace_id, version(0, title="first"))
    normalize(database, models, workspace_id)
    assert issues(database, workspace_id)["X-1"]["title"] == "second"

    land_records(database, workspace_id, version(2, title="third", status="resolved"))
    normalize(database, models, workspace_id)

    issue = issues(database, workspace_id)["X-1"]
    assert (issue["title"], issue["status"]) == ("third", "resolved")
    assert issue["resolved_at"] == NOON + timedelta(hours=2)


def test_of_several_versions_in_one_run_the_newest_counts(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, *[version(hours, title=f"v{hours}") for hours in (3, 5, 1)])

    report = normalize(database, models, workspace_id)

    assert issues(database, workspace_id)["X-1"]["title"] == "v5"
    assert report.outcome("issue").rows == 1


def test_an_edit_outlives_every_later_sync(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, version(0, service="cart", team="web"))
    normalize(database, models, workspace_id)
    edit(database, workspace_id, "X-1", "severity", "p2")
    edit(database, workspace_id, "X-1", "severity", "p1")
    edit(database, workspace_id, "X-1", "team", None)
    edit(database, workspace_id, "X-1", "status", "closed")

    land_records(database, workspace_id, version(1, service="checkout", team="web", severity="p4"))
    normalize(database, models, workspace_id)

    issue = issues(database, workspace_id)["X-1"]
    assert (issue["severity"], issue["team"], issue["service"]) == ("p1", None, "checkout")
    assert issue["status"] == "closed"
    assert issue["resolved_at"] is not None


def test_two_tenants_in_one_run_do_not_mix(
    database: Database, models: Normalizer, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    land_records(database, workspace_id, version(0, title="ours"))
    land_records(database, other_workspace_id, version(5, title="theirs"))

    normalize(database, models, workspace_id, other_workspace_id)

    ours, theirs = issues(database, workspace_id), issues(database, other_workspace_id)
    assert (ours["X-1"]["title"], theirs["X-1"]["title"]) == ("ours", "theirs")
    assert ours["X-1"]["issue_id"] != theirs["X-1"]["issue_id"]


def test_records_outside_a_runs_scope_stay_pending(
    database: Database, models: Normalizer, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    land_records(database, workspace_id, version(0))
    land_records(database, other_workspace_id, version(0))

    normalize(database, models, workspace_id)

    assert issues(database, workspace_id).keys() == {"X-1"}
    assert not issues(database, other_workspace_id)
    with database.workspace(other_workspace_id) as session:
        assert session.row("select count(*) as waiting from raw.pending_record where run_id is null") == {
            "waiting": 1
        }


def test_an_issue_stays_in_loop_while_its_source_says_open(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, version(0))
    normalize(database, models, workspace_id)
    pattern_id = uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "update core.issue set status = 'in_loop', pattern_id = %s, risk_score = 71", (pattern_id,)
        )

    land_records(database, workspace_id, version(1, body="more is known"))
    normalize(database, models, workspace_id)
    issue = issues(database, workspace_id)["X-1"]
    assert (issue["status"], issue["body"]) == ("in_loop", "more is known")
    assert (issue["pattern_id"], issue["risk_score"]) == (pattern_id, 71)

    land_records(database, workspace_id, version(2, status="resolved"))
    normalize(database, models, workspace_id)
    assert issues(database, workspace_id)["X-1"]["status"] == "resolved"
    assert issues(database, workspace_id)["X-1"]["pattern_id"] == pattern_id

    land_records(database, workspace_id, version(3, status="open"))
    normalize(database, models, workspace_id)
    assert issues(database, workspace_id)["X-1"]["status"] == "in_loop"


def test_a_workspace_overrides_the_value_map(
    database: Database, models: Normalizer, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into core.value_override values (%s, 'custom_api', 'severity', 'High', 'p1')",
            (workspace_id,),
        )
    for tenant in (workspace_id, other_workspace_id):
        land_records(database, tenant, version(0, severity="high"), version(0, "X-2", severity="spicy"))

    report = normalize(database, models, workspace_id, other_workspace_id)

    ours, theirs = issues(database, workspace_id), issues(database, other_workspace_id)
    assert (ours["X-1"]["severity"], theirs["X-1"]["severity"]) == ("p1", "p2")
    assert ours["X-2"]["severity"] == "p3"
    assert ours["X-2"]["attributes"] == {"unmapped_severity": "spicy"}
    check = report.outcome("vendor_values_are_mapped")
    assert (check.status, check.failures) == ("warn", 1)


def test_an_ingested_event_of_a_connectors_type_is_read_by_the_products_fields(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    payload = {"external_id": "P-1", "title": "By hand", "severity": "p1", "service": "checkout"}
    land_records(database, workspace_id, record(payload, "pagerduty", channel="ingest"))

    normalize(database, models, workspace_id)

    issue = issues(database, workspace_id)["P-1"]
    assert (issue["source"], issue["title"], issue["severity"]) == ("pagerduty", "By hand", "p1")


def test_every_check_of_the_project_runs_with_a_sync_and_passes(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, version(0))

    report = normalize(database, models, workspace_id)

    assert {check.name for check in report.checks} == {
        "claimed_records_are_accounted_for",
        "times_are_plausible",
        "vendor_values_are_mapped",
    }
    assert {check.status for check in report.checks} == {"pass"}
    assert {check.of for check in report.checks} == {"model.causeloop.issue"}


def test_an_invalid_override_or_edit_stops_no_run(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, version(0, severity="high"))
    normalize(database, models, workspace_id)
    edit(database, workspace_id, "X-1", "status", "gone fishing")
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into core.value_override values (%s, 'custom_api', 'severity', 'high', 'spicy')",
            (workspace_id,),
        )

    land_records(database, workspace_id, version(1, severity="high"))
    normalize(database, models, workspace_id)

    assert (
        issues(database, workspace_id)["X-1"]["severity"],
        issues(database, workspace_id)["X-1"]["status"],
    ) == (
        "p2",
        "open",
    )


def test_an_issue_in_the_future_gives_a_warning(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    later = datetime.now(UTC) + timedelta(days=400)
    land_records(database, workspace_id, version(0, source_created_at=later.isoformat()))

    assert normalize(database, models, workspace_id).outcome("times_are_plausible").status == "warn"


def test_an_update_that_has_no_title_but_its_id_keeps_the_records(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    triggered = {"summary": "Disk of db-1 is full", "event_action": "trigger", "dedup_key": "db-1/disk"}
    resolved = {"event_action": "resolve", "dedup_key": "db-1/disk"}
    for payload, kind in ((triggered, "trigger"), (resolved, "event")):
        version = record(payload, source="pagerduty", external_id="db-1/disk", kind=kind)
        land_records(database, workspace_id, version)
    normalize(database, models, workspace_id)

    issue = issues(database, workspace_id)["db-1/disk"]
    assert (issue["title"], issue["status"]) == ("Disk of db-1 is full", "resolved")

"""Records become changes: one each, in its newest version, even if an issue has the same id."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from causeloop_pipeline.landing.inbound.ingest_change import read_change
from causeloop_pipeline.landing.inbound.product_fields import IngestError
from causeloop_pipeline.model.change import ChangeKind
from causeloop_pipeline.storage.core.changes import read_changes
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from causeloop_pipeline.storage.raw.conservation import check_conservation
from tests.support.normalizing import issues, land_records, normalize, record
from tests.support.computed_ids import select_change_id

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def changes(database: Database, workspace_id: UUID) -> dict[str, dict[str, Any]]:
    with database.workspace(workspace_id) as session:
        rows = session.rows("select * from core.change order by external_id")
    return {row["external_id"]: row for row in rows}


def change(external_id: str | None = "R-1", **fields: Any) -> dict[str, Any]:
    defaults = {"title": "checkout 4.12", "kind": "deploy", "service": "checkout", "external_id": external_id}
    return {**defaults, "changed_at": "2026-03-01T09:30:00Z", **fields}


def test_a_change_is_not_an_issue(database: Database, models: Normalizer, workspace_id: UUID) -> None:
    land_records(
        database,
        workspace_id,
        read_change(change(), NOW),
        read_change(change("R-2", source="jira"), NOW),
    )

    report = normalize(database, models, workspace_id)
    with database.workspace(workspace_id) as session:
        change_id = select_change_id(session, workspace_id, "custom_api", "R-1")

    stored = changes(database, workspace_id)
    assert issues(database, workspace_id) == {}
    assert {name: (row["source"], row["kind"], row["service"]) for name, row in stored.items()} == {
        "R-1": ("custom_api", "deploy", "checkout"),
        "R-2": ("jira", "deploy", "checkout"),
    }
    assert stored["R-1"]["change_id"] == change_id
    assert stored["R-1"]["changed_at"] == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert report.outcome("claimed_records_are_accounted_for").status == "pass"


def test_the_newest_version_wins_over_an_older_one_that_arrives_late(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    for title, day in (("first", 1), ("newest", 3), ("late", 2)):
        version = change(title=title, source_updated_at=f"2026-03-0{day}T00:00:00Z")
        land_records(database, workspace_id, read_change(version, NOW))
        normalize(database, models, workspace_id)

    (stored,) = changes(database, workspace_id).values()
    assert stored["title"] == "newest"
    with database.workspace(workspace_id) as session:
        (balance,) = check_conservation(session, workspace_id)
    assert (balance.records, balance.changes, balance.versions, balance.balanced) == (3, 1, 2, True)


def test_an_issue_and_a_change_may_have_the_same_id(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, record({"external_id": "R-1", "title": "It broke"}))
    land_records(database, workspace_id, read_change(change(), NOW))
    normalize(database, models, workspace_id)

    normalize(database, models, workspace_id, rebuild=True)

    assert issues(database, workspace_id)["R-1"]["title"] == "It broke"
    assert changes(database, workspace_id)["R-1"]["title"] == "checkout 4.12"
    with database.workspace(workspace_id) as session:
        (balance,) = check_conservation(session, workspace_id)
    assert (balance.issues, balance.changes, balance.versions, balance.balanced) == (1, 1, 0, True)


def test_a_rebuild_deletes_orphaned_changes_and_conservation_reports_a_lost_one(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, read_change(change(), NOW), read_change(change("R-2"), NOW))
    normalize(database, models, workspace_id)
    with database.workspace(workspace_id) as session:
        session.execute("update core.change set external_id = 'phantom' where external_id = 'R-2'")
        assert [source.balanced for source in check_conservation(session, workspace_id)] == [False]
        session.execute("update core.change set change_id = gen_random_uuid() where external_id = 'phantom'")

    normalize(database, models, workspace_id, rebuild=True)

    assert changes(database, workspace_id).keys() == {"R-1", "R-2"}


def test_a_change_without_a_time_was_made_when_it_first_arrived(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, read_change(change(changed_at=None), NOW))
    normalize(database, models, workspace_id)
    first = changes(database, workspace_id)["R-1"]["changed_at"]
    land_records(database, workspace_id, read_change(change(changed_at=None, title="checkout 4.12.1"), NOW))

    normalize(database, models, workspace_id)

    assert datetime.now(UTC) - first < timedelta(minutes=5)
    assert changes(database, workspace_id)["R-1"]["changed_at"] == first


def test_only_changes_since_a_moment_are_read_oldest_first(
    database: Database, models: Normalizer, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    for tenant, prefix in ((workspace_id, "R"), (other_workspace_id, "X")):
        payloads = [
            change(f"{prefix}-{day}", changed_at=f"2026-03-0{day}T00:00:00Z", service=None)
            for day in (3, 1, 2)
        ]
        land_records(database, tenant, *(read_change(payload, NOW) for payload in payloads))
    normalize(database, models, workspace_id, other_workspace_id)

    with database.workspace(workspace_id) as session:
        read = read_changes(session, workspace_id, datetime(2026, 3, 2, tzinfo=UTC))

    assert read["changed_at"].to_list() == [datetime(2026, 3, day, tzinfo=UTC) for day in (2, 3)]
    assert read["service"].to_list() == [None, None]


ANY = st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.lists(st.text(), max_size=2)
PAYLOADS = st.dictionaries(
    st.sampled_from(["title", "kind", "service", "changed_at", "external_id", "source_updated_at", "x"]), ANY
)


@hypothesis_settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(payloads=st.lists(PAYLOADS, min_size=10, max_size=60))
def test_whatever_is_accepted_is_a_change(
    database: Database, models: Normalizer, workspace_id: UUID, payloads: list[dict[str, Any]]
) -> None:
    accepted = []
    for payload in payloads:
        try:
            accepted.append(read_change({"title": "t", **payload}, NOW))
        except IngestError:
            continue
    land_records(database, workspace_id, *accepted)

    normalize(database, models, workspace_id)

    stored = changes(database, workspace_id)
    assert {change.external_id for change in accepted} <= stored.keys()
    assert {row["kind"] for row in stored.values()} <= set(ChangeKind)

"""Records are read again when their mappings have changed, and are then what a fresh load would give."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from causeloop_pipeline.cli.output.rereading import describe_rereading
from causeloop_pipeline.connectors import record_mappings
from causeloop_pipeline.connectors.mapping.expressions import Has
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.jobs import rereading
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from causeloop_pipeline.storage.raw import mapped_records
from causeloop_pipeline.storage.raw.rereading import Rereading, read_newest
from tests.support.normalizing import land_records, normalize, normalizer, record

SOURCE = "uptimerobot"
SELECT_ISSUES = """
select external_id, title, body, severity, status, service, source_created_at, resolved_at, attributes
from core.issue where workspace_id = %s order by external_id
"""
SELECT_QUARANTINED = """
select external_id, reason from raw.quarantine
where workspace_id = %s and replayed_at is null order by 1, 2
"""


def former_mappings() -> dict[str, Any]:
    """The registry of a former version, which read other fields and did not know every variant."""
    present = CONNECTORS[SOURCE]
    former = tuple(
        replace(mapping, when=Has("former"), title="old_title", body=None) for mapping in present.issues
    )
    return {
        **CONNECTORS,
        SOURCE: replace(present, issues=(*former, replace(former[0], name="any", when=None))),
    }


@pytest.fixture
def use_mappings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], None]]:
    """Makes this process one of another version of the product."""

    def use(connectors: Any) -> None:
        record_mappings._version_of.cache_clear()
        monkeypatch.setattr(record_mappings, "CONNECTORS", connectors)

    yield use
    record_mappings._version_of.cache_clear()


@pytest.fixture
def models(installation: Any) -> Normalizer:
    return normalizer(installation.pipeline_url)


def make_records() -> list[RawRecord]:
    """Records that the former version read, misread, or refused, some of them in several versions."""
    made = []
    for number in range(7):
        title = {"old_title": f"former {number}"} if number % 3 else {}
        payload = {"monitorID": number, "monitorFriendlyName": f"site {number}", **title}
        payload |= {"alertType": "1", "alertDetails": "timeout", "alertDateTime": "1772461300"}
        made.append(record(payload, SOURCE, kind="record", external_id=f"U-{number}"))
    again = {**made[1].payload, "alertDetails": "again"}
    made.append(record(again, SOURCE, kind="record", external_id="U-1"))
    gone = {"monitorID": 9, "old_title": "only the former version has a title for it"}
    made.append(record(gone, SOURCE, kind="record", external_id="U-9"))
    return made


def read_rows(database: Database, workspace_id: UUID) -> tuple[list[Any], list[Any]]:
    with database.workspace(workspace_id) as session:
        return (
            session.rows(SELECT_ISSUES, (workspace_id,)),
            session.rows(SELECT_QUARANTINED, (workspace_id,)),
        )


def read_to_the_end(database: Database, passage: Rereading) -> Rereading:
    while passage.finished_at is None:
        passage = rereading.read_batch(database, passage)
    return passage


def test_what_is_read_again_is_what_a_fresh_load_gives(
    database: Database,
    models: Normalizer,
    workspace_id: UUID,
    other_workspace_id: UUID,
    use_mappings: Callable[[Any], None],
) -> None:
    rereading.begin_rereading(database)
    use_mappings(former_mappings())
    land_records(database, workspace_id, *make_records())
    normalize(database, models, workspace_id)
    misread = read_rows(database, workspace_id)

    use_mappings(CONNECTORS)
    read_to_the_end(database, rereading.begin_rereading(database, [SOURCE]))
    normalize(database, models, workspace_id)

    land_records(database, other_workspace_id, *make_records())
    normalize(database, models, other_workspace_id)
    assert read_rows(database, workspace_id) == read_rows(database, other_workspace_id) != misread


def test_another_version_of_a_mapping_begins_a_passage_over_its_source_only(
    database: Database, use_mappings: Callable[[Any], None]
) -> None:
    first = read_to_the_end(database, rereading.begin_rereading(database))
    assert rereading.begin_rereading(database).rereading_id == first.rereading_id

    use_mappings(former_mappings())

    assert rereading.begin_rereading(database).sources == (SOURCE,)


def test_a_passage_that_was_killed_goes_on_newest_first_where_it_was(
    database: Database,
    workspace_id: UUID,
    use_mappings: Callable[[Any], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    land_records(database, workspace_id, *make_records())
    monkeypatch.setattr(rereading, "BATCH", 4)
    passage = rereading.begin_rereading(database, [SOURCE])
    after_one = rereading.read_batch(database, passage)
    monkeypatch.setattr(rereading, "map_and_queue", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rereading.read_batch(database, after_one)
    monkeypatch.undo()
    monkeypatch.setattr(rereading, "BATCH", 4)

    with database.every_workspace() as session:
        resumed = read_newest(session)
    assert resumed == after_one
    assert resumed.read_back_to is not None
    finished = read_to_the_end(database, resumed)

    assert finished.records_read == finished.records_total
    with database.workspace(workspace_id) as session:
        (mapped,) = session.rows("select count(*) as records from raw.mapped_record")
    assert mapped["records"] == len(make_records())


def test_a_passage_gives_way_to_records_that_wait(
    database: Database, workspace_id: UUID, installation: Any
) -> None:
    land_records(database, workspace_id, *make_records())
    begun = rereading.begin_rereading(database, [SOURCE])

    with database.every_workspace() as session:
        assert not rereading.is_rereading_due(session)
    assert rereading.reread(Installation()).records_read == begun.records_read
    assert describe_rereading(begun).startswith("mappings have changed: 0 of about ")


def test_records_that_mean_the_same_as_before_do_not_wait_again(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, *make_records())
    normalize(database, models, workspace_id)

    read_to_the_end(database, rereading.begin_rereading(database, [SOURCE]))

    with database.workspace(workspace_id) as session:
        assert session.rows("select * from raw.pending_record") == []


def test_a_batch_reads_no_more_than_is_new_or_was_read_by_another_version(
    database: Database, workspace_id: UUID, use_mappings: Callable[[Any], None]
) -> None:
    land_records(database, workspace_id, *make_records())
    with database.workspace(workspace_id) as session:
        rows = session.rows("select workspace_id, record_id from raw.record where external_id = 'U-1'")
        keys = [(row["workspace_id"], row["record_id"]) for row in rows[:1]]
        assert mapped_records.map_versions(session.connection, keys, [SOURCE]) == len(rows) == 2
        assert mapped_records.map_versions(session.connection, keys, [SOURCE]) == 0
        use_mappings(former_mappings())
        assert mapped_records.map_versions(session.connection, keys, [SOURCE]) == 2

"""Real payloads, and bent ones, become issues or are set aside with a reason; none stops a run."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.mapping.map_record import Record, map_record, select_mappings
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.inbound.webhook import read_delivery
from causeloop_pipeline.model.raw_record import RawRecord, payload_hash
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from causeloop_pipeline.storage.raw.conservation import check_conservation
from tests.connectors.case_records import case_records
from tests.connectors.test_real_payloads import LISTED, PUSHED, documents, read
from tests.support.normalizing import issues, land_records, normalize, normalizer
from tests.support.shared_data import find_shared_path

ODD: list[Any] = [
    None, True, -1, 0, 1e300, 2**70, "", "   ", "null", "infinity", "now", "tomorrow", "0000-00-00T00:00:00Z",
    "2026-02-30T25:61:00Z", "2026-03-02T08:00:00+99:99", "99999999999999999999", "1772532000000000000",
    "\\u0041", "\U0001f4a5" * 400, "%s {{ }} ' \" $1", [], [[]], [None, 3, {"name": 4}], {}, {"value": [1]},
    {"type": "doc", "content": [{"text": 7}, {"text": "t"}]},
]  # fmt: skip

OTHER_KINDS = ("event", "issue", "run", "normalized")


@pytest.fixture
def models(installation: Any) -> Normalizer:
    return normalizer(installation.pipeline_url)


def set_aside(database: Database, workspace_id: UUID) -> dict[str, str]:
    """External id → reason of what is in quarantine."""
    with database.workspace(workspace_id) as session:
        rows = session.rows("select external_id, reason from raw.quarantine where replayed_at is null")
    return {row["external_id"]: row["reason"] for row in rows}


def read_no_failures(database: Database, workspace_id: UUID) -> set[str]:
    """The external ids of what tells of a recovery or success alone."""
    with database.workspace(workspace_id) as session:
        rows = session.rows("select external_id from raw.mapped_record where no_failure is not null")
    return {row["external_id"] for row in rows}


def records_source(records: list[RawRecord], external_id: str) -> str:
    return next(record.source for record in records if record.external_id == external_id)


def real_records() -> Iterator[RawRecord]:
    for tool, pull, file, place, _, _ in LISTED:
        contents = list(documents(file))
        schema = next(spec.schema for spec in CONNECTORS[tool].pulls if spec.name == pull)
        yield from read(tool, schema, contents if place == "lines" else find_value(contents[0], place))[0]
    for tool, file, _ in PUSHED:
        for document in documents(file):
            yield from read_delivery(CONNECTORS[tool], json.dumps(document).encode()).records
    yield from read(
        "okta", CONNECTORS["okta"].pulls[0].schema, list(documents("okta/panther_okta_systemlog.jsonl"))
    )[0]


def test_every_real_record_is_an_issue_unless_it_has_no_title(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    records = list(real_records())
    land_records(database, workspace_id, *records)

    report = normalize(database, models, workspace_id)

    found_issues = issues(database, workspace_id)
    refused = set_aside(database, workspace_id)
    no_failures = read_no_failures(database, workspace_id)
    ids = {record.external_id for record in records}
    assert ids == found_issues.keys() | refused.keys() | no_failures
    # Only log entries whose keys another tool had put into lower case have neither message nor event type.
    assert {records_source(records, external_id) for external_id in refused} <= {"okta"}
    assert len(refused) <= 6
    assert all(issue["title"].strip() for issue in found_issues.values())
    assert report.outcome("claimed_records_are_accounted_for").status == "pass"
    assert report.outcome("times_are_plausible").status == "pass"
    with database.workspace(workspace_id) as session:
        assert all(count.balanced for count in check_conservation(session, workspace_id))


def test_any_document_of_a_tool_is_an_issue_or_quarantined_with_a_reason(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    records = []
    for tool in CONNECTORS:
        folders = ("github", "github_actions") if tool == "github" else (tool,)
        for folder in folders:
            records += list(anything(tool, folder))
    land_records(database, workspace_id, *records)

    normalize(database, models, workspace_id)

    refused = set_aside(database, workspace_id)
    with database.workspace(workspace_id) as session:
        assert all(count.balanced for count in check_conservation(session, workspace_id))
    found_issues = issues(database, workspace_id)
    no_failures = read_no_failures(database, workspace_id)
    ids = {record.external_id for record in records}
    assert found_issues.keys() | refused.keys() | no_failures == ids
    reasons = ("no title where", "no known variant of")
    assert {
        reason
        for reason in refused.values()
        if not reason.startswith(reasons) and "lies before 1990 or more than two years ahead" not in reason
    } == set()


def anything(tool: str, folder: str) -> Iterator[RawRecord]:
    """Every object in a tool's payload files, as a record and as one more kind, usual for the tool or not."""
    root = find_shared_path("connectors/payloads")
    for path in sorted((root / folder).glob("*.json*")):
        for document in documents(str(path.relative_to(root))):
            for item in document if isinstance(document, list) else [document]:
                if isinstance(item, dict):
                    digest = payload_hash(item)
                    for kind in ("record", OTHER_KINDS[int(digest[0], 16) % len(OTHER_KINDS)]):
                        yield RawRecord(tool, f"{kind}-{digest}", item, digest, kind=kind)


@pytest.mark.parametrize("turn", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_no_odd_value_anywhere_stops_a_run(
    turn: int, database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    records = [bent for tool in CONNECTORS for bent in bent_records(tool, turn)]
    for start in range(0, len(records), 2000):
        land_records(database, workspace_id, *records[start : start + 2000])

    normalize(database, models, workspace_id)

    with database.workspace(workspace_id) as session:
        assert all(
            count.balanced and count.pending == 0 for count in check_conservation(session, workspace_id)
        )
        assert session.row("select count(*) > 500 as many from core.issue") == {"many": True}


def bent_records(tool: str, turn: int) -> Iterator[RawRecord]:
    """A tool's records with an odd value in the place of each of their values, three steps deep at most.

    What a variant has in one place is bent once: another entry of a list, or another record, is read alike.
    """
    bent: set[tuple[Any, ...]] = set()
    for record in case_records(tool)[:4]:
        for path in places(record.payload):
            place = (find_variant(record), *("each" if isinstance(step, int) else step for step in path))
            if place not in bent:
                bent.add(place)
                yield bend(record, path, ODD[(2 * len(bent) + turn) % len(ODD)])


def find_variant(record: RawRecord) -> str | None:
    connector = CONNECTORS[record.source]
    mappings = select_mappings(record.kind, connector.issues, connector.changes)
    return map_record(mappings, Record(record.source, record.kind, record.payload), {}).variant


def bend(record: RawRecord, path: tuple[Any, ...], value: Any) -> RawRecord:
    payload = json.loads(json.dumps(record.payload))
    holder = payload
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    digest = payload_hash(payload)
    return RawRecord(record.source, digest, payload, digest, record.source_updated_at, record.kind)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values in a document, three steps deep at most."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        if len(path) < 2:
            yield from places(inner, (*path, step))

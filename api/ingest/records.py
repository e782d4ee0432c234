"""Builds raw records from the issues, events and changes that the API receives."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.http.errors import Problem, conflict
from api.ingest import queries as ingest
from causeloop_pipeline.landing.inbound.ingest_change import read_change
from causeloop_pipeline.landing.inbound.ingest_event import read_event
from causeloop_pipeline.landing.inbound.product_fields import FieldError, IngestError
from causeloop_pipeline.model.raw_record import Channel, RawRecord

BELONGS_TO_CONNECTOR = "a connector of this workspace brought it, and only the connector may update it"


def parse_event(event: Any, channel: Channel = "ingest") -> RawRecord:
    """The record of an event; 422 with every invalid field."""
    try:
        return read_event(event, datetime.now(UTC), channel=channel)
    except IngestError as error:
        raise _validation_problem(error) from None


def parse_change(change: Any) -> RawRecord:
    """The record of a change; 422 with every invalid field."""
    try:
        return read_change(change, datetime.now(UTC))
    except IngestError as error:
        raise _validation_problem(error) from None


async def check_not_of_connector(db: WorkspaceDatabase, record: RawRecord) -> None:
    """409 where a connector landed the record: records from a tool are not overwritten from elsewhere."""
    if await ingest.find_connector_records(db, [record]):
        raise conflict("belongs_to_connector", BELONGS_TO_CONNECTOR)


def describe_fields(errors: Sequence[FieldError], prefix: str = "") -> list[dict[str, str]]:
    """Invalid fields as problem details list them."""
    return [{"in": "body", "pointer": prefix + error.pointer, "detail": error.message} for error in errors]


async def identify_issues(db: WorkspaceDatabase, records: Sequence[RawRecord]) -> list[dict[str, str]]:
    """The issues that records become."""
    return _identify("issue_id", await ingest.select_issue_ids(db, records), records)


async def identify_changes(db: WorkspaceDatabase, records: Sequence[RawRecord]) -> list[dict[str, str]]:
    """The changes that records become."""
    return _identify("change_id", await ingest.select_change_ids(db, records), records)


def _identify(name: str, ids: Sequence[UUID], records: Sequence[RawRecord]) -> list[dict[str, str]]:
    return [
        {name: str(row_id), "source": record.source, "external_id": record.external_id}
        for row_id, record in zip(ids, records, strict=True)
    ]


def _validation_problem(error: IngestError) -> Problem:
    is_out_of_range = all(each.is_out_of_range for each in error.errors)
    code = "time_out_of_range" if is_out_of_range else "validation_failed"
    return Problem(422, code, str(error), errors=describe_fields(error.errors))

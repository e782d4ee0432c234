"""Tests a connector on the tool itself without storing anything."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from causeloop_pipeline.connectors.configuration import with_defaults
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.retry_policy import RetryPolicy
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.landing.record_meaning import RecordMeaning, UnknownVariantError, read_meaning
from causeloop_pipeline.model.raw_record import RawRecord

SAMPLE_DAYS = 7
MAX_SAMPLES = 3
TEST_RETRY_POLICY = RetryPolicy(
    attempts=2, max_wait=5.0, total=20.0, answer_seconds=15.0, silence_seconds=10.0
)


@dataclass(frozen=True)
class ConnectionReport:
    """The result of a connection test; `reason` is for the person who set the connector up."""

    ok: bool
    reason: str
    sample_count: int = 0
    samples: tuple[RecordMeaning, ...] = ()
    """What the first records become."""
    replaced: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Credentials that the tool has replaced in the test: the former ones are worth nothing any more."""


def test_connection(
    connector: Connector,
    config: Mapping[str, Any],
    credentials: Mapping[str, str],
    egress: EgressPolicy,
    now: datetime,
    drop_folder: str | None = None,  # noqa: PT028 no test function
) -> ConnectionReport:
    """Request one page of the last week."""
    replaced: dict[str, str] = {}
    sync = SyncInput(
        config=config,
        credentials=credentials,
        backfill_days=SAMPLE_DAYS,
        now=now,
        keep_credential=replaced.__setitem__,
        drop_folder=drop_folder,
    )
    return replace(_request_page(connector, sync, egress), replaced=replaced)


def _request_page(connector: Connector, sync: SyncInput, egress: EgressPolicy) -> ConnectionReport:
    try:
        page = next(pull(connector, sync, egress, TEST_RETRY_POLICY), None)
    except OutsideFailure as failure:
        return ConnectionReport(False, failure.reason)
    if page is None:
        return ConnectionReport(True, "nothing to poll: records arrive by webhook and ingest API")
    if page.quarantined:
        return ConnectionReport(
            False, f"a record cannot be read: {page.quarantined[0].reason}", len(page.records)
        )
    count = len(page.records)
    samples = tuple(_read_samples(connector, page.records, sync.config))
    return ConnectionReport(True, f"{count} records on the first page", count, samples)


def _read_samples(
    connector: Connector, records: Sequence[RawRecord], config: Mapping[str, Any]
) -> Iterator[RecordMeaning]:
    """The first records that have a meaning; the others are for the quarantine to tell."""
    meanings = (_read_sample(connector, record, with_defaults(connector, config)) for record in records)
    yield from islice((meaning for meaning in meanings if meaning), MAX_SAMPLES)


def _read_sample(connector: Connector, record: RawRecord, config: Mapping[str, Any]) -> RecordMeaning | None:
    try:
        return read_meaning(connector, record, config)
    except UnknownVariantError:
        return None


test_connection.__test__ = False  # type: ignore[attr-defined]

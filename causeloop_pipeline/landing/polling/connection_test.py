"""Tests a connector on the tool itself without storing anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from causeloop_pipeline.connectors.configuration import fill_defaults
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
    """Credentials that the tool has replaced in the test: the former ones are no longer valid."""


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
    if page.quarantined and not page.records:
        return ConnectionReport(False, f"a record cannot be read: {page.quarantined[0].reason}")
    report = _report_records(connector, page.records, fill_defaults(connector, sync.config))
    if report.ok and page.quarantined:
        unread = f"{len(page.quarantined)} more cannot be read: {page.quarantined[0].reason}"
        return replace(report, reason=f"{report.reason}, {unread}")
    return report


def _report_records(
    connector: Connector, records: Sequence[RawRecord], config: Mapping[str, Any]
) -> ConnectionReport:
    """What the first records that have a meaning become; the others are for the quarantine to tell."""
    samples: list[RecordMeaning] = []
    unknown = ""
    for record in records:
        if len(samples) == MAX_SAMPLES:
            break
        try:
            samples.append(read_meaning(connector, record, config))
        except UnknownVariantError as error:
            unknown = unknown or str(error)
    if unknown and not samples:
        return ConnectionReport(False, f"none of its records is understood: {unknown}", len(records))
    return ConnectionReport(True, f"{len(records)} records on the first page", len(records), tuple(samples))


test_connection.__test__ = False  # type: ignore[attr-defined]

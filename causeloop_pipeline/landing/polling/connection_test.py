"""Tests a connector on the tool itself without storing anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.retry_policy import RetryPolicy
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput

SAMPLE_DAYS = 7
TEST_RETRY_POLICY = RetryPolicy(
    attempts=2, max_wait=5.0, total=20.0, answer_seconds=15.0, silence_seconds=10.0
)


@dataclass(frozen=True)
class ConnectionReport:
    """The result of a connection test; `reason` is for the person who set the connector up."""

    ok: bool
    reason: str
    sample_count: int = 0


def test_connection(
    connector: Connector,
    config: Mapping[str, Any],
    credentials: Mapping[str, str],
    egress: EgressPolicy,
    now: datetime,
) -> ConnectionReport:
    """Request one page of the last week."""
    sync = SyncInput(config=config, credentials=credentials, backfill_days=SAMPLE_DAYS, now=now)
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
    return ConnectionReport(True, f"{len(page.records)} records on the first page", len(page.records))


test_connection.__test__ = False  # type: ignore[attr-defined]

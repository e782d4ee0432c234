"""n firings give n occurrences with the right start and end, whatever becomes of the messages.

The models are read without writing: what they say of all stored versions is what a rebuild writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.app.run_scopes import declare_scope
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from causeloop_pipeline.storage.raw.mapped_records import map_versions
from causeloop_pipeline.storage.raw.pending_records import claim_pending_records
from causeloop_pipeline.storage.raw.records import NO_CONNECTOR, land
from tests.support.normalizing import record

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SELECT_OCCURRENCES = """
select external_id, started_at, ended_at from intermediate.int_occurrences
join intermediate.int_issues__edited using (workspace_id, issue_id)
where workspace_id = %s
order by external_id, started_at
"""
CONDITIONS = 5
"""In one example: what reading the models costs is the same for one."""
Span = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Firing:
    """When a condition failed, in minutes after noon, and when it recovered; None: it fails still."""

    start: int
    end: int | None

    @property
    def span(self) -> Span:
        """The same as times."""
        return at(self.start), None if self.end is None else at(self.end)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


@st.composite
def histories(draw: st.DrawFn) -> list[Firing]:
    """Firings of one condition, hours or minutes apart; the last may last."""
    firings, now = [], 0
    for _ in range(draw(st.integers(1, 4))):
        start = now + draw(st.integers(1, 600))
        now = start + draw(st.integers(1, 300))
        firings.append(Firing(start, now))
    if draw(st.booleans()):
        firings[-1] = Firing(firings[-1].start, None)
    return firings


def tell_by_alertmanager(condition: int, firing: Firing) -> tuple[list[RawRecord], list[RawRecord]]:
    """Messages and polls of which each states the start: the first, repeats, and the end."""
    labels = {"alertname": "InstanceDown", "job": "checkout"}
    common = {"labels": labels, "startsAt": at(firing.start).isoformat(), "fingerprint": f"c0ffee{condition}"}
    pushed = {**common, "status": "firing", "endsAt": "0001-01-01T00:00:00Z"}
    polled = [
        {**common, "status": {"state": "active"}, "updatedAt": at(firing.start + minutes).isoformat()}
        for minutes in range(0, (firing.end or firing.start + 9) - firing.start, 60)
    ]
    first = [of_alert(pushed, "webhook"), *(of_alert(payload, "poll") for payload in polled)]
    if firing.end is None:
        return first, []
    return first, [
        of_alert({**common, "status": "resolved", "endsAt": at(firing.end).isoformat()}, "webhook")
    ]


def of_alert(payload: dict[str, Any], channel: Any) -> RawRecord:
    updated_at = payload.get("updatedAt")
    return record(
        payload,
        "prometheus_alertmanager",
        external_id=payload["fingerprint"],
        kind="alert" if channel == "webhook" else "record",
        channel=channel,
        source_updated_at=datetime.fromisoformat(updated_at) if updated_at else None,
    )


def tell_by_uptime_kuma(condition: int, firing: Firing) -> tuple[list[RawRecord], list[RawRecord]]:
    """Messages of which each has its own time: that it fails, again that it fails, and that it is up."""
    last = firing.end or firing.start + 9
    failing = [of_beat(condition, minutes, 0) for minutes in range(firing.start, last, 7)]
    return failing, [] if firing.end is None else [of_beat(condition, firing.end, 1)]


def of_beat(condition: int, minutes: int, status: int) -> RawRecord:
    payload = {
        "heartbeat": {"status": status, "time": at(minutes).isoformat(), "msg": f"state {status}"},
        "monitor": {"id": condition, "name": "Shop"},
        "msg": f"[Shop] {status}",
    }
    return record(
        payload,
        "uptime_kuma",
        external_id=str(condition),
        kind="record",
        channel="webhook",
        source_updated_at=at(minutes),
    )


def read_occurrences(
    database: Database, workspace_id: UUID, deliveries: Sequence[RawRecord]
) -> list[dict[str, Any]]:
    """What the models say of the occurrences, when all of it has arrived in this order."""
    run_id = str(uuid4())
    with database.workspaces([workspace_id]) as session:
        for delivery in deliveries:
            land(session.connection, workspace_id, NO_CONNECTOR, [delivery])
        declare_scope(session, run_id, [workspace_id])
        claim_pending_records(session, run_id, [workspace_id])
        rows = session.rows(
            "select workspace_id, record_id from raw.pending_record where run_id = %s", (run_id,)
        )
        map_versions(
            session.connection,
            [(row["workspace_id"], row["record_id"]) for row in rows],
            ["uptime_kuma", "prometheus_alertmanager"],
        )
        session.execute("select set_config('causeloop.run', %s, true)", (run_id,))
        occurrences = session.rows(SELECT_OCCURRENCES, (workspace_id,))
        session.connection.rollback()
    return occurrences


@given(st.lists(histories(), min_size=CONDITIONS, max_size=CONDITIONS), st.data())
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_order_loss_doubling_or_delay_of_messages_changes_what_occurred(
    database: Database,
    models: Normalizer,
    workspace_id: UUID,
    conditions: list[list[Firing]],
    data: st.DataObject,
) -> None:
    deliveries = []
    for condition, firings in enumerate(conditions):
        for tell in (tell_by_alertmanager, tell_by_uptime_kuma):
            for firing in firings:
                failing, recovery = tell(condition, firing)
                repeats = data.draw(st.lists(st.sampled_from(failing), max_size=4))
                again = data.draw(st.sampled_from([[], recovery]))
                deliveries += [failing[0], *repeats, *recovery, *again]
    data.draw(st.randoms(use_true_random=False)).shuffle(deliveries)

    occurrences = read_occurrences(database, workspace_id, deliveries)

    for condition, firings in enumerate(conditions):
        for external_id in (f"c0ffee{condition}", str(condition)):
            spans = [
                (row["started_at"], row["ended_at"])
                for row in occurrences
                if row["external_id"] == external_id
            ]
            assert spans == [firing.span for firing in firings], external_id

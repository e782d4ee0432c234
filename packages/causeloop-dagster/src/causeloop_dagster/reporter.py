"""One evaluation: what failed and succeeded since the last one, root failures apart from their cascade."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from causeloop_dagster.client import Causeloop, CauseloopError
from causeloop_dagster.failures import Failure
from causeloop_dagster.reading import read_freshness, read_run
from causeloop_dagster.seen_before import build_observation, describe_answer
from causeloop_dagster.state import State, Waiting

RUN_STATUSES = (dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_SUCCESS)
FRESHNESS_CHANGE = dg.DagsterEventType.FRESHNESS_STATE_CHANGE
MAX_RECORDS = 100
"""Of each kind in one evaluation; the next one goes on."""
GRACE_SECONDS = 3_600.0
"""How long after a root has ended what follows from it may still fail before it is reported by itself."""
ROOT_KINDS = ("asset:", "check:", "run:")
FRESHNESS = "freshness:"


@dataclass
class Reporter:
    """Reports to one workspace; `upstream` has the assets that each asset depends on, near and far."""

    instance: dg.DagsterInstance
    client: Causeloop
    state: State
    environment: str | None
    upstream: Mapping[str, frozenset[str]]
    log: logging.Logger
    observations: list[dg.AssetObservation] = field(default_factory=list)

    def report(self, now: float) -> None:
        """Send what is new, in the order in which it occurred; CauseloopError where it cannot be sent."""
        for kind, record in self._read_new():
            self._process(kind, record)
            self.state.cursors[kind.value] = str(record.storage_id)
        for entry in list(self.state.waiting):
            if entry.root_ended_at is not None and now - entry.root_ended_at > GRACE_SECONDS:
                self.state.waiting.remove(entry)
                self._handle(entry.failure)

    def _read_new(self) -> list[tuple[dg.DagsterEventType, dg.EventLogRecord]]:
        """The next records of all kinds by time, no further than all kinds were read."""
        read: list[tuple[dg.DagsterEventType, dg.EventLogRecord]] = []
        bound = float("inf")
        for kind in (*RUN_STATUSES, FRESHNESS_CHANGE):
            cursor = self.state.cursors.get(kind.value)
            if cursor is None:  # what was before the first evaluation is history
                newest = self._fetch(kind, None, limit=1, ascending=False)
                self.state.cursors[kind.value] = str(newest[0].storage_id if newest else 0)
                continue
            records = self._fetch(kind, int(cursor), limit=MAX_RECORDS, ascending=True)
            if len(records) == MAX_RECORDS:
                bound = min(bound, records[-1].timestamp)
            read += [(kind, record) for record in records]
        within = [pair for pair in read if pair[1].timestamp <= bound]
        return sorted(within, key=lambda pair: (pair[1].timestamp, pair[1].storage_id))

    def _fetch(
        self, kind: dg.DagsterEventType, after: int | None, *, limit: int, ascending: bool
    ) -> Sequence[dg.EventLogRecord]:
        if kind is dg.DagsterEventType.RUN_FAILURE or kind is dg.DagsterEventType.RUN_SUCCESS:
            changes = dg.RunStatusChangeRecordsFilter(event_type=kind, after_storage_id=after)
            return self.instance.fetch_run_status_changes(changes, limit=limit, ascending=ascending).records
        events = dg.EventRecordsFilter(event_type=kind, after_cursor=after)
        return self.instance.get_event_records(events, limit=limit, ascending=ascending)

    def _process(self, kind: dg.DagsterEventType, record: dg.EventLogRecord) -> None:
        if kind in RUN_STATUSES:
            report = read_run(self.instance, record.run_id)
            for key in sorted(report.succeeded):
                self._end(key, record.timestamp)
            for key, failure in report.checks:
                self._follow(key, failure, record.timestamp, is_over=failure is None)
            for failed in report.failures:
                self._handle(failed)
            return
        key, violation, is_fresh = read_freshness(record)
        self._follow(key, violation, record.timestamp, is_over=is_fresh)

    def _follow(self, key: str, failure: Failure | None, at: float, *, is_over: bool) -> None:
        """A condition, which is one failure from the first time that it does not hold until it does."""
        if is_over:
            self._end(key, at)
        elif failure is not None and not self._is_failing(key):
            self._handle(failure)

    def _is_failing(self, key: str) -> bool:
        """Whether a condition failed before and has not ended since."""
        return any(failure.key == key for failure in self.state.open) or any(
            entry.failure.key == key for entry in self.state.waiting
        )

    def _handle(self, failure: Failure) -> None:
        """Report a failure, unless it follows from one that is open."""
        root = self._find_root(failure)
        if root is None:
            self._report(failure)
            return
        self.state.waiting = [entry for entry in self.state.waiting if entry.failure.key != failure.key]
        self.state.waiting.append(Waiting(failure, root.external_id))
        followers = self.state.also_failed.setdefault(root.external_id, [])
        if failure.key not in followers:
            followers.append(failure.key)
            event = self._read_again(root).as_event(
                self.environment, also_failed=followers, changed_at=failure.failed_at
            )
            self.client.ingest(event)

    def _find_root(self, failure: Failure) -> Failure | None:
        """The open failure upstream from which a failure follows, the first of them."""
        if failure.asset is None:
            return None
        above = self.upstream.get(failure.asset, frozenset())
        if failure.key.startswith(FRESHNESS):
            above |= {failure.asset}
        candidates = (
            each
            for each in self.state.open
            if each.asset in above and each.key.startswith(ROOT_KINDS) and each.failed_at <= failure.failed_at
        )
        return min(candidates, key=lambda each: each.failed_at, default=None)

    def _report(self, failure: Failure) -> None:
        tags = self._look_up(failure)
        self.client.ingest(failure.as_event(self.environment))
        if tags and failure.run_id is not None and self.instance.get_run_by_id(failure.run_id) is not None:
            self.instance.add_run_tags(failure.run_id, tags)
        if tags and failure.asset is not None:
            self.observations.append(build_observation(failure.asset, tags))
        if all(each.external_id != failure.external_id for each in self.state.open):
            self.state.open.append(failure)

    def _look_up(self, failure: Failure) -> dict[str, str]:
        """What is known of a failure; nothing where that cannot be read: it is reported all the same."""
        try:
            answer: dict[str, Any] = self.client.look_up(failure.as_question(self.environment))
        except CauseloopError as error:
            self.log.warning("whether %s was seen before is not known: %s", failure.external_id, error)
            return {}
        return describe_answer(answer, failure.external_id)

    def _end(self, key: str, at: float) -> None:
        """End the failures of a key, or of all keys that begin with one that ends in /."""

        def is_meant(name: str) -> bool:
            return name.startswith(key) if key.endswith("/") else name == key

        ended = [failure for failure in self.state.open if is_meant(failure.key) and failure.failed_at <= at]
        for failure in ended:
            followers = self.state.also_failed.get(failure.external_id, ())
            self.client.ingest(
                self._read_again(failure).as_event(self.environment, also_failed=followers, ended_at=at)
            )
            self.state.open.remove(failure)
        self.state.waiting = [entry for entry in self.state.waiting if not is_meant(entry.failure.key)]
        roots = {failure.external_id for failure in ended}
        for entry in self.state.waiting:
            if entry.root in roots and entry.root_ended_at is None:
                entry.root_ended_at = at

    def _read_again(self, failure: Failure) -> Failure:
        """A failure with all its text, which the cursor has shortened."""
        if failure.run_id is None or failure.key.startswith("check:"):
            return failure
        read = read_run(self.instance, failure.run_id).failures
        return next((each for each in read if each.external_id == failure.external_id), failure)

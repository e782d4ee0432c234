"""A tool's failures as issues with their occurrences, polled now and held in memory, with no database.

Only the newest version of each record is there, so a reopening is seen where the tool itself tells of it.
What the pipeline does beyond that with versions stands in dbt's models.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.landing.record_meaning import (
    DEFAULT_SEVERITY,
    ENDED,
    RecordMeaning,
    UnknownVariantError,
    read_meaning,
)
from causeloop_pipeline.model.frames import (
    ATTRIBUTE_DIMENSIONS,
    DIMENSIONS,
    ISSUE_OCCURRENCE_SCHEMA,
    ISSUE_SCHEMA,
)
from causeloop_pipeline.model.issue import Identifies
from causeloop_pipeline.model.raw_record import RawRecord

Bucket = tuple[datetime, int]


@dataclass(frozen=True)
class PolledIssues:
    """Issues, their occurrences, and what each record says besides."""

    issues: pl.DataFrame
    occurrences: pl.DataFrame
    payloads: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The tool's own record of each issue."""
    urls: Mapping[str, str] = field(default_factory=dict)
    status_words: Mapping[str, str] = field(default_factory=dict)
    """The tool's own word for each issue's status."""
    unread: tuple[str, ...] = ()
    """Why records were left out, one reason each."""
    is_complete: bool = True
    """Whether reading came to its end before its time was over."""


def poll_issues(
    connector: Connector,
    sync: SyncInput,
    egress: EgressPolicy,
    *,
    lists: Sequence[str] = (),
    is_over: Callable[[], bool] = lambda: False,
) -> PolledIssues:
    """The failures of a tool since `sync.backfill_from`, of some of its lists or of all, until `is_over`.

    Raises an OutsideFailure where the tool cannot be read.
    """
    if lists:
        connector = replace(
            connector, pulls=tuple(each for each in connector.pulls if each.name in set(lists))
        )
    config = fill_defaults(connector, sync.config)
    newest: dict[tuple[str, str], RawRecord] = {}
    unread: list[str] = []
    is_complete = True
    for page in pull(connector, sync, egress):
        unread += [refused.reason for refused in page.quarantined]
        for record in page.records:
            place = (record.source, record.external_id)
            if place not in newest or _time_of(newest[place]) <= _time_of(record):
                newest[place] = record
        if is_over():
            is_complete = False
            break
    meanings: list[tuple[RecordMeaning, RawRecord]] = []
    for record in newest.values():
        try:
            meanings.append((read_meaning(connector, record, config), record))
        except UnknownVariantError as error:
            unread.append(str(error))
    return replace(fold_meanings(meanings), unread=tuple(unread), is_complete=is_complete)


def fold_meanings(meanings: Sequence[tuple[RecordMeaning, RawRecord]]) -> PolledIssues:
    """Issues and occurrences of records, each of another id; a job's success ends its failures before it."""
    successes = _list_successes(meanings)
    rows: list[dict[str, Any]] = []
    occurred: list[dict[str, Any]] = []
    payloads, urls, words = {}, {}, {}
    for meaning, record in meanings:
        if meaning.kind != "issue" or meaning.is_success:
            continue
        row = _build_row(meaning, record, successes)
        rows.append(row)
        occurred += _list_occurrences(row, meaning.occurring)
        issue_id = row["issue_id"]
        payloads[issue_id] = record.payload
        words[issue_id] = str(meaning.fields.get("status_value") or "")
        if url := meaning.fields.get("external_url"):
            urls[issue_id] = url
    return PolledIssues(
        pl.DataFrame(rows, schema=ISSUE_SCHEMA, orient="row"),
        pl.DataFrame(occurred, schema=ISSUE_OCCURRENCE_SCHEMA, orient="row"),
        payloads,
        urls,
        words,
    )


def _time_of(record: RawRecord) -> datetime:
    return record.source_updated_at or datetime.min.replace(tzinfo=UTC)


def _list_successes(meanings: Sequence[tuple[RecordMeaning, RawRecord]]) -> dict[str, list[datetime]]:
    """When each job succeeded, in order."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for meaning, record in meanings:
        at = meaning.fields.get("source_created_at") or record.source_updated_at
        if meaning.is_success and "job" in meaning.occurring and at is not None:
            times[meaning.occurring["job"]].append(at)
    return {job: sorted(instants) for job, instants in times.items()}


def _build_row(
    meaning: RecordMeaning, record: RawRecord, successes: Mapping[str, list[datetime]]
) -> dict[str, Any]:
    fields, attributes = meaning.fields, meaning.fields.get("attributes") or {}
    row = {name: fields.get(name) for name in ISSUE_SCHEMA}
    for name in ATTRIBUTE_DIMENSIONS:
        row[name] = row[name] or attributes.get(name)
    row |= {name: str(row[name]) for name in DIMENSIONS if row[name] not in (None, "")}
    began = row["source_created_at"] or record.source_updated_at
    row |= {
        "issue_id": f"{record.source}/{record.external_id}",
        "severity": row["severity"] or DEFAULT_SEVERITY,
        "source_created_at": began,
        "source_updated_at": record.source_updated_at or began,
    }
    if row["status"] not in ENDED and began is not None:
        later = (at for at in successes.get(meaning.occurring.get("job", ""), ()) if at > began)
        if (ended := next(later, None)) is not None:
            row |= {"status": "resolved", "resolved_at": ended}
    return row


def _list_occurrences(row: Mapping[str, Any], occurring: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each time that an issue occurred: those that its tool counted, else once."""
    began, ended = row["source_created_at"], row["resolved_at"]
    buckets: list[Bucket] = []
    if occurring.get("identifies") == Identifies.GROUP:
        buckets = _list_buckets(began, occurring.get("occurrences") or {})
    if not buckets:
        return [{"issue_id": row["issue_id"], "started_at": began, "ended_at": ended, "count": 1}]
    last = max(at for at, _ in buckets)
    return [
        {
            "issue_id": row["issue_id"],
            "started_at": at,
            "ended_at": max(ended, at) if ended is not None and at == last else None,
            "count": count,
        }
        for at, count in sorted(buckets)
    ]


def _list_buckets(began: datetime | None, counted: Mapping[str, Any]) -> list[Bucket]:
    """The hours of a group with events, days where no hours are counted, and the first event before them."""
    hours = {datetime.fromisoformat(at): count for at, count in counted.get("hours", ())}
    days = {datetime.fromisoformat(at): count for at, count in counted.get("days", ())}
    for day, count in days.items():
        in_hours = sum(each for at, each in hours.items() if day <= at < day + timedelta(days=1))
        if count > in_hours:
            hours[day] = hours.get(day, 0) + count - in_hours
    if not hours and "count" in counted:
        last = datetime.fromisoformat(counted["last_at"])
        hours = {last: max(1, counted["count"] - (1 if began is not None and began < last else 0))}
    if "event_at" in counted and not hours:
        hours = {datetime.fromisoformat(counted["event_at"]): 1}
    if began is not None and hours and began < min(hours):
        is_inside = began >= min(hours) - timedelta(hours=1)
        hours = hours if is_inside else {began: 1, **hours}
    return list(hours.items())

"""Passages over all records, newest first, that read again what a former version of a mapping has read.

There is one at a time, for the whole installation. It goes on where it was interrupted: `before_record` is
the oldest record that it has looked at, and ids of records grow with time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.raw.mapped_records import Key

COLUMNS = """
rereading_id, versions, sources, before_record, records_read, records_total, started_at, finished_at
"""
SELECT_NEWEST = f"select {COLUMNS} from raw.rereading order by rereading_id desc limit 1"

# The empty name stands for sources that no connector has.
OF_SOURCES = """
(split_part(source, ':', 1) = any (%(sources)s)
    or '' = any (%(sources)s) and split_part(source, ':', 1) <> all (%(known)s))
"""
INSERT_REREADING = f"""
insert into raw.rereading (versions, sources, records_total, finished_at)
select %(versions)s::jsonb, %(sources)s::text[], records, case when records = 0 then now() end
from (select count(*) as records from raw.record where {OF_SOURCES}) as stored
returning {COLUMNS}
"""

# One that is not at its end is replaced by one over its sources too.
UPDATE_REPLACED = "update raw.rereading set finished_at = now() where finished_at is null"

SELECT_NEXT = f"""
select workspace_id, record_id, source
from raw.record
where (%(before)s::uuid is null or record_id < %(before)s) and {OF_SOURCES}
order by record_id desc
limit %(limit)s
"""

UPDATE_PROGRESS = f"""
update raw.rereading
set before_record = coalesce(%(before)s, before_record), records_read = records_read + %(read)s,
    finished_at = coalesce(finished_at, case when %(is_last)s then now() end)
where rereading_id = %(rereading_id)s
returning {COLUMNS}
"""

SELECT_IS_ANY_PENDING = "select exists (select from raw.pending_record) as is_any"


@dataclass(frozen=True)
class Rereading:
    """A passage: which sources it reads again, why, and how far it has come."""

    rereading_id: int
    versions: Mapping[str, str]
    sources: tuple[str, ...]
    before_record: UUID | None
    records_read: int
    records_total: int
    started_at: datetime
    finished_at: datetime | None

    @property
    def read_back_to(self) -> datetime | None:
        """When the oldest record arrived that has been read again: a record's id begins with that moment."""
        if self.before_record is None:
            return None
        return datetime.fromtimestamp((self.before_record.int >> 80) / 1000, UTC)


def read_newest(session: Session) -> Rereading | None:
    """The passage that goes on, or else the last one."""
    rows = session.rows(SELECT_NEWEST)
    return _make_rereading(rows) if rows else None


def list_former(newest: Rereading | None, versions: Mapping[str, str]) -> list[str]:
    """The sources whose mappings are not those that a passage has begun with."""
    former = newest.versions if newest else {}
    return sorted(source for source, version in versions.items() if former.get(source) != version)


def start_rereading(session: Session, versions: Mapping[str, str], sources: Sequence[str]) -> Rereading:
    """Begin a passage over the records of some sources, and of those that an unfinished one had left."""
    newest = read_newest(session)
    left = () if newest is None or newest.finished_at else newest.sources
    session.execute(UPDATE_REPLACED)
    parameters = {
        "versions": orjson.dumps(dict(versions)).decode(),
        "sources": sorted({*sources, *left}),
        "known": list(versions),
    }
    return _make_rereading(session.rows(INSERT_REREADING, parameters))


def list_next(session: Session, rereading: Rereading, limit: int) -> list[tuple[Key, str]]:
    """The next records of a passage, newest first, each with its source."""
    parameters = {
        "before": rereading.before_record,
        "sources": list(rereading.sources),
        "known": list(rereading.versions),
        "limit": limit,
    }
    rows = session.rows(SELECT_NEXT, parameters)
    return [((row["workspace_id"], row["record_id"]), row["source"]) for row in rows]


def store_progress(
    session: Session, rereading: Rereading, before: UUID | None, read: int, *, is_last: bool
) -> Rereading:
    """Say how far a passage has come; the passage after that."""
    parameters = {
        "rereading_id": rereading.rereading_id,
        "before": before,
        "read": read,
        "is_last": is_last,
    }
    return _make_rereading(session.rows(UPDATE_PROGRESS, parameters))


def is_any_pending(session: Session) -> bool:
    """Whether any record waits for a run or is worked on by one: a passage gives way."""
    row = session.row(SELECT_IS_ANY_PENDING)
    return bool(row and row["is_any"])


def _make_rereading(rows: Sequence[Mapping[str, Any]]) -> Rereading:
    (row,) = rows
    return Rereading(**{**row, "sources": tuple(row["sources"])})

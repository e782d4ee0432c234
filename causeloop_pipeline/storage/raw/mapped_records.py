"""What mappings made of stored records: read a batch at a time, and written beside them.

A batch is one statement: PostgreSQL parses the one JSON document that contains it. Rows are looked up one by
one (`offset 0`), since of a table that has just grown the planner knows nothing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

import orjson

from causeloop_pipeline.connectors.mapping.fields import (
    CHANGE_TEXTS,
    CHANGE_TIMES,
    ISSUE_TEXTS,
    ISSUE_TIMES,
)
from causeloop_pipeline.connectors.mapping.json_text import write_json
from causeloop_pipeline.connectors.mapping.map_record import MappedRecord, Record
from causeloop_pipeline.connectors.record_mappings import (
    ANY_SOURCE,
    list_configured,
    list_versions,
    map_stored,
)
from causeloop_pipeline.model.issue import CHOICES

BATCH = 1_000
FIRST = UUID(int=0)

WORDS = {name: f"{name}_value" for name in CHOICES}
"""Fields in the tool's own words, which the column's name says."""
OWN_WORDS = ("words_of", *(f"own_{name}" for name in CHOICES))
"""Whose words the tool's own are, and what the connector's own list says of them."""
TEXTS = tuple(name for name in dict.fromkeys((*ISSUE_TEXTS, *CHANGE_TEXTS)) if name not in WORDS)
TIMES = (*ISSUE_TIMES, *CHANGE_TIMES)
OCCURRING = ("identifies", "firing_start", "occurrences", "job", "is_success")
"""What the id names, and what the record tells of occurrences and of the runs of a job."""
READ = ("variant", "unmappable_reason", *TEXTS, *WORDS.values(), *OWN_WORDS, *TIMES, "attributes", *OCCURRING)
COLUMNS = ("mapping_version", *READ)
TYPES = {"attributes": "jsonb", "occurrences": "jsonb", "is_success": "boolean"} | dict.fromkeys(
    TIMES, "timestamptz"
)

SELECT_CLAIMED_BATCH = """
select workspace_id, record_id
from raw.pending_record
where run_id = %(run_id)s and (workspace_id, record_id) > (%(after_workspace)s, %(after_record)s)
order by workspace_id, record_id
limit %(batch)s
"""

THESE_RECORDS = """
unnest(%(workspace_ids)s::uuid[], %(record_ids)s::uuid[]) as k (workspace_id, record_id)
cross join lateral (
    select * from raw.record where workspace_id = k.workspace_id and record_id = k.record_id
    offset 0
) as r
"""
# An issue is a function of all versions of its record, so that all of them must have been read.
ALL_VERSIONS = f"""
(select distinct r.workspace_id, r.source, r.site, r.external_id from {THESE_RECORDS}) as changed
cross join lateral (
    select * from raw.record
    where workspace_id = changed.workspace_id and source = changed.source
        and external_id = changed.external_id and site = changed.site
    offset 0
) as r
"""

# What no mapping or a former one has read, what could not be read, and what depends on a configuration.
SELECT_UNREAD = """
select r.workspace_id, r.record_id, r.source, r.kind, r.payload::text as payload,
       coalesce(r.source_updated_at, r.received_at) as updated_at, coalesce(c.config, d.config) as config,
       m.mapping_version is null as is_unread
from {records}
left join lateral (
    select mapping_version, unmappable_reason from raw.mapped_record
    where workspace_id = r.workspace_id and record_id = r.record_id
    offset 0
) as m on true
left join lateral (
    select config from app.connector
    where workspace_id = r.workspace_id and connector_id = r.connector_id
        and split_part(r.source, ':', 1) = any (%(configured)s)
    offset 0
) as c on true
left join lateral (  -- which outlives the connectors that follow it
    select jsonb_build_object('declaration', document) as config from app.connector_declaration
    where workspace_id = r.workspace_id and name = split_part(r.external_id, '/', 1)
        and split_part(r.source, ':', 1) = 'custom_api' and c.config is null
    offset 0
) as d on true
where %(is_all)s
    or m.mapping_version is distinct from
        coalesce(%(versions)s::jsonb ->> r.source, %(versions)s::jsonb ->> '')
    or m.unmappable_reason is not null
    or split_part(r.source, ':', 1) = any (%(configured)s)
"""
UPSERT = f"""
insert into raw.mapped_record as t (
    workspace_id, record_id, source, site, external_id, kind, connector_id, received_at, source_updated_at,
    is_change, {", ".join(COLUMNS)}
)
select r.workspace_id, r.record_id, r.source, r.site, r.external_id, r.kind, r.connector_id, r.received_at,
       coalesce(r.source_updated_at, r.received_at), core.is_change_kind(r.kind),
       {", ".join(f"m.{name}" for name in COLUMNS)}
from jsonb_to_recordset(%s::jsonb) as m (
    workspace_id uuid, record_id uuid, {", ".join(f"{name} {TYPES.get(name, 'text')}" for name in COLUMNS)}
)
cross join lateral (
    select * from raw.record where workspace_id = m.workspace_id and record_id = m.record_id
    offset 0
) as r
on conflict (workspace_id, record_id) do update set
    {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
"""
# What means something else now waits to be normalized again.
UPSERT_AND_QUEUE = f"""
with written as (
    {UPSERT}
    returning t.workspace_id, t.record_id, t.source,
        ({", ".join(f"old.{name}" for name in READ)})
        is distinct from ({", ".join(f"new.{name}" for name in READ)}) as is_changed
)
insert into raw.pending_record (workspace_id, record_id, source)
select workspace_id, record_id, source from written where is_changed
on conflict do nothing
"""

Key = tuple[UUID, UUID]
"""Workspace and record."""

_read_json = json.JSONDecoder(parse_float=Decimal).decode


class Transaction(Protocol):
    """The part of a psycopg connection that is needed; the caller opens and commits it."""

    def execute(self, query: Any, params: Any = None) -> Any:
        """Run one statement."""


@dataclass(frozen=True)
class StoredRecord:
    """A record that is to be read, and its connector's configuration."""

    key: Key
    record: Record
    config: Mapping[str, Any]
    is_unread: bool

    def map(self, now: datetime) -> MappedRecord | None:
        """What the mappings make of it now; None where what former ones read of it remains.

        A connector can go before its records are read: they must not vanish.
        """
        mapped = map_stored(self.record, self.config, now)
        if mapped is None and self.is_unread:
            return MappedRecord(reason=f"nothing reads a {self.record.source} {self.record.kind} now")
        return mapped


def list_claimed(
    transaction: Transaction, run_id: str, after: Key = (FIRST, FIRST), batch: int = BATCH
) -> list[Key]:
    """The next records that a run has claimed, after a key."""
    parameters = {"run_id": run_id, "after_workspace": after[0], "after_record": after[1], "batch": batch}
    rows = transaction.execute(SELECT_CLAIMED_BATCH, parameters).fetchall()
    return [(workspace_id, record_id) for workspace_id, record_id in map(_values_of, rows)]


def map_versions(transaction: Transaction, keys: Sequence[Key], sources: Sequence[str]) -> int:
    """Read those versions of some records that the present mappings have not read; how many."""
    return _map(transaction, keys, sources, ALL_VERSIONS, UPSERT)


def map_again(transaction: Transaction, keys: Sequence[Key], sources: Sequence[str]) -> int:
    """Read exactly some records, whatever has read them; how many."""
    return _map(transaction, keys, sources, THESE_RECORDS, UPSERT, is_all=True)


def map_and_queue(transaction: Transaction, keys: Sequence[Key], sources: Sequence[str]) -> int:
    """Read exactly some records; what means something else than before waits to be normalized."""
    return _map(transaction, keys, sources, THESE_RECORDS, UPSERT_AND_QUEUE, is_all=True)


def _map(
    transaction: Transaction,
    keys: Sequence[Key],
    sources: Sequence[str],
    records: str,
    statement: str,
    *,
    is_all: bool = False,
) -> int:
    versions, now = list_versions(sources), datetime.now(UTC)
    rows = [
        _to_row(stored.key, mapped, versions.get(stored.record.source, versions[ANY_SOURCE]))
        for stored in _select(transaction, keys, versions, records, is_all=is_all)
        if (mapped := stored.map(now)) is not None
    ]
    if rows:
        transaction.execute(statement, (orjson.dumps(rows).decode(),))
    return len(rows)


def _select(
    transaction: Transaction, keys: Sequence[Key], versions: Mapping[str, str], records: str, *, is_all: bool
) -> Iterator[StoredRecord]:
    parameters = {
        "workspace_ids": [workspace_id for workspace_id, _ in keys],
        "record_ids": [record_id for _, record_id in keys],
        "versions": orjson.dumps(versions).decode(),
        "configured": list(list_configured()),
        "is_all": is_all,
    }
    cursor = transaction.execute(SELECT_UNREAD.format(records=records), parameters)
    for *key, source, kind, payload, updated_at, config, is_unread in map(_values_of, cursor):
        record = Record(source, kind, _read_json(payload), updated_at)
        yield StoredRecord((key[0], key[1]), record, config or {}, is_unread)


def _to_row(key: Key, mapped: MappedRecord, version: str) -> dict[str, Any]:
    fields = {WORDS.get(name, name): value for name, value in mapped.fields.items()}
    return {
        "workspace_id": key[0],
        "record_id": key[1],
        "mapping_version": version,
        "variant": mapped.variant,
        "unmappable_reason": mapped.reason,
        **fields,
        **mapped.occurring,
        "attributes": orjson.Fragment(write_json(fields.get("attributes") or {})),
    }


def _values_of(row: Any) -> Sequence[Any]:
    """The values of a row, whichever kind of rows the connection makes."""
    return tuple(row.values()) if isinstance(row, dict) else row

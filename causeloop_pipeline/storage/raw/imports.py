"""What an upload or a file brought, and taking exactly that back.

A record that two of them brought stays until both are taken back. What is taken back is noted, and the next
normalization makes its issue again of the versions that are left, or deletes it.
"""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import orjson

from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.grouping_state import mark_grouping_stale

INSERT_LINKS = """
insert into raw.import_record (workspace_id, import_id, record_id)
select %(workspace_id)s, i.import_id, r.record_id
from jsonb_to_recordset(%(links)s::jsonb)
    as i (import_id uuid, source text, external_id text, payload_hash text)
cross join lateral (
    select record_id from raw.record
    where workspace_id = %(workspace_id)s and source = i.source and external_id = i.external_id
        and site = %(site)s and payload_hash = i.payload_hash
    order by observation desc
    limit 1
) as r
on conflict do nothing
"""

DELETE_OF_IMPORT = """
with gone as (
    select r.record_id, r.source, r.site, r.external_id
    from raw.import_record as l
    join raw.record as r using (workspace_id, record_id)
    where l.workspace_id = %(workspace_id)s and l.import_id = %(import_id)s and not exists (
        select from raw.import_record as other
        where other.workspace_id = l.workspace_id and other.record_id = l.record_id
            and other.import_id <> l.import_id
    )
), noted as (
    insert into raw.withdrawn_record (workspace_id, source, site, external_id)
    select distinct %(workspace_id)s::uuid, source, site, external_id from gone
    on conflict do nothing
)
delete from raw.record using gone
where raw.record.workspace_id = %(workspace_id)s and raw.record.record_id = gone.record_id
"""

DELETE_LINKS = (
    "delete from raw.import_record where workspace_id = %(workspace_id)s and import_id = %(import_id)s"
)

# What a file was read as before its reading was noted, where it is read as something else now.
DELETE_FORMER = """
with gone as (
    select r.record_id, r.source, r.site, r.external_id
    from raw.record as r
    where r.workspace_id = %(workspace_id)s and r.connector_id = %(connector_id)s and r.site = %(site)s
        and r.source = any (%(sources)s) and r.external_id = any (%(external_ids)s)
        and not exists (
            select from raw.import_record as l
            where l.workspace_id = r.workspace_id and l.record_id = r.record_id
        )
), noted as (
    insert into raw.withdrawn_record (workspace_id, source, site, external_id)
    select distinct %(workspace_id)s::uuid, source, site, external_id from gone
    on conflict do nothing
)
delete from raw.record using gone
where raw.record.workspace_id = %(workspace_id)s and raw.record.record_id = gone.record_id
"""

UPDATE_QUARANTINE = """
update raw.quarantine set replayed_at = now()
where workspace_id = %(workspace_id)s and connector_id = %(connector_id)s and replayed_at is null
  and (starts_with(reason, %(file)s || ', ') or starts_with(reason, %(file)s || ': '))
"""

SELECT_UNDONE = """
select workspace_id, upload_id from app.upload
where workspace_id = any (%s) and undone_at is not null and withdrawn_at is null
order by undone_at
"""

UPDATE_WITHDRAWN = "update app.upload set withdrawn_at = now() where workspace_id = %s and upload_id = %s"

# The newest version that is left decides again, though it is older than the one that is gone.
INSERT_LEFT = """
with left_over as (
    select w.workspace_id, w.source, w.site, w.external_id, r.record_id,
        coalesce(r.source_updated_at, r.received_at) as updated_at
    from raw.withdrawn_record as w
    cross join lateral (
        select record_id, source_updated_at, received_at from raw.record
        where workspace_id = w.workspace_id and source = w.source and external_id = w.external_id
            and site = w.site
        order by coalesce(source_updated_at, received_at) desc
        limit 1
    ) as r
    where w.workspace_id = any (%(workspace_ids)s)
), aged as (
    update core.issue as i set source_updated_at = left_over.updated_at
    from left_over
    where i.workspace_id = left_over.workspace_id and i.source = left_over.source
        and i.site = left_over.site and i.external_id = left_over.external_id
        and i.source_updated_at > left_over.updated_at
)
insert into raw.pending_record (workspace_id, record_id, source)
select workspace_id, record_id, source from left_over
on conflict do nothing
"""

DELETE_ISSUES = """
delete from core.issue as i using raw.withdrawn_record as w
where w.workspace_id = any (%(workspace_ids)s) and i.workspace_id = w.workspace_id and i.source = w.source
    and i.site = w.site and i.external_id = w.external_id
    and not exists (
        select from raw.record as r
        where r.workspace_id = w.workspace_id and r.source = w.source and r.site = w.site
            and r.external_id = w.external_id
    )
returning i.workspace_id
"""

DELETE_NOTES = "delete from raw.withdrawn_record where workspace_id = any (%(workspace_ids)s)"


class Transaction(Protocol):
    """The part of a psycopg connection that is needed; the caller opens and commits it."""

    def execute(self, query: Any, params: Any = None) -> Any:
        """Run one statement."""


def link_records(
    transaction: Transaction, workspace_id: UUID, site: str, records: Sequence[RawRecord]
) -> None:
    """Note which import each of the records came by, also where it was stored before."""
    links = [
        {
            "import_id": record.import_id,
            "source": record.source,
            "external_id": record.external_id,
            "payload_hash": record.payload_hash,
        }
        for record in records
        if record.import_id is not None
    ]
    if links:
        parameters = {"workspace_id": workspace_id, "site": site, "links": orjson.dumps(links).decode()}
        transaction.execute(INSERT_LINKS, parameters)


def withdraw_import(transaction: Transaction, workspace_id: UUID, import_id: UUID) -> None:
    """Take back what one upload or file brought, and nothing that another brought too."""
    parameters = {"workspace_id": workspace_id, "import_id": import_id}
    transaction.execute(DELETE_OF_IMPORT, parameters)
    transaction.execute(DELETE_LINKS, parameters)


def withdraw_former(
    transaction: Transaction,
    workspace_id: UUID,
    connector_id: UUID | None,
    site: str,
    records: Sequence[RawRecord],
) -> None:
    """Take back the versions of these records that a former reading of a file brought."""
    transaction.execute(
        DELETE_FORMER,
        {
            "workspace_id": workspace_id,
            "connector_id": connector_id,
            "site": site,
            "sources": sorted({record.source for record in records}),
            "external_ids": sorted({record.external_id for record in records}),
        },
    )


def release_quarantine(
    transaction: Transaction, workspace_id: UUID, connector_id: UUID | None, file: str
) -> None:
    """Take out of quarantine what could not be read of a file, which is read again."""
    parameters = {"workspace_id": workspace_id, "connector_id": connector_id, "file": file}
    transaction.execute(UPDATE_QUARANTINE, parameters)


def withdraw_undone(session: Session, workspace_ids: Sequence[UUID]) -> None:
    """Take back what undone uploads brought, and let what is left of it be normalized again."""
    for row in session.rows(SELECT_UNDONE, (list(workspace_ids),)):
        key = (row["workspace_id"], row["upload_id"])
        withdraw_import(session.connection, *key)
        session.execute(UPDATE_WITHDRAWN, key)
    session.execute(INSERT_LEFT, {"workspace_ids": list(workspace_ids)})


def delete_withdrawn_issues(session: Session, workspace_ids: Sequence[UUID]) -> int:
    """Delete the issues of which nothing is left; how many."""
    parameters = {"workspace_ids": list(workspace_ids)}
    deleted = session.rows(DELETE_ISSUES, parameters)
    session.execute(DELETE_NOTES, parameters)
    for workspace_id in {row["workspace_id"] for row in deleted}:
        mark_grouping_stale(session, workspace_id)
    return len(deleted)

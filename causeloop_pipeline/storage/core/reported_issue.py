"""Makes the issue of a record at once, as the next run will: by the same mapping and the same statements.

The record is claimed for the length of the transaction, as a run claims records. dbt has made each statement
a function beside the views that it reads.
"""

from typing import Any
from uuid import UUID, uuid4

from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.raw.mapped_records import Transaction, map_versions

CLAIM_RECORD = """
insert into raw.pending_record as p (workspace_id, record_id, source, run_id)
select workspace_id, record_id, source, %(run_id)s
from raw.record
where workspace_id = %(workspace_id)s and source = %(source)s and external_id = %(external_id)s
    and site = '' and payload_hash = %(payload_hash)s
on conflict (workspace_id, record_id) do update set run_id = excluded.run_id where p.run_id is null
returning record_id
"""
RELEASE_RECORD = "update raw.pending_record set run_id = null where run_id = %s"


def make_issue(transaction: Transaction, workspace_id: UUID, record: RawRecord) -> None:
    """Map a stored record with its other versions, and write the issue with its occurrences.

    The record still waits for a run.
    """
    run_id = f"reported {uuid4()}"
    identity = {
        "run_id": run_id,
        "workspace_id": workspace_id,
        "source": record.source,
        "external_id": record.external_id,
        "payload_hash": record.payload_hash,
    }
    claimed = transaction.execute(CLAIM_RECORD, identity).fetchall()
    keys = [(workspace_id, _first(row)) for row in claimed]
    map_versions(transaction, keys, [record.source])
    transaction.execute("select set_config('causeloop.run', %s, true)", (run_id,))
    transaction.execute("select intermediate.merge_issues()")
    transaction.execute("select intermediate.merge_occurrences()")
    transaction.execute(RELEASE_RECORD, (run_id,))


def _first(row: Any) -> UUID:
    value: UUID = next(iter(row.values())) if isinstance(row, dict) else row[0]
    return value

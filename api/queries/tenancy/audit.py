"""Writes and lists the audit log, which the API can only append to."""

from typing import Any

from api.http.database import WorkspaceDatabase, as_json
from api.queries.listing import AnyOf, Listing, Sort

AUDIT_ENTRIES = Listing(
    name="audit entries",
    columns="a.audit_id as id, a.at, a.actor, a.action, a.subject, a.details, a.address",
    source="app.audit_log as a",
    key="a.audit_id",
    key_output="id",
    sorts={"at": Sort("a.at", "at", "timestamptz")},
    default_sort="-at",
    filters={
        "actor": AnyOf("a.actor", "actor"),
        "action": AnyOf("a.action", "action"),
        "subject": AnyOf("a.subject", "subject"),
        "at_from": "a.at >= ($1 ->> 'at_from')::timestamptz",
        "at_until": "a.at < ($1 ->> 'at_until')::timestamptz",
    },
)

INSERT_ENTRY = """
insert into app.audit_log (workspace_id, actor, action, subject, details, address)
values ($1, $2, $3, $4, $5, $6)
"""


async def record(db: WorkspaceDatabase, actor: str, action: str, subject: str, /, **details: Any) -> None:
    """Record an action in the request's own transaction; details must not contain secrets."""
    await db.transaction.execute(
        INSERT_ENTRY, db.workspace_id, actor, action, subject, as_json(details), db.address
    )
    db.has_audit_entry = True

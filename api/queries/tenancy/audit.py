"""Writes and lists the audit log, which the API can only append to."""

from typing import Any

from api.http.database import WorkspaceDatabase, encode_parameters
from api.queries.act.assignments import select_name
from api.queries.listing import AnyOf, Listing, Sort

AUDIT_ENTRIES = Listing(
    name="audit entries",
    columns=f"""
        e.audit_id as id, e.at, e.actor, ({select_name("e.actor")}) as actor_name, e.action, e.subject,
        ({select_name("e.subject")}) as subject_name, e.details, e.address
    """,
    source="app.audit_log as e",
    key="e.audit_id",
    key_output="id",
    sorts={"at": Sort("e.at", "at", "timestamptz")},
    default_sort="-at",
    filters={
        "actor": AnyOf("e.actor", "actor"),
        "action": AnyOf("e.action", "action"),
        "subject": AnyOf("e.subject", "subject"),
        "at_from": "e.at >= ($1 ->> 'at_from')::timestamptz",
        "at_until": "e.at < ($1 ->> 'at_until')::timestamptz",
    },
)

INSERT_ENTRY = """
insert into app.audit_log (workspace_id, actor, action, subject, details, address)
values ($1, $2, $3, $4, $5, $6)
"""


async def record(db: WorkspaceDatabase, actor: str, action: str, subject: str, /, **details: Any) -> None:
    """Record an action in the request's own transaction; details must not contain secrets."""
    await db.transaction.execute(
        INSERT_ENTRY, db.workspace_id, actor, action, subject, encode_parameters(details), db.address
    )
    db.has_audit_entry = True

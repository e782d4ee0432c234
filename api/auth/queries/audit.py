"""Writes the audit log, which the API can only append to."""

from typing import Any

from api.http.database import WorkspaceDatabase, encode_parameters

INSERT_ENTRY = """
insert into app.audit_log (workspace_id, actor, action, subject, details, address)
values ($1, $2, $3, $4, $5, $6)
"""


async def record(db: WorkspaceDatabase, actor: str, action: str, subject: str, /, **details: Any) -> None:
    """Record an action in the request's own transaction; details must not contain secrets."""
    if db.agent is not None:
        details = {**details, "agent": db.agent}
    await db.transaction.execute(
        INSERT_ENTRY, db.workspace_id, actor, action, subject, encode_parameters(details), db.address
    )
    db.has_audit_entry = True

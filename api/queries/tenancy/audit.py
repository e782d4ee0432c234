"""Who changed what: facts that nobody can rewrite through the API."""

from typing import Any

from api.http.database import WorkspaceDatabase, as_json

RECORD = """
insert into app.audit_log (workspace_id, actor, action, subject, details) values ($1, $2, $3, $4, $5)
"""


async def record(db: WorkspaceDatabase, actor: str, action: str, subject: str, /, **details: Any) -> None:
    """Note an action in the request's own transaction; details hold no secret."""
    await db.transaction.execute(RECORD, db.workspace_id, actor, action, subject, as_json(details))

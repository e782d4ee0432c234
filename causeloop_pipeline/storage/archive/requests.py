"""Archives that people have requested by the API, and the bytes for download."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

BYTES_PER_PART = 4_194_304
MAX_ERROR = 500
SELECT_OPEN = """
select workspace_id, archive_id, people from app.workspace_archive
where status in ('queued', 'running') order by requested_at
"""
START = """
update app.workspace_archive set status = 'running'
where workspace_id = %s and archive_id = %s and status in ('queued', 'running')
"""
INSERT_PART = """
insert into app.workspace_archive_part (workspace_id, archive_id, number, content) values (%s, %s, %s, %s)
"""
FINISH = """
update app.workspace_archive
set status = 'ready', finished_at = now(), bytes = %s, sha256 = %s, rows = %s, people = '[]'
where workspace_id = %s and archive_id = %s
"""
FAIL = """
update app.workspace_archive set status = 'failed', finished_at = now(), error = %s, people = '[]'
where workspace_id = %s and archive_id = %s
"""


@dataclass(frozen=True)
class RequestedArchive:
    """A requested archive, with the members as the API stored them."""

    workspace_id: UUID
    archive_id: UUID
    people: list[dict[str, Any]]


def read_open_archives(session: Session) -> list[RequestedArchive]:
    """The archives that are not written yet, including those whose run was interrupted."""
    return [RequestedArchive(**row) for row in session.rows(SELECT_OPEN)]


def start_archive(session: Session, archive: RequestedArchive) -> None:
    """Mark an archive as being written, and delete what an interrupted attempt left."""
    key = (archive.workspace_id, archive.archive_id)
    session.execute(START, key)
    session.execute("delete from app.workspace_archive_part where workspace_id = %s and archive_id = %s", key)


def store_archive(session: Session, archive: RequestedArchive, path: Path, rows: int) -> None:
    """Store a written archive, so that every API server can deliver it."""
    digest, size = hashlib.sha256(), 0
    key = (archive.workspace_id, archive.archive_id)
    with path.open("rb") as file:
        for number, content in enumerate(iter(lambda: file.read(BYTES_PER_PART), b"")):
            session.execute(INSERT_PART, (*key, number, content))
            digest.update(content)
            size += len(content)
    session.execute(FINISH, (size, digest.hexdigest(), rows, *key))


def fail_archive(session: Session, archive: RequestedArchive, reason: str) -> None:
    """Store why an archive could not be written."""
    session.execute(FAIL, (reason[:MAX_ERROR], archive.workspace_id, archive.archive_id))

"""Vectors of what people wrote, and the space they lie in: there while an encoder is set up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

MAX_BODY = 2_000

# A workspace that was grouped since it was looked at is looked at again after minutes: that reads it all.
SELECT_DUE = """
select w.workspace_id
from app.workspace as w
join app.organization as o using (organization_id)
join app.workspace_freshness as f on f.workspace_id = w.workspace_id and f.stage = 'patterns'
left join detect.vector_space as s on s.workspace_id = w.workspace_id
where o.status = 'active' and w.archived_at is null
  and (
      s.encoder is distinct from %(encoder)s or s.encoded_at is null
      or s.encoded_at < f.computed_at and s.encoded_at < now() - make_interval(secs => %(wait_seconds)s)
  )
order by s.encoded_at nulls first, w.created_at, w.workspace_id
"""

SELECT_SPACES = "select workspace_id from detect.vector_space order by workspace_id limit %s"
DELETE_SPACE = "delete from detect.vector_space where workspace_id = %s"
DELETE_FORMER = "delete from detect.vector_space where workspace_id = %s and encoder <> %s"
INSERT_SPACE = """
insert into detect.vector_space (workspace_id, encoder, projection, projected) values (%s, %s, %s, %s)
on conflict (workspace_id) do nothing
"""

SELECT_UNENCODED = f"""
select i.issue_id, i.changed_at, i.title, left(i.body, {MAX_BODY}) as body
from core.issue as i
join detect.fingerprint as f on f.workspace_id = i.workspace_id and f.issue_id = i.issue_id
left join detect.text_vector as v on v.workspace_id = i.workspace_id and v.issue_id = i.issue_id
where i.workspace_id = %s and f.kind = 'human' and v.issue_changed_at is distinct from i.changed_at
limit %s
"""

SELECT_STORED = """
select distinct on (v.text_hash) v.text_hash, v.vector
from detect.text_vector as v
where v.workspace_id = %s and v.text_hash = any (%s)
"""

# An issue that was deleted meanwhile has none; a space that was deleted meanwhile takes none.
UPSERT_VECTORS = """
insert into detect.text_vector (workspace_id, issue_id, issue_changed_at, text_hash, cell, vector)
select i.workspace_id, i.issue_id, n.changed_at, n.text_hash, n.cell, n.vector
from unnest(
    %(issue_ids)s::uuid[], %(changed_at)s::timestamptz[], %(hashes)s::bytea[], %(cells)s::smallint[],
    %(vectors)s::bytea[]
) as n (issue_id, changed_at, text_hash, cell, vector)
join core.issue as i on i.workspace_id = %(workspace_id)s and i.issue_id = n.issue_id
join detect.vector_space as s on s.workspace_id = i.workspace_id and s.encoder = %(encoder)s
on conflict (workspace_id, issue_id) do update set
    issue_changed_at = excluded.issue_changed_at, text_hash = excluded.text_hash, cell = excluded.cell,
    vector = excluded.vector
"""

DELETE_OF_OTHER_KINDS = """
delete from detect.text_vector as v
using detect.fingerprint as f
where v.workspace_id = %(workspace_id)s and f.workspace_id = v.workspace_id and f.issue_id = v.issue_id
  and f.kind <> 'human'
"""

SELECT_SPACE = """
select s.encoder, s.projection, s.projected, s.centres, s.vector_count
from detect.vector_space as s
where s.workspace_id = %s
"""

UPDATE_ENCODED_AT = "update detect.vector_space set encoded_at = %s where workspace_id = %s"
SELECT_COUNT = "select count(*) as vectors from detect.text_vector where workspace_id = %s"
UPDATE_CENTRES = "update detect.vector_space set centres = %s, vector_count = %s where workspace_id = %s"

# Ids are digests, so the first ones are a random sample.
SELECT_PAGE = """
select coalesce(array_agg(p.issue_id order by p.issue_id), '{}') as issue_ids,
       coalesce(string_agg(p.vector, ''::bytea order by p.issue_id), ''::bytea) as vectors
from (
    select v.issue_id, v.vector
    from detect.text_vector as v
    where v.workspace_id = %s and (%s::uuid is null or v.issue_id > %s)
    order by v.issue_id
    limit %s
) as p
"""

UPDATE_CELLS = """
update detect.text_vector as v
set cell = n.cell
from unnest(%s::uuid[], %s::smallint[]) as n (issue_id, cell)
where v.workspace_id = %s and v.issue_id = n.issue_id and v.cell <> n.cell
"""


class UnencodedIssue(NamedTuple):
    """An issue whose text is to be encoded, as of its `changed_at`."""

    issue_id: UUID
    changed_at: datetime
    title: str
    body: str | None


class TextVector(NamedTuple):
    """The vector of an issue's text."""

    issue: UnencodedIssue
    text_hash: bytes
    cell: int
    vector: bytes


@dataclass(frozen=True)
class StoredSpace:
    """Where the vectors of a workspace lie, as the table has it."""

    encoder: str
    projection: bytes
    projected: int
    centres: bytes
    vector_count: int


def list_due(session: Session, encoder: str, wait_seconds: float) -> list[UUID]:
    """The workspaces with issues that may have no vector by this encoder, the longest waiting first."""
    rows = session.rows(SELECT_DUE, {"encoder": encoder, "wait_seconds": wait_seconds})
    return [row["workspace_id"] for row in rows]


def list_with_space(session: Session, limit: int) -> list[UUID]:
    """Some of the workspaces that have vectors."""
    return [row["workspace_id"] for row in session.rows(SELECT_SPACES, (limit,))]


def delete_space(session: Session, workspace_id: UUID) -> None:
    """Delete the vectors of a workspace."""
    session.execute(DELETE_SPACE, (workspace_id,))


def read_space(session: Session, workspace_id: UUID, encoder: str) -> StoredSpace | None:
    """The space of vectors by an encoder; those by a former one are deleted."""
    session.execute(DELETE_FORMER, (workspace_id, encoder))
    row = session.row(SELECT_SPACE, (workspace_id,))
    return None if row is None else StoredSpace(**row)


def begin_space(
    session: Session, workspace_id: UUID, encoder: str, projection: bytes, projected: int
) -> None:
    """Store the projection of a workspace's vectors, which has none yet."""
    session.execute(INSERT_SPACE, (workspace_id, encoder, projection, projected))


def count_vectors(session: Session, workspace_id: UUID) -> int:
    """How many vectors a workspace has."""
    row = session.row(SELECT_COUNT, (workspace_id,))
    return int(row["vectors"]) if row else 0


def read_unencoded(session: Session, workspace_id: UUID, limit: int) -> list[UnencodedIssue]:
    """Issues that people wrote and whose text was not encoded, or has changed."""
    return [UnencodedIssue(**row) for row in session.rows(SELECT_UNENCODED, (workspace_id, limit))]


def read_stored_vectors(session: Session, workspace_id: UUID, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
    """Vectors of texts that some issue has already, by the hash of the text."""
    rows = session.rows(SELECT_STORED, (workspace_id, list(hashes)))
    return {bytes(row["text_hash"]): bytes(row["vector"]) for row in rows}


def store_vectors(session: Session, workspace_id: UUID, encoder: str, vectors: Sequence[TextVector]) -> int:
    """Store vectors, unless the issue or the space has gone; how many."""
    return session.execute(
        UPSERT_VECTORS,
        {
            "workspace_id": workspace_id,
            "encoder": encoder,
            "issue_ids": [each.issue.issue_id for each in vectors],
            "changed_at": [each.issue.changed_at for each in vectors],
            "hashes": [each.text_hash for each in vectors],
            "cells": [each.cell for each in vectors],
            "vectors": [each.vector for each in vectors],
        },
    )


def finish_passage(session: Session, workspace_id: UUID, encoded_at: datetime) -> None:
    """Say that the issues of a time have vectors; those that are no longer people's words have none."""
    session.execute(DELETE_OF_OTHER_KINDS, {"workspace_id": workspace_id})
    session.execute(UPDATE_ENCODED_AT, (encoded_at, workspace_id))


def read_vector_page(
    session: Session, workspace_id: UUID, after: UUID | None, limit: int
) -> tuple[list[UUID], bytes]:
    """The issues that follow one by id, and their vectors one after the other."""
    row = session.row(SELECT_PAGE, (workspace_id, after, after, limit))
    return (list(row["issue_ids"]), bytes(row["vectors"])) if row else ([], b"")


def store_centres(session: Session, workspace_id: UUID, centres: bytes, vector_count: int) -> None:
    """Store the centres of a workspace's cells."""
    session.execute(UPDATE_CENTRES, (centres, vector_count, workspace_id))


def store_cells(
    session: Session, workspace_id: UUID, issue_ids: Sequence[UUID], cells: Sequence[int]
) -> None:
    """Move vectors to their cells."""
    session.execute(UPDATE_CELLS, (list(issue_ids), list(cells), workspace_id))

"""Reads where the vectors of a workspace lie, and those of the cells that a search looks into."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase

MAX_READ_VECTORS = 40_000

# Only vectors of the encoder that is set up count.
SELECT_SPACE = """
select json_build_object(
    'projection', case when $1 ->> 'issue' is null then encode(s.projection, 'hex') end,
    'centres', encode(s.centres, 'hex'), 'vector', encode(v.vector, 'hex')
)
from detect.vector_space as s
left join detect.text_vector as v
    on v.workspace_id = s.workspace_id and v.issue_id = ($1 ->> 'issue')::uuid
where s.encoder = $1 ->> 'encoder'
"""

SELECT_VECTORS = f"""
select string_agg(uuid_send(v.issue_id) || v.vector, ''::bytea)
from (
    select v.issue_id, v.vector
    from detect.text_vector as v
    where v.cell = any (array(select jsonb_array_elements_text($1 -> 'cells')::smallint))
        and v.issue_id is distinct from ($1 ->> 'issue')::uuid
    limit {MAX_READ_VECTORS}
) as v
"""


async def read_space(db: WorkspaceDatabase, encoder: str, issue_id: UUID | None) -> dict[str, Any] | None:
    """Where the vectors lie, and that of an issue; None where there are none by this encoder."""
    space: dict[str, Any] | None = await db.read(
        SELECT_SPACE, encoder=encoder, issue=str(issue_id) if issue_id else None
    )
    return space


async def read_vectors(db: WorkspaceDatabase, cells: Sequence[int], excluded: UUID | None) -> bytes:
    """Records of an id and its vector, of the issues whose vectors lie in some cells."""
    return await db.read_bytes(SELECT_VECTORS, cells=list(cells), issue=str(excluded) if excluded else None)

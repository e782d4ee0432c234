"""Finds the issues nearest in meaning to a text or an issue, as further candidates of a search."""

from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.issues.similar.semantic import queries
from api.issues.similar.semantic.meaning import Meaning
from api.issues.similar.semantic.process import EncoderProcess, SearchByMeaningError
from causeloop_pipeline.encoder.configured import read_pinned_digest
from causeloop_pipeline.settings import settings

NEIGHBOURS = 40


async def find_by_meaning(
    db: WorkspaceDatabase, process: EncoderProcess | None, text: str | None, issue_id: UUID | None
) -> Meaning | None:
    """The issues nearest in meaning; None where searches are by words alone.

    An issue without a vector of its own, such as a machine's message, is searched for by words.
    """
    if process is None or not process.is_on:
        return None
    space = await queries.read_space(db, read_pinned_digest(settings()), issue_id)
    if space is None or (text is None and space["vector"] is None):
        return None
    stored, projection, centres = (
        bytes.fromhex(space[name] or "") for name in ("vector", "projection", "centres")
    )
    try:
        vector, cells = await process.run(db.workspace_id, "locate", text, stored, projection, centres)
        packed = await queries.read_vectors(db, cells, issue_id)
        nearest = await process.run(db.workspace_id, "find_nearest", vector, packed, NEIGHBOURS)
    except SearchByMeaningError:
        return None
    return Meaning(vector, [UUID(bytes=each) for each in nearest])

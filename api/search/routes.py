"""One search over patterns, services, teams, issues, recommendations, changes, connectors and people."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.access.permissions import requires
from api.http.computing.processes import Computing
from api.http.responses import documents, json_response
from api.operation import CurrentCaller, Db, Operation, calls_outside
from api.search.correction import correct
from api.search.queries import find_hits, read_words
from api.search.schemas import SearchRequest, SearchResults
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", tags=["search"], route_class=Operation)


@router.get("/search", summary="Search everything", responses=documents(SearchResults))
@requires(Role.VIEWER)
@calls_outside
async def search_everything(
    request: Request, db: Db, caller: CurrentCaller, search: Annotated[SearchRequest, Query()]
) -> Response:
    """Finds by words, by the beginning of a name, or by an id; where nothing is found, by similar words.

    Members are found by whoever may list them.
    """
    sees_members = caller.role >= Role.ADMIN
    hits = await find_hits(db, search.q, search.limit, sees_members=sees_members)
    corrected = None
    if not hits:
        computing: Computing = request.app.state.computing
        corrected = await computing.run(db.workspace_id, correct, search.q, await read_words(db))
    if corrected is not None:
        hits = await find_hits(db, corrected, search.limit, sees_members=sees_members)
    return json_response({"data": hits, "corrected": corrected if hits else None})

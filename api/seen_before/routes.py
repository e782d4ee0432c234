"""Have I seen this before: which patterns a failure may repeat, what fixed them, and whether that held."""

from fastapi import APIRouter, Request, Response

from api.access.permissions import requires
from api.http.bounds import RECORD, takes
from api.http.responses import documents, json_response
from api.operation import Db, Operation, reads_by_post
from api.seen_before.answering import answer, ask
from api.seen_before.schemas import SeenBefore, SeenBeforeRequest
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", tags=["patterns"], route_class=Operation)


@router.post("/seen-before", summary="Ask whether a failure was seen before", responses=documents(SeenBefore))
@requires(Role.VIEWER)
@takes(RECORD)
@reads_by_post
async def ask_seen_before(request: Request, db: Db, query: SeenBeforeRequest) -> Response:
    """At most five patterns (or earlier issues that are in none) with the probability of the same cause.

    Each says why, where it differs, how earlier ones ended, which fixes were tried and whether they held,
    when it is expected next, and which ticket is open. That the failure is new is an answer with its own
    probability.
    Nothing is stored: report the failure with `POST /v1/issues` to keep it.
    """
    compared = await ask(db, request.app.state.computing, query, query.limit, request.app.state.encoder)
    return json_response(await answer(db, compared, query))

"""The identity of a failure, and the one claim that somebody works on it."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.access.permissions import requires
from api.auth.authorize import check_feature
from api.auth.queries import audit
from api.connectors.pushing import check_takes_tickets
from api.http.bounds import RECORD, takes
from api.http.errors import not_found
from api.http.responses import documents, json_response
from api.operation import CurrentCaller, Db, Operation, calls_outside, reads_by_post
from api.recommendations.queries import queue_ticket
from api.seen_before.identities import queries as claims
from api.seen_before.identities.identifying import Identified, describe, identify
from api.seen_before.identities.queries import NewClaim
from api.seen_before.identities.schemas import ClaimedIdentity, ClaimRequest, Identity
from api.seen_before.schemas import Failure
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", tags=["patterns"], route_class=Operation)


@router.post("/identify", summary="Identify a failure", responses=documents(Identity))
@requires(Role.VIEWER)
@takes(RECORD)
@reads_by_post
async def identify_failure(request: Request, db: Db, failure: Failure) -> Response:
    """The stable identity of a failure, and who already works on it.

    The same failure has the same identity, whoever asks and whenever. Nothing is stored.
    """
    identified = await identify(db, request.app.state.computing, failure)
    return json_response(await describe(db, identified))


@router.post("/claims", summary="Claim a failure", responses=documents(ClaimedIdentity))
@requires(Role.ANALYST)
@takes(RECORD)
@calls_outside
async def claim_failure(request: Request, db: Db, caller: CurrentCaller, failure: ClaimRequest) -> Response:
    """Records who works on a failure. There is one claim and one ticket, however often this is called.

    A claim with a later `occurred_at` counts as a recurrence, and the ticket says so.
    """
    if failure.connector_id is not None:
        check_feature(caller, "tickets")
    identified = await identify(db, request.app.state.computing, failure)
    async with db.writing():
        claim_id, is_new = await claims.claim_failure(
            db, _build_claim(identified, failure, caller.actor), identified.aliases
        )
        if failure.connector_id is not None:
            await check_takes_tickets(db, failure.connector_id)
            before = await describe(db, identified)
            if not before["tickets"] and not (before["claim"] or {}).get("ticket_url"):
                await queue_ticket(db, claim_id, failure.connector_id, caller.actor)
        await audit.record(db, caller.actor, "claim_failure", f"claim:{claim_id}", is_new=is_new)
    return json_response({**await describe(db, identified), "is_new_claim": is_new})


@router.post("/claims/{claim_id}/release", summary="Release a claim", status_code=204)
@requires(Role.ANALYST)
async def release_claim(db: Db, claim_id: UUID) -> Response:
    """Records that nobody works on the failure any longer; who claims it next has it."""
    if await claims.release_claim(db, claim_id) is None:
        raise not_found("claim")
    return Response(status_code=204)


def _build_claim(identified: Identified, failure: ClaimRequest, actor: str) -> NewClaim:
    read = identified.comparison.failure
    return NewClaim(
        identified.identity,
        read.titles[0],
        read.fields.get("service"),
        UUID(identified.pattern_id) if identified.pattern_id else None,
        failure.note,
        failure.ticket_url,
        actor,
        failure.occurred_at or datetime.now(UTC),
    )

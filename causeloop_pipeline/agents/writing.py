"""The tools that write: listed only where the caller's role may, and never mixed with reading ones."""

from collections.abc import Mapping
from typing import Any

from causeloop_pipeline.agents.product_api import ProductApi, ProductError
from causeloop_pipeline.agents.reading import select_failure, tell_identity, tell_proofs
from causeloop_pipeline.agents.wording import drop_empty, quote


async def claim_fix(api: ProductApi, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Record that a fix is in place."""
    path = f"/v1/recommendations/{arguments['recommendation_id']}"
    changes = {"fixed_at": arguments.get("fixed_at"), "note": arguments.get("note")}
    return tell_proofs(await api.patch(path, status="implemented", **changes))


async def correct(api: ProductApi, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Link an issue to a pattern, or unlink it."""
    act = "link-pattern" if arguments["same"] else "unlink-pattern"
    body = {"pattern_id": arguments["pattern_id"], "reason": arguments.get("reason")}
    recorded = await api.post(f"/v1/issues/{arguments['issue_id']}/{act}", **body)
    return drop_empty({"recorded": act, "correction_id": recorded.get("correction_id") or recorded.get("id")})


async def file_ticket(api: ProductApi, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Open the one ticket of a failure or of a recommendation."""
    connector_id, recommendation_id = arguments.get("connector_id"), arguments.get("recommendation_id")
    if recommendation_id is None:
        further = {name: arguments.get(name) for name in ("connector_id", "ticket_url", "note")}
        return tell_identity(await api.post("/v1/claims", **select_failure(arguments), **further))
    if connector_id is None:
        raise ProductError(422, "invalid_request", "name the tracker by `connector_id`")
    ticket = await api.post(f"/v1/recommendations/{recommendation_id}/push", connector_id=connector_id)
    return drop_empty(
        {
            "recommendation_id": recommendation_id,
            "status": ticket["status"],
            "id": quote(ticket["external_id"], 60),
            "url": quote(ticket["external_url"]),
        }
    )

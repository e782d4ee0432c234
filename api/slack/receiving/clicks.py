"""Buttons of cards: each is a request to the API as the person who clicked, under their role."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from causeloop_pipeline.agents.product_api import ProductApi, ProductError
from causeloop_pipeline.model.recommendation import RecommendationStatus
from causeloop_pipeline.outbound.slack.card import FIXED, NOT_SAME, SAME, SNOOZE, SNOOZE_DAYS

UUID_TEXT = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
VALUE = re.compile(rf"({UUID_TEXT})(?::({UUID_TEXT}|\d{{1,3}}))?")
CLAIMABLE = {RecommendationStatus.PENDING, RecommendationStatus.IN_PROGRESS}
NOTE = "Fixed, as claimed in Slack."
NEXT_RUN = "It counts from the next computation on, and can be taken back in Causeloop."


@dataclass(frozen=True)
class Click:
    """A button of a card, or an option of its menu, with what it names."""

    action_id: str
    pattern_id: UUID
    further: str | None


def read_click(payload: Mapping[str, Any]) -> Click | None:
    """What was clicked; None where it only opens a page, or is of no card of ours."""
    actions = payload.get("actions") if payload.get("type") == "block_actions" else None
    action = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    option = action.get("selected_option")
    value = option.get("value") if isinstance(option, dict) else action.get("value")
    match = VALUE.fullmatch(value) if isinstance(value, str) else None
    if match is None or action.get("action_id") not in ACTS:
        return None
    return Click(action["action_id"], UUID(match[1]), match[2])


async def act(api: ProductApi, click: Click) -> str:
    """Record what a click means; returns what to tell the person."""
    return await ACTS[click.action_id](api, click)


async def _link(api: ProductApi, click: Click) -> str:
    await api.post(f"/v1/issues/{click.further}/link-pattern", pattern_id=str(click.pattern_id))
    return f"Recorded: the latest one has the same cause. {NEXT_RUN}"


async def _unlink(api: ProductApi, click: Click) -> str:
    await api.post(f"/v1/issues/{click.further}/unlink-pattern", pattern_id=str(click.pattern_id))
    return f"Recorded: the latest one has another cause. {NEXT_RUN}"


async def _claim_fix(api: ProductApi, click: Click) -> str:
    """Claim the fix of the pattern's first open recommendation; without one, as a closure note."""
    listed = await api.get("/v1/recommendations", pattern_id=str(click.pattern_id), sort="rank", limit=20)
    claimable = [row["id"] for row in listed["data"] if row["status"] in CLAIMABLE]
    if claimable:
        path = f"/v1/recommendations/{claimable[0]}"
        await api.patch(path, status=RecommendationStatus.IMPLEMENTED.value, note=NOTE)
    else:
        await api.post(f"/v1/patterns/{click.pattern_id}/closure-note", note=NOTE)
    return "Recorded: a fix is in place since now. Its proof has begun, and the card tells what comes of it."


async def _snooze(api: ProductApi, click: Click) -> str:
    days = int(click.further or 0)
    if days not in SNOOZE_DAYS:
        raise ProductError(422, "invalid_request", "it cannot be snoozed by this many days")
    until = datetime.now(UTC) + timedelta(days=days)
    await api.patch(f"/v1/patterns/{click.pattern_id}", snoozed_until=until.isoformat())
    return f"Snoozed {SNOOZE_DAYS[days]}: it does not come back into the channel until then."


ACTS: Mapping[str, Callable[[ProductApi, Click], Awaitable[str]]] = {
    SAME: _link,
    NOT_SAME: _unlink,
    FIXED: _claim_fix,
    SNOOZE: _snooze,
}

"""Alert rules: when a probability is worth a message, and to whom."""

import uuid
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.http.errors import not_found
from api.http.pagination import read_page
from api.http.responses import Page, gives, json_answer
from api.operation import CurrentCaller, Db, Operation, require_feature
from api.queries.act import alert_rules
from api.queries.tenancy import audit, onboarding
from api.resources import alert_channels
from api.schemas.act.alert_rules import (
    AlertRule,
    AlertRuleChange,
    AlertRuleFilters,
    CreatedAlertRule,
    NewAlertRule,
    Snooze,
)

router = APIRouter(prefix="/v1/alert-rules", tags=["alerts"], route_class=Operation)


@router.get("", responses=gives(Page[AlertRule]))
async def list_alert_rules(db: Db, filters: Annotated[AlertRuleFilters, Query()]) -> Response:
    """The workspace's alert rules."""
    return await read_page(db, alert_rules.ALERT_RULES, filters)


@router.get("/{rule_id}", responses=gives(AlertRule))
async def read_alert_rule(db: Db, rule_id: UUID) -> Response:
    """One alert rule."""
    return json_answer(await _shown(db, rule_id))


@router.post("", status_code=201, responses=gives(CreatedAlertRule, 201, "Made"))
async def create_alert_rule(db: Db, caller: CurrentCaller, new: NewAlertRule) -> Response:
    """Make a rule; the signing secrets of its webhooks are shown this once."""
    require_feature(caller, "alerts")
    rule_id = uuid.uuid4()
    channels, once = alert_channels.columns(new.channels, caller.workspace_id, rule_id)
    scope = new.scope.model_dump(mode="json", exclude_none=True)
    row = {**new.model_dump(), **channels, "scope": scope, "created_by": caller.actor}
    await alert_rules.create_rule(db, rule_id, row)
    await onboarding.complete(db, "create_alert_rule")
    await audit.record(db, caller.actor, "alert_rule.created", f"alert_rule:{rule_id}")
    answer = {**await _shown(db, rule_id), "webhook_secrets": once}
    return json_answer(answer, 201, {"Location": f"/v1/alert-rules/{rule_id}"})


@router.patch("/{rule_id}", responses=gives(CreatedAlertRule))
async def update_alert_rule(
    db: Db, caller: CurrentCaller, rule_id: UUID, change: AlertRuleChange
) -> Response:
    """Change a rule; new webhook channels get new signing secrets."""
    row: dict[str, Any] = change.model_dump(exclude={"channels", "scope"})
    once: dict[str, str] = {}
    if change.scope is not None:
        row["scope"] = change.scope.model_dump(mode="json", exclude_none=True)
    if change.channels is not None:
        channels, once = alert_channels.columns(change.channels, caller.workspace_id, rule_id)
        row |= channels
    if not await alert_rules.change_rule(db, rule_id, row):
        raise not_found("alert rule")
    await audit.record(db, caller.actor, "alert_rule.updated", f"alert_rule:{rule_id}")
    return json_answer({**await _shown(db, rule_id), "webhook_secrets": once})


@router.post("/{rule_id}/snooze", responses=gives(AlertRule))
async def snooze_alert_rule(db: Db, rule_id: UUID, snooze: Snooze) -> Response:
    """Silence a rule for a while; a crossing meanwhile is told when the snooze ends."""
    if not await alert_rules.snooze_rule(db, rule_id, snooze.until):
        raise not_found("alert rule")
    return json_answer(await _shown(db, rule_id))


@router.delete("/{rule_id}", status_code=204, responses={204: {"description": "Gone"}})
async def delete_alert_rule(db: Db, caller: CurrentCaller, rule_id: UUID) -> Response:
    """Forget a rule."""
    if not await alert_rules.delete_rule(db, rule_id):
        raise not_found("alert rule")
    await audit.record(db, caller.actor, "alert_rule.deleted", f"alert_rule:{rule_id}")
    return Response(status_code=204)


async def _shown(db: Db, rule_id: UUID) -> dict[str, Any]:
    rule = await alert_rules.read_rule(db, rule_id)
    if rule is None:
        raise not_found("alert rule")
    return rule

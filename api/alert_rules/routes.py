"""Alert rules: when a recurrence probability raises an alert, and which channels receive it."""

import uuid
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.alert_rules import channels as alert_channels
from api.alert_rules import queries as alert_rules
from api.alert_rules.recipients import confirmation as alert_recipients
from api.alert_rules.schemas import (
    AlertRule,
    AlertRuleChange,
    AlertRuleFilters,
    CreatedAlertRule,
    NewAlertRule,
    Scope,
    SentTest,
    Snooze,
)
from api.auth.authorize import check_feature
from api.auth.queries import audit
from api.http.errors import Problem, broken_rule, not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response
from api.listing.page import read_page, returns_page_of
from api.onboarding import queries as onboarding
from api.operation import CurrentCaller, Db, Operation
from api.patterns import queries as patterns
from causeloop_pipeline.model.plans import PLANS
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.settings import settings

router = APIRouter(prefix="/v1/alert-rules", tags=["alerts"], route_class=Operation)


@router.get("", summary="List alert rules", responses=documents(Page[AlertRule]))
@requires(Role.ANALYST)
@returns_page_of(alert_rules.ALERT_RULES)
async def list_alert_rules(
    db: Db, filters: Annotated[AlertRuleFilters, build_filter_dependency(AlertRuleFilters)]
) -> Response:
    """The alert rules of the workspace, by name unless sorted otherwise."""
    return await read_page(db, alert_rules.ALERT_RULES, filters)


@router.get("/{rule_id}", summary="Get an alert rule", responses=documents(AlertRule))
@requires(Role.ANALYST)
async def read_alert_rule(db: Db, rule_id: UUID) -> Response:
    """An alert rule, without the secrets of its channels."""
    return json_response(await _read_rule(db, rule_id))


@router.post(
    "", summary="Create an alert rule", status_code=201, responses=documents(CreatedAlertRule, 201, "Created")
)
@requires(Role.ADMIN)
async def create_alert_rule(db: Db, caller: CurrentCaller, new: NewAlertRule) -> Response:
    """Returns the signing secrets of the rule's webhooks, which are shown only once.

    An e-mail address that is not a member's gets alerts once its owner has confirmed it by a link.
    """
    check_feature(caller, "alerts")
    await _check_number(db, caller)
    await _check_scope(db, new.scope)
    rule_id = uuid.uuid4()
    channels, signing_secrets = alert_channels.build_columns(new.channels, caller.workspace_id, rule_id)
    scope = new.scope.model_dump(mode="json", exclude_none=True)
    row = {**new.model_dump(), **channels, "scope": scope, "created_by": caller.actor}
    await alert_rules.create_rule(db, rule_id, row)
    await onboarding.complete_step(db, "create_alert_rule")
    await audit.record(db, caller.actor, "alert_rule.created", f"alert_rule:{rule_id}")
    task = await alert_recipients.ask_recipients(db, new.channels)
    rule = {**await _read_rule(db, rule_id), "webhook_secrets": signing_secrets}
    response = json_response(rule, 201, {"Location": f"/v1/alert-rules/{rule_id}"})
    response.background = task
    return response


@router.patch("/{rule_id}", summary="Update an alert rule", responses=documents(CreatedAlertRule))
@requires(Role.ADMIN)
async def update_alert_rule(
    db: Db, caller: CurrentCaller, rule_id: UUID, change: AlertRuleChange
) -> Response:
    """Changes the fields that the body names. New webhook channels get new signing secrets."""
    check_feature(caller, "alerts")
    await _check_scope(db, change.scope)
    row: dict[str, Any] = change.model_dump(exclude={"channels", "scope"})
    signing_secrets: dict[str, str] = {}
    if change.scope is not None:
        row["scope"] = change.scope.model_dump(mode="json", exclude_none=True)
    if change.channels is not None:
        channels, signing_secrets = alert_channels.build_columns(
            change.channels, caller.workspace_id, rule_id
        )
        row |= channels
    if not await alert_rules.update_rule(db, rule_id, row):
        raise not_found("alert rule")
    task = await alert_recipients.ask_recipients(db, change.channels or [])
    await audit.record(db, caller.actor, "alert_rule.updated", f"alert_rule:{rule_id}")
    response = json_response({**await _read_rule(db, rule_id), "webhook_secrets": signing_secrets})
    response.background = task
    return response


@router.post("/{rule_id}/snooze", summary="Snooze an alert rule", responses=documents(AlertRule))
@requires(Role.ADMIN)
async def snooze_alert_rule(db: Db, caller: CurrentCaller, rule_id: UUID, snooze: Snooze) -> Response:
    """Silences a rule until a given time. An alert raised in the meantime is sent when the snooze ends."""
    check_feature(caller, "alerts")
    if not await alert_rules.snooze_rule(db, rule_id, snooze.until):
        raise not_found("alert rule")
    return json_response(await _read_rule(db, rule_id))


@router.post(
    "/{rule_id}/test",
    summary="Test an alert rule",
    status_code=202,
    responses=documents(SentTest, 202, "On their way"),
)
@requires(Role.ADMIN)
async def test_alert_rule(db: Db, caller: CurrentCaller, rule_id: UUID) -> Response:
    """Sends a message, marked as a test, to every channel of a rule. A snooze does not stop it."""
    check_feature(caller, "alerts")
    channels = await alert_rules.send_test(db, rule_id, uuid.uuid4(), settings().public_url)
    if not channels:
        raise not_found("alert rule")
    await audit.record(db, caller.actor, "alert_rule.tested", f"alert_rule:{rule_id}", channels=channels)
    return json_response({"channels": channels}, 202)


@router.delete(
    "/{rule_id}",
    summary="Delete an alert rule",
    status_code=204,
    responses={204: {"description": "Deleted"}},
)
@requires(Role.ADMIN)
async def delete_alert_rule(db: Db, caller: CurrentCaller, rule_id: UUID) -> Response:
    """Deletes a rule and the secrets of its channels."""
    if not await alert_rules.delete_rule(db, rule_id):
        raise not_found("alert rule")
    await audit.record(db, caller.actor, "alert_rule.deleted", f"alert_rule:{rule_id}")
    return Response(status_code=204)


async def _check_number(db: Db, caller: CurrentCaller) -> None:
    """403 where the plan does not include another alert rule; concurrent creations wait for one another."""
    limit = PLANS[caller.plan].alert_rules
    if await alert_rules.lock_and_count_rules(db) >= limit:
        raise Problem(
            403,
            "plan_limit_reached",
            f"the {caller.plan} plan includes {limit} alert rules: upgrade the plan or delete a rule",
        )


async def _check_scope(db: Db, scope: Scope | None) -> None:
    """422 where a rule is limited to a pattern that the workspace does not have."""
    if scope and scope.pattern_id and not await patterns.has_pattern(db, scope.pattern_id):
        raise broken_rule("no_such_pattern", "this workspace has no such pattern", "/scope/pattern_id")


async def _read_rule(db: Db, rule_id: UUID) -> dict[str, Any]:
    rule = await alert_rules.read_rule(db, rule_id)
    if rule is None:
        raise not_found("alert rule")
    return rule

"""Trend Vision One workbench alerts: polled by their last change."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Element, Every, Has, Some
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

REGIONS = ("us", "eu", "jp", "sg", "au", "in", "mea")
HOST = Element("impactScope.entities", key="entityType", equals="host", take="entityValue.name")

ALERT = IssueMapping(
    name="workbench alert",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Some((Has("model"), Has("workbenchLink"))))),
    title=("model", "description"),
    body="description",
    severity="severity",
    # "Closed" comes with what was found, which is the finer word.
    status=("status", "investigationStatus"),
    service=(HOST, "impactScope.entities.0.entityValue.name", "impactScope.entities.0.entityId"),
    team=("caseOwner", "ownerIds.0"),
    error_type=(
        "matchedRules.0.matchedFilters.0.mitreTechniqueIds.0",
        "matchedRules.0.name",
        "alertProvider",
    ),
    external_url="workbenchLink",
    source_created_at="createdDateTime",
    resolved_at="updatedDateTime",
    attributes={
        "score": "score",
        "investigation": ("investigationResult", "investigationStatus"),
        "provider": "alertProvider",
        "incident": "incidentId",
    },
)
FORMER_ALERT = IssueMapping(
    name="workbench alert of API version 2",
    identifies=Identifies.EVENT,
    when=Every((Has("workbenchId"), Has("workbenchName"))),
    title="workbenchName",
    body="description",
    severity="severity",
    status=("investigationStatus", "status"),
    service=(
        Element("impactScope", key="entityType", equals="host", take="entityValue.name"),
        "impactScope.0.entityId",
    ),
    external_url="workbenchLink",
    source_created_at=("workbenchCompleteTimestamp", "createdTime"),
    resolved_at="updatedTime",
)

ALERT_SCHEMA = spec.RecordSchema(updated_at=("updatedDateTime", "createdDateTime"))

CONNECTOR = spec.Connector(
    name="trend_vision_one",
    title="Trend Vision One",
    category=spec.Category.SECURITY,
    docs_url="https://automation.trendmicro.com/xdr/api-v3#tag/Workbench",
    plan="growth",
    base_url="https://api.{region}.xdr.trendmicro.com",
    credentials=(
        spec.Field("token", "API key", help="With the permission Workbench: View, filter and search."),
    ),
    config=(spec.Field("region", "Region", default="us", choices=REGIONS),),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/v3.0/workbench/alerts",
            params=(("dateTimeTarget", "updatedDateTime"), ("orderBy", "updatedDateTime asc")),
            records="items",
            pages=spec.NextUrlPages(url="nextLink"),
            schema=ALERT_SCHEMA,
            since=spec.Since(field="updatedDateTime", param="startDateTime", ascending=True),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="workbenchName"),
                schema=spec.RecordSchema(
                    key="workbenchId", updated_at=("updatedTime", "workbenchCompleteTimestamp")
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="workbenchLink"), schema=ALERT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="model"), schema=ALERT_SCHEMA),
        ),
        setup="Administration › Notifications › Workbench alert: webhook with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(ALERT, FORMER_ALERT),
)

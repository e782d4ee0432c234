"""ThousandEyes alerts, listed by window and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Is,
    Literal,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

PUSHED = IssueMapping(
    name="notification",
    identifies=Identifies.EVENT,
    when=Every((Some((Has("alertId"), Has("ruleName"))), Has("event_type"))),
    title=(Text("{ruleName}: {testName}"), Text("{ruleName}: {hostname}"), "ruleName"),
    body=("ruleExpression", "metricsAtStart"),
    severity="severity",
    status=Choose(Is("event_type", ("ALERT_NOTIFICATION_CLEAR", "2")), Literal("clear"), Literal("trigger")),
    service=("testName", "hostname", "agentName"),
    error_type="type",
    team="testTargetsDescription.0",
    environment="agentName",
    external_url=("permalink", "apiLinks.0.href"),
    source_created_at=("dateStart",),
    resolved_at=("dateEnd", "dateStart"),
    attributes={"rule": "ruleName", "agent": "agentName", "type": "type"},
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every(
        (Some((Has("alertId"), Has("id"))), Some((Has("startDate"), Has("dateStart"), Has("ruleName"))))
    ),
    title=("ruleName", Text("{alertType} {alertState}"), Text("Alert {alertId}")),
    body="ruleExpression",
    severity=("severity", "alertSeverity"),
    status=(
        "alertState",
        "state",
        Choose(Is("active", ("1", "true")), Literal("trigger")),
        Choose(Is("active", ("0", "false")), Literal("clear")),
    ),
    service=("testName", "alertRuleId", "hostname"),
    error_type=("alertType", "type"),
    external_url=(
        "permalink",
        "links.appLink.href",
        "_links.appLink.href",
        Text("https://app.thousandeyes.com/alerts/list/?alertId={alertId}"),
    ),
    source_created_at=("startDate", "dateStart"),
    resolved_at=("endDate", "dateEnd"),
    attributes={"suppressed": "suppressed", "violations": "violationCount"},
)
PUSHED_SCHEMA = spec.RecordSchema(key="alertId", updated_at=("dateEnd", "dateStart"))

CONNECTOR = spec.Connector(
    name="thousandeyes",
    title="ThousandEyes",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://developer.cisco.com/docs/thousandeyes/list-alerts/",
    plan="growth",
    base_url="https://api.thousandeyes.com",
    site=(),
    credentials=(spec.Field("token", "OAuth bearer token"),),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/v7/alerts",
            records="alerts",
            pages=spec.NextUrlPages(url="_links.next.href", size=1000, size_param="max"),
            schema=spec.RecordSchema(key="id", updated_at=("endDate", "startDate"), kind="alert"),
            since=spec.Since(field="startDate", param="startDate", until_param="endDate"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.BasicSecret()),
        delivery_path="eventId",
        events=(
            spec.WebhookEvent(record="alert", schema=PUSHED_SCHEMA, add=(("event_type", "eventType"),)),
            spec.WebhookEvent(record="agentAlert", schema=PUSHED_SCHEMA, add=(("event_type", "eventType"),)),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alertId"),
                schema=spec.RecordSchema(key="alertId", updated_at=("dateEnd", "dateStart"), kind="alert"),
            ),
        ),
        setup="Alerts › Rules › Notifications › Webhooks, with the header X-Causeloop-Token.",
    ),
    issues=(PUSHED, ALERT),
)

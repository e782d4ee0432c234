"""AppOmni alerts on SaaS applications, as its log stream sends them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("appomni.event.id"), Some((Has("rule.name"), Has("message"))))),
    title=("rule.name", "message"),
    body="message",
    severity=Text("level {event.severity}"),
    status=("appomni.alert.status", "appomni.status"),
    service=(
        "appomni.service.name",
        "related.services.name.0",
        "related.services.type.0",
        "appomni.service.type",
    ),
    environment="appomni.alert.channel",
    error_type=("rule.threat.technique.id.0", "rule.threat.technique.name.0", "rule.name"),
    external_url=("rule.reference", "event.url"),
    source_created_at=("@timestamp", "timestamp", "event.created"),
    attributes={
        "tactic": "rule.threat.tactic.name.0",
        "rule": "rule.uuid",
        "users": "related.user",
        "organization": "appomni.organization.id",
    },
)


def is_alert(event: spec.Record) -> bool:
    """Whether a record of the stream is an alert; normalized audit logs of the applications are left out."""
    return (event.get("event") or {}).get("kind") in {"alert", None} and bool(event.get("rule"))


CONNECTOR = spec.Connector(
    name="appomni",
    title="AppOmni",
    category=spec.Category.SECURITY,
    docs_url="https://docs.appomni.com/",
    plan="growth",
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="appomni.event.id"),
                schema=spec.RecordSchema(
                    key="appomni.event.id", updated_at=("timestamp",), kind="alert", keep=is_alert
                ),
            ),
        ),
        setup="Threat detection › Log destinations › Webhook: header x-causeloop-token with the secret.",
    ),
    issues=(ALERT,),
)

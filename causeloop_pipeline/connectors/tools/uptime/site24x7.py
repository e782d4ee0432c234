"""Site24x7 alerts, pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Instant, Text, TimeFormat
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.CONDITION,
    when=Every((Has("MONITORNAME"), Has("STATUS"))),
    title=Text("{MONITORNAME} is {STATUS}"),
    body=("INCIDENT_REASON", "REASON"),
    severity="STATUS",
    status="STATUS",
    service="MONITORNAME",
    error_type=("INCIDENT_REASON", "MONITORTYPE"),
    team=("MONITOR_GROUPNAME", "GROUP_TAGS"),
    external_url=("MONITOR_DASHBOARD_LINK", "RCA_LINK", "MONITORURL"),
    source_created_at=(
        "INCIDENT_TIME_ISO",
        Instant("OUTAGE_TIME_UNIX_FORMAT", TimeFormat.EPOCH_MILLISECONDS),
    ),
    firing_start=FiringStart.CHANGED,
    resolved_at=("INCIDENT_TIME_ISO",),
    attributes={
        "type": "MONITORTYPE",
        "url": "MONITORURL",
        "report": "RCA_LINK",
        "locations": "FAILED_LOCATIONS",
    },
)

CONNECTOR = spec.Connector(
    name="site24x7",
    title="Site24x7",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://www.site24x7.com/help/admin/third-party-integrations/webhooks.html",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="MONITOR_ID"),
                schema=spec.RecordSchema(key="MONITOR_ID", updated_at=("INCIDENT_TIME_ISO",)),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="MONITORNAME"),
                schema=spec.RecordSchema(key="MONITORNAME", updated_at=("INCIDENT_TIME_ISO",)),
            ),
        ),
        setup="Admin › Third-party integrations › Webhooks: POST as JSON, all incident parameters.",
    ),
    issues=(ALERT,),
)

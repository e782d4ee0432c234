"""VMware Carbon Black Cloud alerts: polled by their last change, or as the data forwarder writes them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Band, Every, Has, Instant, Some, TimeFormat
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

SEVERITY_BANDS = ((8, "critical"), (6, "high"), (4, "medium"), (0, "low"))

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("severity"), Some((Has("reason"), Has("reason_code"), Has("workflow"))))),
    title=("reason", "watchlists.0.name", "report_name", "reason_code", "type"),
    body=("report_description", "process_cmdline", "threat_cause_actor_name"),
    severity=Band("severity", SEVERITY_BANDS),
    status=("workflow.status", "workflow.state"),
    service=("device_name", "k8s_workload_name"),
    team="device_policy",
    error_type=("attack_technique", "attack_tactic", "threat_cause_vector", "reason_code", "type"),
    external_url="alert_url",
    source_created_at=("detection_timestamp", "backend_timestamp", "create_time", "first_event_timestamp"),
    resolved_at=("workflow.change_timestamp", "workflow.last_update_time", "backend_update_timestamp"),
    attributes={
        "type": "type",
        "determination": "determination.value",
        "process": "process_name",
        "threat": "threat_id",
        "techniques": "ttps",
    },
)
NOTIFICATION = IssueMapping(
    name="notification",
    identifies=Identifies.EVENT,
    when=Every((Has("ruleName"), Some((Has("threatInfo"), Has("policyAction"), Has("threatHunterInfo"))))),
    title=("threatInfo.summary", "threatHunterInfo.reportName", "policyAction.reputation", "ruleName"),
    body="eventDescription",
    severity=Band(("threatInfo.score", "threatHunterInfo.score"), SEVERITY_BANDS),
    service="deviceInfo.deviceName",
    team="deviceInfo.groupName",
    error_type=("threatInfo.threatCause.reason", "type"),
    external_url="url",
    source_created_at=Instant("eventTime", TimeFormat.EPOCH_MILLISECONDS),
)

ALERT_SCHEMA = spec.RecordSchema(
    updated_at=("backend_update_timestamp", "last_update_time", "backend_timestamp", "create_time")
)

CONNECTOR = spec.Connector(
    name="carbon_black",
    title="Carbon Black Cloud",
    category=spec.Category.SECURITY,
    docs_url="https://developer.carbonblack.com/reference/carbon-black-cloud/platform/latest/alerts-api/",
    plan="growth",
    base_url="https://{host}",
    site=("org",),
    credentials=(
        spec.Field("api_id", "API ID"),
        spec.Field("api_secret", "API secret key", help="Of an access level with org.alerts READ."),
    ),
    config=(
        spec.Field("host", "Host", help="defense.conferdeploy.net", pattern=spec.HOST),
        spec.Field("org", "Organization key", pattern=r"[A-Z0-9]+"),
    ),
    auth=spec.Headers((("X-Auth-Token", "{api_secret}/{api_id}"),)),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/api/alerts/v7/orgs/{org}/alerts/_search",
            method="POST",
            records="results",
            pages=spec.OffsetPages(size=1000, size_param="rows", offset_param="start"),
            schema=ALERT_SCHEMA,
            since=spec.Since(
                field="backend_update_timestamp",
                param="query",
                template="backend_update_timestamp:[{since} TO *]",
                cap=10_000,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="notifications",
                schema=spec.RecordSchema(
                    key="eventId",
                    updated_at=("eventTime",),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="notification",
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="ruleName"),
                schema=spec.RecordSchema(
                    key="eventId",
                    updated_at=("eventTime",),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="notification",
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="backend_timestamp"), schema=ALERT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="create_time"), schema=ALERT_SCHEMA),
        ),
        setup="Send the data forwarder's alert stream through a function that posts each line, with the "
        "header x-causeloop-token holding the secret.",
    ),
    issues=(ALERT, NOTIFICATION),
)

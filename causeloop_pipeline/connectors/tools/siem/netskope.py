"""Netskope alerts, by their endless export; and what administrators changed or were refused."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Kind,
    Literal,
    Not,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

KINDS = ("dlp", "malware", "policy", "uba", "compromisedcredential", "ctep", "malsite", "quarantine")
TIMES = (
    Instant(("timestamp", "_insertion_epoch_timestamp"), TimeFormat.EPOCH_SECONDS),
    "timestamp",
)
EDITS = (
    "created",
    "edited",
    "updated",
    "deleted",
    "added",
    "removed",
    "enabled",
    "disabled",
    "applied",
    "reset",
)

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("alert_name"), Some((Has("alert_type"), Has("alert"), Has("type"))))),
    title="alert_name",
    body=("dlp_rule", "malware_name", "policy", "activity"),
    severity=(
        "severity",
        "dlp_rule_severity",
        "malware_severity",
        "severity_level",
        Text("level {severity_level_id}"),
    ),
    status=Choose(Is("acked", ("true",)), Literal("acknowledged"), Literal("new")),
    service=("app", "appcategory", "site"),
    team="organization_unit",
    error_type=("alert_type", "category", "type"),
    external_url=("incident_url", "url"),
    source_created_at=TIMES,
    attributes={"user_name": "user", "policy": "policy", "action": "action", "activity": "activity"},
)
INCIDENT = IssueMapping(
    name="DLP incident",
    identifies=Identifies.EVENT,
    when=Every((Has("dlp_incident_id"), Has("status"), Not(Has("alert_name")))),
    title=Join(("dlp_match_info.0.dlp_policy", ("title", "object")), ": "),
    body="activity",
    severity="severity",
    status="status",
    service=("app", "site"),
    error_type=("dlp_match_info.0.dlp_rules.0.dlp_rule_name", "dlp_match_info.0.dlp_profile_name"),
    source_created_at=TIMES,
    attributes={"user_name": "user", "policy": "dlp_match_info.0.dlp_policy", "activity": "activity"},
)
REFUSED_ACTION = IssueMapping(
    name="refused administrator action",
    identifies=Identifies.EVENT,
    when=Every((Kind(("audit",)), Has("audit_log_event"))),
    title="audit_log_event",
    severity=Text("audit level {severity_level}"),
    status=Literal("failed"),
    service="type",
    error_type=("supporting_data.data_type", "type"),
    source_created_at=TIMES,
    attributes={"user_name": "user"},
)
EDIT = ChangeMapping(
    name="administrator action",
    when=Has("audit_log_event"),
    change_kind=Literal("config_change"),
    title="audit_log_event",
    service=("supporting_data.data_type", "type"),
    changed_at=TIMES,
)


def is_refused(event: spec.Record) -> bool:
    """Whether an audit event tells of a failure."""
    return "fail" in str(event.get("audit_log_event", "")).lower()


def is_edit(event: spec.Record) -> bool:
    """Whether an administrator changed something; calls of the API and sign-ins are left out."""
    return str(event.get("audit_log_event", "")).lower().startswith(EDITS)


ALERT_SCHEMA = spec.RecordSchema(key="_id", updated_at=(), kind="alert")
REFUSED_SCHEMA = spec.RecordSchema(key="audit/{_id}", updated_at=(), kind="audit", keep=is_refused)
EDIT_SCHEMA = spec.RecordSchema(key="change/{_id}", updated_at=(), kind="change", keep=is_edit)

CONNECTOR = spec.Connector(
    name="netskope",
    title="Netskope",
    category=spec.Category.SECURITY,
    docs_url="https://docs.netskope.com/en/using-the-rest-api-v2-dataexport-iterator-endpoints",
    plan="enterprise",
    base_url="https://{tenant}.goskope.com",
    credentials=(
        spec.Field("token", "REST API v2 token", help="With read access to the alert data export."),
    ),
    config=(spec.Field("tenant", "Tenant", help="acme for acme.goskope.com", pattern=spec.HOST_LABELS),),
    auth=spec.Headers((("Netskope-Api-Token", "{token}"),)),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/api/v2/events/datasearch/alert",
            records="result",
            pages=spec.OffsetPages(size=1000),
            schema=spec.RecordSchema(
                key="_id", updated_at=("timestamp",), times=spec.TimeFormat.EPOCH_SECONDS
            ),
            since=spec.Since(
                field="timestamp",
                param="starttime",
                until_param="endtime",
                format=spec.TimeFormat.EPOCH_SECONDS,
                cap=10_000,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="alert_name"), schema=ALERT_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="dlp_incident_id"),
                schema=spec.RecordSchema(
                    key="dlp/{dlp_incident_id}",
                    updated_at=("timestamp",),
                    times=spec.TimeFormat.EPOCH_SECONDS,
                    kind="incident",
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="audit_log_event"), schema=EDIT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="audit_log_event"), schema=REFUSED_SCHEMA),
            spec.WebhookEvent(record="audit", schema=REFUSED_SCHEMA),
            spec.WebhookEvent(record="audit", schema=EDIT_SCHEMA),
        ),
        setup="Cloud Exchange › a plug-in that posts each alert, with the header x-causeloop-token holding "
        "the secret.",
    ),
    issues=(ALERT, INCIDENT, REFUSED_ACTION),
    changes=(EDIT,),
)

"""Thinkst Canary incidents: polled by their last change, pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Literal,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

SECONDS = TimeFormat.EPOCH_SECONDS

INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Has("description.description"),
    title=("description.description", "summary"),
    body=Join(("summary", "description.src_host", "description.dst_host"), " · "),
    # Nobody touches a decoy by accident: every incident is an alarm.
    severity=Literal("incident"),
    status=Choose(
        Is("description.acknowledged", ("true",)), Literal("acknowledged"), Literal("unacknowledged")
    ),
    service="description.name",
    team="description.flock_name",
    error_type=("description.logtype", "description.description"),
    source_created_at=Instant("description.created", SECONDS),
    resolved_at=Instant("updated_time", SECONDS),
    attributes={
        "source_host": "description.src_host",
        "target_host": "description.dst_host",
        "node": "description.node_id",
        "events": "description.events_count",
    },
)
PUSHED_INCIDENT = IssueMapping(
    name="incident of the webhook",
    identifies=Identifies.EVENT,
    when=Some((Has("IncidentKey"), Has("IncidentHash"), Has("AlertType"))),
    title=("Description", "Intro", "AlertType"),
    body=("Intro", "Reminder"),
    severity=Literal("incident"),
    status=Literal("unacknowledged"),
    service=("CanaryName", "Memo", "CanaryIP"),
    team=("FlockName", "Flock"),
    error_type=("Description", "AlertType", "Triggered"),
    external_url=("IncidentUrl", "ConsoleUrl"),
    source_created_at=(Instant("Timestamp", TimeFormat.ZONE_NAME), "Timestamp"),
    attributes={"source_host": "SourceIP", "node": "CanaryID", "location": "CanaryLocation"},
)

TOKEN = IssueMapping(
    name="canarytoken",
    identifies=Identifies.EVENT,
    when=Every((Has("manage_url"), Has("channel"))),
    title=(Concat((Literal("Canarytoken triggered: "), "memo")), Text("Canarytoken triggered by {channel}")),
    severity=Literal("incident"),
    status=Literal("unacknowledged"),
    service=("memo", "token"),
    error_type=("token_type", "channel"),
    external_url="manage_url",
    source_created_at=(Instant("time", TimeFormat.ZONE_NAME), "time"),
    attributes={
        "source_host": ("src_ip", "additional_data.src_ip"),
        "channel": "channel",
        "user_agent": "additional_data.useragent",
    },
)
INCIDENT_SCHEMA = spec.RecordSchema(updated_at=("updated_time",), times=spec.TimeFormat.EPOCH_SECONDS)

CONNECTOR = spec.Connector(
    name="thinkst_canary",
    title="Thinkst Canary",
    category=spec.Category.SECURITY,
    docs_url="https://docs.canary.tools/incidents/queries.html",
    plan="growth",
    base_url="https://{domain}.canary.tools",
    credentials=(spec.Field("auth_token", "API auth token", help="A read-only token of the console."),),
    config=(spec.Field("domain", "Console", help="The part before .canary.tools", pattern=spec.HOST_LABEL),),
    auth=spec.Query((("auth_token", "{auth_token}"),)),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/api/v1/incidents/all",
            params=(("shrink", "true"),),
            records="incidents",
            pages=spec.TokenPages(next_path="cursor.next", param="cursor", size=500, size_param="limit"),
            schema=INCIDENT_SCHEMA,
            since=spec.Since(field="updated_time", param="newer_than", format="%Y-%m-%d-%H:%M:%S"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="IncidentKey"),
                schema=spec.RecordSchema(key="IncidentKey", updated_at=(), kind="event"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="IncidentHash"),
                schema=spec.RecordSchema(key="IncidentHash", updated_at=(), kind="event"),
            ),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="description.description"), schema=INCIDENT_SCHEMA
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="manage_url"),
                schema=spec.RecordSchema(key="{manage_url}/{time}", updated_at=(), kind="token"),
            ),
        ),
        setup="Console › Global settings › Webhooks › Generic, with the header x-causeloop-token holding the "
        "secret.",
    ),
    issues=(INCIDENT, PUSHED_INCIDENT, TOKEN),
)

"""Vectra detections and prioritized entities: polled by their last activity."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Choose,
    Concat,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

SCORE_BANDS = ((75, "critical"), (50, "high"), (25, "medium"), (0, "low"))

DETECTION = IssueMapping(
    name="detection",
    identifies=Identifies.EVENT,
    when=Every((Some((Has("detection_type"), Has("detection"))), Has("first_timestamp"))),
    title=("detection", "detection_type"),
    body=("summary.description", "description"),
    severity=Band(("threat", "t_score"), SCORE_BANDS),
    status="state",
    service=("src_host.name", "src_entity.name", "src_account.name", "src_linked_account.name", "src_ip"),
    team=("assigned_to", "groups.0.name"),
    environment=("sensor_name", "sensor"),
    error_type=("detection_type", "detection_category", "category"),
    external_url=("detection_url", "url"),
    source_created_at=("first_timestamp", "created_timestamp"),
    resolved_at="last_timestamp",
    attributes={
        "certainty": ("certainty", "c_score"),
        "category": ("detection_category", "category"),
        "ip": "src_ip",
        "tags": "tags",
    },
)
ENTITY = IssueMapping(
    name="entity",
    identifies=Identifies.CONDITION,
    when=Every((Has("name"), Some((Has("urgency_score"), Has("attack_rating"), Has("is_prioritized"))))),
    title=Concat((("attack_profile", Literal("Threat")), Literal(" on "), "name")),
    severity=(Band("urgency_score", SCORE_BANDS), "severity"),
    status="state",
    service="name",
    team="assigned_to",
    environment="sensors.0",
    error_type=("attack_profile", "type", "entity_type"),
    external_url="url",
    source_created_at=("last_detection_timestamp", "last_modified_timestamp"),
    firing_start=FiringStart.CHANGED,
    resolved_at="last_modified_timestamp",
)
EXPORTED_EVENT = IssueMapping(
    name="event of a detection",
    identifies=Identifies.EVENT,
    when=Every((Has("detection_id"), Has("event_timestamp"))),
    title=("d_type_vname", "detection_type"),
    severity=(Band(("threat", "urgency_score"), SCORE_BANDS), "severity"),
    status=Choose(Is("triaged", ("true",)), Literal("triaged"), Literal("active")),
    service=("src_entity.name", "entity_uid"),
    error_type=("detection_type", "category"),
    external_url=("detection_href", "url"),
    source_created_at="event_timestamp",
)

SYSLOG_EVENT = IssueMapping(
    name="syslog event of a detection, as JSON",
    identifies=Identifies.EVENT,
    when=Every((Has("detection_id"), Has("vectra_timestamp"))),
    title=("d_type_vname", "d_type"),
    body="reason",
    severity=Band("threat", SCORE_BANDS),
    status=Choose(Is("triaged", ("true",)), Literal("triaged"), Literal("active")),
    service=("host_name", "account_uid", "account_name"),
    error_type=("d_type", "category"),
    external_url="href",
    source_created_at=Instant("vectra_timestamp", TimeFormat.EPOCH_SECONDS),
    attributes={"certainty": "certainty", "category": "category"},
)

DETECTION_SCHEMA = spec.RecordSchema(updated_at=("last_timestamp", "created_timestamp"))
ENTITY_SCHEMA = spec.RecordSchema(
    key="entity/{id}", updated_at=("last_modified_timestamp", "last_detection_timestamp"), kind="entity"
)

CONNECTOR = spec.Connector(
    name="vectra",
    title="Vectra AI Platform",
    category=spec.Category.SECURITY,
    docs_url="https://support.vectra.ai/vectra/article/KB-VS-1673",
    plan="enterprise",
    base_url="https://{tenant}",
    credentials=(
        spec.Field("client_id", "Client ID", help="Manage › API clients, role Read-Only."),
        spec.Field("client_secret", "Client secret"),
    ),
    config=(spec.Field("tenant", "Tenant host", help="123456.cc1.portal.vectra.ai", pattern=spec.HOST),),
    auth=spec.OAuth2(token_url="/oauth2/token", client_in="header"),
    pulls=(
        spec.Pull(
            name="detections",
            path="/api/v3.4/detections",
            params=(("ordering", "last_timestamp"),),
            records="results",
            pages=spec.NextUrlPages(url="next", size=1000, size_param="page_size"),
            schema=DETECTION_SCHEMA,
            since=spec.Since(field="last_timestamp", param="last_timestamp_gte"),
        ),
        spec.Pull(
            name="entities",
            path="/api/v3.4/entities",
            params=(("is_prioritized", "true"), ("ordering", "last_modified_timestamp")),
            records="results",
            pages=spec.NextUrlPages(url="next", size=1000, size_param="page_size"),
            schema=ENTITY_SCHEMA,
            since=spec.Since(field="last_modified_timestamp", param="last_modified_timestamp_gte"),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="", when=spec.Condition(path="first_timestamp"), schema=DETECTION_SCHEMA
            ),
            spec.WebhookEvent(
                record="events",
                schema=spec.RecordSchema(key="detection_id", updated_at=("event_timestamp",), kind="event"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="event_timestamp"),
                schema=spec.RecordSchema(key="detection_id", updated_at=("event_timestamp",), kind="event"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="vectra_timestamp"),
                schema=spec.RecordSchema(
                    key="detection_id",
                    updated_at=("vectra_timestamp",),
                    times=spec.TimeFormat.EPOCH_SECONDS,
                    kind="syslog",
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="urgency_score"), schema=ENTITY_SCHEMA),
        ),
        setup="External connectors › Webhook, with the header x-causeloop-token holding the secret.",
    ),
    issues=(DETECTION, EXPORTED_EVENT, SYSLOG_EVENT, ENTITY),
)

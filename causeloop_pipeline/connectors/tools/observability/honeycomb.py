"""Honeycomb triggers, burn alerts and markers: listed for each dataset, pushed by webhook recipients."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Matches,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

STATE = Choose(Is("triggered", ("true",)), Literal("triggered"), Literal("ok"))

TRIGGER = IssueMapping(
    name="trigger",
    identifies=Identifies.CONDITION,
    when=Every((Has("triggered"), Has("name"))),
    title="name",
    body="description",
    severity=(Tag("tags", "severity|priority"), "recipients.0.details.pagerduty_severity"),
    status=STATE,
    service=("dataset_slug", Tag("tags", "service"), "dataset"),
    team=Tag("tags", "team|owner"),
    environment=("environment", Tag("tags", "environment|env")),
    error_type="alert_type",
    external_url=Text("https://ui.honeycomb.io/datasets/{dataset_slug}/triggers/{id}"),
    source_created_at=("updated_at", "created_at"),
    resolved_at="updated_at",
    attributes={"threshold": "threshold.value", "query": "query_id"},
)
BURN_ALERT = IssueMapping(
    name="burn alert",
    identifies=Identifies.CONDITION,
    when=Every((Has("triggered"), Has("slo"))),
    title=(Concat((("slo.name", Text("SLO {slo.id}")), Literal(": "), "alert_type")), "description"),
    body="description",
    status=STATE,
    service=("dataset_slug", "slo.name"),
    error_type="alert_type",
    source_created_at=("updated_at", "created_at"),
    resolved_at="updated_at",
    attributes={"slo": "slo.id", "exhaustion_minutes": "exhaustion_minutes"},
)
WEBHOOK = IssueMapping(
    name="webhook",
    identifies=Identifies.CONDITION,
    when=Every(
        (
            Some((Has("status"), Has("isTest"), Has("summary"))),
            Some(
                (
                    Has("result_url"),
                    Has("trigger_url"),
                    Has("trigger_id"),
                    Every((Has("id"), Some((Has("timestamp"), Has("alert"), Has("isTest"), Has("url"))))),
                )
            ),
        )
    ),
    title=("name", "trigger_name", "slo.name", "summary"),
    body=("summary", "trigger_description", "description"),
    severity=("severity", "alert.severity", "vars.severity"),
    status="status",
    service=(
        "dataset_slug",
        "dataset.slug",
        "dataset.name",
        "dataset",
        "vars.service",
        "slo.dataset",
        "result_groups_triggered.0.Group.service",
        r"result_groups_triggered.0.Group.service\.name",
    ),
    team="vars.team",
    environment=("environment.slug", "environment.name", "environment", "environment_slug"),
    error_type="alert.type",
    external_url=("result_url", "trigger_url", "slo.url", "url"),
    source_created_at=("timestamp", "alert.timestamp"),
    firing_start=FiringStart.CHANGED,
    resolved_at=("timestamp", "alert.timestamp"),
    attributes={"threshold": "threshold", "groups": "result_groups_triggered"},
)
MARKER = ChangeMapping(
    name="marker",
    when=Some((Has("message"), Every((Has("type"), Some((Has("start_time"), Has("color"))))))),
    # A marker's type is any text that its sender chose.
    change_kind=Choose(
        Matches("type", "deploy|rollout"),
        Literal("deploy"),
        Choose(
            Matches("type", "release"),
            Literal("release"),
            Choose(
                Matches("type", "flag"),
                Literal("feature_flag"),
                Choose(Matches("type", "config"), Literal("config_change")),
            ),
        ),
    ),
    title=("message", "type"),
    service="dataset_slug",
    external_url="url",
    changed_at=(Instant("start_time", TimeFormat.EPOCH_SECONDS), "created_at"),
)
DATASETS = spec.Parents(path="/1/datasets", records="", id="slug")


def poll_each_dataset(name: str, schema: spec.RecordSchema, field: str) -> spec.Pull:
    """A list of each dataset, which cannot be filtered."""
    return spec.Pull(
        name=name,
        path=f"/1/{name}/{{item}}",
        records="",
        pages=spec.OnePage(),
        schema=schema,
        since=spec.Since(field=field),
        parents=DATASETS,
        optional=True,
    )


CONNECTOR = spec.Connector(
    name="honeycomb",
    title="Honeycomb",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.honeycomb.io/api/triggers/",
    plan="free",
    base_url="https://{host}",
    site=(),
    credentials=(
        spec.Field("api_key", "Configuration key", help="May read triggers, SLOs, markers and datasets."),
    ),
    config=(
        spec.Field(
            "host",
            "API host",
            required=False,
            default="api.honeycomb.io",
            choices=("api.honeycomb.io", "api.eu1.honeycomb.io"),
        ),
    ),
    auth=spec.Headers((("X-Honeycomb-Team", "{api_key}"),)),
    pulls=(
        poll_each_dataset("triggers", spec.RecordSchema(), "updated_at"),
        poll_each_dataset("markers", spec.RecordSchema(key="marker/{id}", kind="change"), "updated_at"),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.SharedSecret("x-honeycomb-webhook-token"),
            spec.SharedSecret("x-causeloop-token"),
        ),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="triggered"),
                schema=spec.RecordSchema(),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="trigger_id"),
                schema=spec.RecordSchema(key="trigger_id", updated_at=("timestamp",), kind="event"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="status"),
                schema=spec.RecordSchema(updated_at=("timestamp",), kind="event"),
            ),
        ),
        setup="Team settings › Integrations › Webhook: the address and the secret as shared secret.",
    ),
    issues=(BURN_ALERT, TRIGGER, WEBHOOK),
    changes=(MARKER,),
)

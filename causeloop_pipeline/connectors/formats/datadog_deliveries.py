"""Deployments and failures of Datadog's delivery metrics (DORA): as listed, and as pipelines report them."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.json_paths import find_first_value
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

NANOSECONDS = TimeFormat.EPOCH_NANOSECONDS

FAILURE = IssueMapping(
    name="failure of the delivery metrics",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("attributes.started_at"),
            Some((Is("type", ("dora_failure", "dora_incident")), Has("attributes.services"))),
        )
    ),
    title=("attributes.name", Text("Failure of {attributes.services.0}")),
    severity="attributes.severity",
    status=Choose(Has("attributes.finished_at"), Literal("resolved"), Literal("active")),
    service="attributes.services.0",
    team="attributes.team",
    environment="attributes.env",
    source_created_at=("attributes.started_at", Instant("attributes.started_at", NANOSECONDS)),
    resolved_at=("attributes.finished_at", Instant("attributes.finished_at", NANOSECONDS)),
    attributes={"version": "attributes.version", "tags": "attributes.custom_tags"},
)
DEPLOYMENT = ChangeMapping(
    name="deployment of the delivery metrics",
    when=Every((Has("attributes.started_at"), Has("attributes.service"))),
    change_kind=Literal("deploy"),
    title=(
        Text("{attributes.service} {attributes.version}"),
        Text("{attributes.service} {attributes.git.commit_sha}"),
        Text("Deployment of {attributes.service}"),
    ),
    service="attributes.service",
    environment="attributes.env",
    external_url="attributes.git.repository_url",
    changed_at=(
        "attributes.finished_at",
        Instant("attributes.finished_at", NANOSECONDS),
        "attributes.started_at",
        Instant("attributes.started_at", NANOSECONDS),
    ),
)
CHANGE_EVENT = ChangeMapping(
    name="change event",
    when=Has("attributes.attributes.changed_resource"),
    change_kind=Choose(
        Is("attributes.attributes.changed_resource.type", ("feature_flag",)),
        Literal("feature_flag"),
        Literal("config_change"),
    ),
    title=(
        "attributes.attributes.title",
        "attributes.message",
        "attributes.attributes.changed_resource.name",
    ),
    service=(
        "attributes.attributes.impacted_resources.0.name",
        "attributes.attributes.service",
        Tag("attributes.tags", "service"),
    ),
    environment=Tag("attributes.tags", "env|environment"),
    changed_at="attributes.timestamp",
)


def is_change_event(event: spec.Record) -> bool:
    """Whether an event of version 2 tells of something that was changed."""
    return find_first_value(event, ("attributes.attributes.changed_resource",)) is not None


CHANGE_EVENT_SCHEMA = spec.RecordSchema(
    key="event/{id}", updated_at=("attributes.timestamp",), kind="change", keep=is_change_event
)
FAILURE_SCHEMA = spec.RecordSchema(
    key="dora/{id}", updated_at=("attributes.finished_at", "attributes.started_at"), kind="dora_failure"
)
DEPLOYMENT_SCHEMA = spec.RecordSchema(
    key="deploy/{id}", updated_at=("attributes.finished_at", "attributes.started_at"), kind="change"
)


def poll_deliveries(name: str, schema: spec.RecordSchema) -> spec.Pull:
    """A list of the delivery (DORA) metrics, which is requested by the time of the start."""
    return spec.Pull(
        name=f"dora_{name}",
        path=f"/api/v2/dora/{name}",
        method="POST",
        params=(
            ("data.type", f"dora_{name}_list_request"),
            ("data.attributes.limit", 1000),
            ("data.attributes.sort", "started_at"),
        ),
        records="data",
        pages=spec.OnePage(),
        schema=schema,
        since=spec.Since(
            field="attributes.started_at",
            param="data.attributes.from",
            until_param="data.attributes.to",
            overlap=timedelta(days=1),
            cap=1000,
        ),
        optional=True,
    )


def receive_reported(path: str, kind: str) -> spec.WebhookEvent:
    """What a pipeline reports to the delivery metrics, as it is sent there: an id may be left out."""
    service = "service" if path.endswith("service") else "services.0"
    return spec.WebhookEvent(
        record="data",
        when=spec.Condition(path=path),
        schema=spec.RecordSchema(
            key=f"dora/{{attributes.{service}}}/{{attributes.started_at}}", updated_at=(), kind=kind
        ),
    )


DELIVERY_LISTS = (
    poll_deliveries("deployments", DEPLOYMENT_SCHEMA),
    poll_deliveries("failures", FAILURE_SCHEMA),
)
REPORTED = (
    receive_reported("data.attributes.service", "change"),
    receive_reported("data.attributes.services", "dora_failure"),
)

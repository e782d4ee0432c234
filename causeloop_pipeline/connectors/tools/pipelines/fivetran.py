"""Fivetran: connections whose sync failed, listed and pushed by webhooks; and rows of its log table."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Is,
    Kind,
    Literal,
    Match,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import FiringStart, Identifies

PUSHED = IssueMapping(
    name="webhook",
    identifies=Identifies.EVENT,
    when=Every((Kind(("event",)), Has("event"), Has("connector_id"))),
    title=(
        Text("{connector_type} {connector_name}: {event} {data.status}"),
        Text("{connector_id}: {event} {data.status}"),
        Text("{connector_id}: {event}"),
    ),
    body=("data.reason", "data.message"),
    severity=("data.status", "event"),
    status=("data.status", "event"),
    service=("connector_name", "connector_id"),
    error_type=(Match("data.reason", r"^[^{].*"), "event"),
    team="destination_group_id",
    external_url=Text("https://fivetran.com/dashboard/connectors/{connector_id}/status"),
    source_created_at="created",
    job="connector_id",
    succeeded=Is("data.status", ("successful",)),
    attributes={"connector": "connector_id", "sync": "sync_id", "type": "connector_type"},
)
CONNECTION = IssueMapping(
    name="connection",
    identifies=Identifies.EVENT,
    when=Every((Kind(("record",)), Has("service"), Has("status.sync_state"))),
    title=Text("{service} {schema}: sync failed"),
    body=("status.tasks.0.message", "status.warnings.0.message"),
    severity=Choose(Is("status.setup_state", ("broken",)), Literal("broken"), Literal("sync failed")),
    status=Choose(Has("failed_at"), Literal("failed"), "status.sync_state"),
    service=("schema", "id"),
    error_type=("status.tasks.0.code", "status.setup_state"),
    team="group_id",
    external_url=Text("https://fivetran.com/dashboard/connectors/{id}/status"),
    source_created_at=("failed_at", "succeeded_at", "created_at"),
    resolved_at="succeeded_at",
    job="id",
    attributes={
        "service": "service",
        "setup_state": "status.setup_state",
        "update_state": "status.update_state",
    },
)
SUCCESS = IssueMapping(
    name="successful sync",
    identifies=Identifies.EVENT,
    when=Every((Kind(("success",)), Has("succeeded_at"))),
    title=Text("{service} {schema}: sync succeeded"),
    status=Literal("successful"),
    source_created_at="succeeded_at",
    job="id",
    succeeded=Has("succeeded_at"),
)
TRANSFORMATION = IssueMapping(
    name="webhook of a transformation",
    identifies=Identifies.CONDITION,
    when=Every((Has("event"), Has("data.id"))),
    title=(Text("{data.name}: {event}"), Text("{data.id}: {event}")),
    body=("data.result.description", "data.result.error", "data.reason"),
    severity="event",
    status="event",
    service=("data.name", "transformation_id", "data.id"),
    error_type="event",
    team="destination_group_id",
    source_created_at=("data.startTime", "created"),
    firing_start=FiringStart.CHANGED,
    attributes={"transformation": "transformation_id", "connector": "connector_id"},
)
LOG = IssueMapping(
    name="log row",
    identifies=Identifies.EVENT,
    when=Every((Has("message_event"), Has("time_stamp"))),
    title=Text("{connection_id}: {message_event}"),
    body="message_data",
    severity="event",
    status=Literal("failed"),
    service="connection_id",
    error_type="message_event",
    external_url=Text("https://fivetran.com/dashboard/connectors/{connection_id}/status"),
    source_created_at="time_stamp",
    attributes={"sync": "sync_id"},
)
FAILED = ("failure", "failure_with_task", "rescheduled", "failed")
OTHER_EVENTS = frozenset(
    {
        "sync_start",
        "connection_successful",
        "create_connector",
        "edit_connector",
        "delete_connector",
        "pause_connector",
        "resume_connector",
        "resync_connector",
        "resync_table",
        "force_update_connector",
        "dbt_run_start",
        "dbt_run_succeeded",
        "transformation_run_start",
        "transformation_run_succeeded",
    }
)


def has_failed(connection: spec.Record) -> bool:
    """Whether its last sync failed: a connection has the times of its last failure and its last success."""
    failed_at, succeeded_at = (str(connection.get(name) or "") for name in ("failed_at", "succeeded_at"))
    return bool(failed_at) and failed_at >= succeeded_at


def has_succeeded(connection: spec.Record) -> bool:
    """Whether its last sync was a success."""
    return bool(connection.get("succeeded_at")) and not has_failed(connection)


CONNECTION_PAGES = spec.TokenPages(
    next_path="data.next_cursor", param="cursor", size=1000, size_param="limit"
)
PUSH_SCHEMA = spec.RecordSchema(key="{connector_id}/{sync_id}", updated_at=("created",), kind="event")

CONNECTOR = spec.Connector(
    name="fivetran",
    title="Fivetran",
    category=spec.Category.DATA,
    docs_url="https://fivetran.com/docs/rest-api/api-reference/connections/list-connections",
    plan="starter",
    base_url="https://api.fivetran.com",
    site=(),
    credentials=(spec.Field("key", "API key"), spec.Field("secret", "API secret")),
    auth=spec.Basic("{key}", "{secret}"),
    pulls=(
        spec.Pull(
            name="connections",
            path="/v1/connections",
            records="data.items",
            pages=CONNECTION_PAGES,
            schema=spec.RecordSchema(key="{id}/{failed_at}", updated_at=("failed_at",), keep=has_failed),
            since=spec.Since(field="failed_at"),
        ),
        spec.Pull(
            name="successes",
            path="/v1/connections",
            records="data.items",
            pages=CONNECTION_PAGES,
            schema=spec.RecordSchema(
                key="{id}/success/{succeeded_at}",
                updated_at=("succeeded_at",),
                kind="success",
                keep=has_succeeded,
            ),
            since=spec.Since(field="succeeded_at"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-fivetran-signature-256"),),
        ignore=(spec.Condition(path="event", values=OTHER_EVENTS),),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="event", values=frozenset({"sync_end"})),
                schema=spec.RecordSchema(
                    key="{connector_id}/{sync_id|created}",
                    updated_at=("created",),
                    kind="event",
                    keep=Among("data.status", (*FAILED, "successful")),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(
                    path="event", values=frozenset({"transformation_run_failed", "dbt_run_failed"})
                ),
                schema=spec.RecordSchema(
                    key="transformation/{data.id}", updated_at=("created",), kind="transformation"
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="connector_id"), schema=PUSH_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="message_event"),
                schema=spec.RecordSchema(
                    updated_at=("time_stamp",), kind="log", keep=Among("event", ("severe", "warning"))
                ),
            ),
        ),
        setup="Webhooks API: the event sync_end, with a secret.",
    ),
    issues=(PUSHED, TRANSFORMATION, SUCCESS, CONNECTION, LOG),
)

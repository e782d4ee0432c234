"""Prefect: failed and crashed flow runs, filtered by their end; automations push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Element,
    Every,
    Has,
    Is,
    Literal,
    Matches,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

FAILURE_EVENTS = tuple(f"prefect.flow-run.{state}" for state in ("failed", "crashed", "timedout"))
FAILED_STATE = (
    r"resource.prefect\.state-type",
    Choose(Matches("event", "crashed"), Literal("CRASHED"), Literal("FAILED")),
)


def related(role: str) -> Element:
    """The name of what an event's run belongs to."""
    return Element("related", r"prefect\.resource\.role", role, r"prefect\.resource\.name")


RUN = IssueMapping(
    name="flow run",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("flow_id"))),
    title=(Text("{name}: {state.name}"), Text("{name}: {state_name}"), Text("{name}: {state_type}"), "name"),
    body="state.message",
    severity=("state.type", "state_type"),
    status=("state.type", "state_type"),
    service=("deployment_name", "flow_name", "deployment_id", "flow_id"),
    error_type=("state.name", "state_name"),
    team=Tag("tags", "team"),
    environment=(Tag("tags", "env|environment"), "work_pool_name"),
    source_created_at=("start_time", "expected_start_time", "created"),
    resolved_at=("end_time", "updated"),
    job=("deployment_id", "flow_id"),
    succeeded=Is(("state.type", "state_type"), ("COMPLETED",)),
    attributes={"tags": "tags", "run_count": "run_count", "work_queue": "work_queue_name"},
)
RUN_EVENT = IssueMapping(
    name="event of a flow run",
    identifies=Identifies.EVENT,
    when=Every((Has("event"), Has(r"resource.prefect\.resource\.id"))),
    title=(
        Text(r"{resource.prefect\.resource\.name}: {resource.prefect\.state-name}"),
        Text(r"{resource.prefect\.resource\.name}: {event}"),
    ),
    body=r"resource.prefect\.state-message",
    severity=FAILED_STATE,
    status=FAILED_STATE,
    service=(
        related("deployment"),
        related("flow"),
        r"resource.prefect\.resource\.name",
    ),
    error_type=(r"resource.prefect\.state-name", "event"),
    environment=related("work-pool"),
    source_created_at=(r"resource.prefect\.state-timestamp", "occurred"),
    resolved_at="occurred",
    attributes={"event": "event", "run": r"resource.prefect\.resource\.id"},
)
SCHEMA = spec.RecordSchema(
    updated_at=("end_time", "updated"), keep=Among("state_type", ("failed", "crashed", "completed"))
)


def has_failed(event: spec.Record) -> bool:
    """Whether an event tells that a flow run failed, crashed or hung."""
    return str(event.get("event")).lower().startswith(FAILURE_EVENTS)


CONNECTOR = spec.Connector(
    name="prefect",
    title="Prefect",
    category=spec.Category.DATA,
    docs_url="https://docs.prefect.io/v3/api-ref/rest-api",
    plan="starter",
    base_url="https://api.prefect.cloud/api/accounts/{account}/workspaces/{workspace}",
    credentials=(spec.Field("token", "API key"),),
    config=(
        spec.Field("account", "Account ID", pattern=r"[0-9a-fA-F-]{36}"),
        spec.Field("workspace", "Workspace ID", pattern=r"[0-9a-fA-F-]{36}"),
    ),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="flow_runs",
            path="/flow_runs/filter",
            method="POST",
            params=(
                ("sort", "END_TIME_DESC"),
                ("flow_runs.state.type.any_", ("FAILED", "CRASHED", "COMPLETED")),
            ),
            records="",
            pages=spec.OffsetPages(size=200),
            schema=SCHEMA,
            since=spec.Since(field="end_time", param="flow_runs.end_time.after_"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="flow_run", schema=SCHEMA, add=(("flow_name", "flow.name"),)),
            spec.WebhookEvent(record="", when=spec.Condition(path="flow_id"), schema=SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path=r"resource.prefect\.resource\.id"),
                schema=spec.RecordSchema(
                    key=r"resource.prefect\.resource\.id",
                    key_pattern=r"flow-run\.(.+)$",
                    updated_at=("occurred",),
                    kind="event",
                    keep=has_failed,
                ),
            ),
        ),
        setup="Automations: on a failed or crashed flow run, a webhook block that posts {{flow_run}}.",
    ),
    issues=(RUN, RUN_EVENT),
)

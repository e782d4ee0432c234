"""Prefect: failed and crashed flow runs, filtered by their end; automations push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Element,
    Every,
    Has,
    Is,
    Literal,
    Match,
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


def find_id(role: str) -> Match:
    """The id of what an event's run belongs to, as a run of the API names it."""
    found = Element("related", r"prefect\.resource\.role", role, r"prefect\.resource\.id")
    return Match(found, rf"^prefect\.{role}\.(.+)$")


FLOW = ("flow_name", "flow.name")
# Before what was raised, Prefect says that something was.
RAISED = r"^(?:Flow run encountered an exception[:.]|Flow run failed due to [a-z ]+:)?\s*([^\n]+)"
CAUSE = Match("state.message", RAISED)
NAMED = r"^(\w+(?:Error|Exception|Timeout))\b"
EVENT_CAUSE = Match((r"resource.prefect\.state-message", "payload.validated_state.message"), RAISED)
PAGE = "/runs/flow-run/"
RUN_ID = Match(r"resource.prefect\.resource\.id", r"^prefect\.flow-run\.(.+)$")
RUN = IssueMapping(
    name="flow run",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("flow_id"))),
    title=(
        Concat((FLOW, Literal(": "), CAUSE)),
        Concat((FLOW, Literal(": "), ("state.name", "state_name", "state_type"))),
        Text("{name}: {state.name}"),
        Text("{name}: {state_name}"),
        Text("{name}: {state_type}"),
        "name",
    ),
    body="state.message",
    severity=("state.type", "state_type"),
    status=("state.type", "state_type"),
    service=(*FLOW, "deployment_name"),
    error_type=(Match(CAUSE, NAMED), "state.name", "state_name"),
    team=Tag("tags", "team"),
    environment=(Tag("tags", "env|environment"), "work_pool_name"),
    external_url=(
        Concat((Match(Text("{config.base_url}"), r"^(.+)/api/?$"), Literal(PAGE), "id")),
        Text(
            "https://app.prefect.cloud/account/{config.account}/workspace/{config.workspace}/runs/flow-run/{id}"
        ),
    ),
    source_created_at=("start_time", "expected_start_time", "created"),
    resolved_at=("end_time", "updated"),
    job=("deployment_id", "flow_id"),
    succeeded=Is(("state.type", "state_type"), ("completed",)),
    attributes={
        "tags": "tags",
        "run": "name",
        "deployment": ("deployment_name", "deployment_id"),
        "run_count": "run_count",
        "work_queue": "work_queue_name",
    },
)
RUN_EVENT = IssueMapping(
    name="event of a flow run",
    identifies=Identifies.EVENT,
    when=Every((Has("event"), Has(r"resource.prefect\.resource\.id"))),
    title=(
        Concat((related("flow"), Literal(": "), EVENT_CAUSE)),
        Concat((related("flow"), Literal(": "), r"resource.prefect\.state-name")),
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
    error_type=(Match(EVENT_CAUSE, NAMED), r"resource.prefect\.state-name", "event"),
    environment=related("work-pool"),
    external_url=(
        Concat(
            (Match(Text("{config.base_url}"), r"^(.+)/api/?$"), Literal(PAGE), RUN_ID),
        ),
        Concat(
            (
                Text("https://app.prefect.cloud/account/{config.account}/workspace/{config.workspace}"),
                Literal(PAGE),
                RUN_ID,
            )
        ),
    ),
    source_created_at=(r"resource.prefect\.state-timestamp", "occurred"),
    resolved_at="occurred",
    job=(find_id("deployment"), find_id("flow")),
    succeeded=Matches("event", r"\.completed$"),
    attributes={"event": "event", "run": r"resource.prefect\.resource\.id"},
)
SCHEMA = spec.RecordSchema(
    updated_at=("end_time", "updated"), keep=Among("state_type", ("failed", "crashed", "completed"))
)


def has_ended(event: spec.Record) -> bool:
    """Whether an event tells that a flow run failed, crashed or hung, or that it succeeded."""
    return str(event.get("event")).lower().startswith((*FAILURE_EVENTS, "prefect.flow-run.completed"))


PAYLOAD = '{"flow_run": {{ flow_run|tojson }}, "flow": {{ flow|tojson }}}'
"""What a person pastes into the automation: Prefect fills it, and without `tojson` it is not JSON."""

CONNECTOR = spec.Connector(
    name="prefect",
    title="Prefect",
    category=spec.Category.DATA,
    docs_url="https://docs.prefect.io/v3/api-ref/rest-api",
    plan="starter",
    base_url="https://api.prefect.cloud/api/accounts/{account}/workspaces/{workspace}",
    credentials=(
        spec.Field(
            "token", "API key", help="Of Prefect Cloud; a server of one's own has none.", required=False
        ),
    ),
    config=(
        spec.Field("account", "Account ID", pattern=r"[0-9a-fA-F-]{36}", unless="base_url"),
        spec.Field("workspace", "Workspace ID", pattern=r"[0-9a-fA-F-]{36}", unless="base_url"),
        spec.Field(
            "base_url",
            "API address",
            help="Of a server of one's own, such as https://prefect.acme.example/api.",
            required=False,
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.FirstOf((spec.Bearer("{token}"), spec.Anonymous())),
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
            supplements=(spec.Supplement(path="/flows/{flow_id}", into="flow"),),
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
                    keep=has_ended,
                ),
            ),
        ),
        setup=f"Automations: on a failed, crashed or completed flow run, call a webhook block with {PAYLOAD}",
    ),
    issues=(RUN, RUN_EVENT),
)

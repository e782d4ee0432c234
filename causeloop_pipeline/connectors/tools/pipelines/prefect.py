"""Prefect: failed and crashed flow runs, filtered by their end; automations push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among

RUN = IssueMapping(
    name="flow run",
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
    attributes={"tags": "tags", "run_count": "run_count", "work_queue": "work_queue_name"},
)
SCHEMA = spec.RecordSchema(
    updated_at=("end_time", "updated"), keep=Among("state_type", ("failed", "crashed"))
)

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
                ("flow_runs.state.type.any_", ("FAILED", "CRASHED")),
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
        ),
        setup="Automations: on a failed or crashed flow run, a webhook block that posts {{flow_run}}.",
    ),
    issues=(RUN,),
)

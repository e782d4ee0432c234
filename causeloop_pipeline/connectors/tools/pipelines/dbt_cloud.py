"""dbt platform job runs that failed, listed newest first and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Is,
    Literal,
    Match,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

FAILED = ("20", "30", "errored", "cancelled", "error")
SUCCEEDED = ("10", "success")
ENDED = (*FAILED, *SUCCEEDED)
PUSHED = IssueMapping(
    name="webhook",
    identifies=Identifies.EVENT,
    when=Every((Has("runId"), Has("jobName"))),
    title=(
        Concat(("jobName", Literal(": "), Match("runStatusMessage", r"^\s*([^\n]+)"))),
        Text("{jobName}: {runStatus}"),
    ),
    body=("runStatusMessage", "runReason"),
    severity="runStatus",
    status="runStatus",
    service=("jobName", "projectName"),
    error_type=Literal("dbt_run_failed"),
    team="projectName",
    environment="environmentName",
    source_created_at=("runStartedAt", "runErroredAt"),
    resolved_at=("runFinishedAt", "runErroredAt"),
    job="jobId",
    succeeded=Is("runStatus", SUCCEEDED),
    attributes={"job": "jobId", "run": "runId", "dbt_version": "dbtVersion", "reason": "runReason"},
)
RUN = IssueMapping(
    name="run",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("id"),
            Has("status"),
            Has("created_at"),
            Some(
                (
                    Has("job_definition_id"),
                    Has("job_id"),
                    Has("trigger_id"),
                    Has("status_humanized"),
                    Has("job"),
                )
            ),
        )
    ),
    title=(
        Concat(("job.name", Literal(": "), Match("status_message", r"^\s*([^\n]+)"))),
        Text("{job.name}: {status_humanized}"),
        Text("{trigger.cause}: {status_humanized}"),
        Text("Run {id}: {status_humanized}"),
        Text("Run {id} failed"),
    ),
    body="status_message",
    severity=("status_humanized", Text("status {status}")),
    status=("status_humanized", Text("status {status}")),
    service=("job.name", "job_definition_id", "project_id"),
    error_type=Literal("dbt_run_failed"),
    environment=("environment.name", "environment_id"),
    external_url="href",
    source_created_at=("started_at", "created_at"),
    resolved_at=("finished_at", "updated_at"),
    job=("job_definition_id", "job_id", "job.id"),
    succeeded=Is(("status_humanized", "status"), SUCCEEDED),
    attributes={"job": "job_definition_id", "branch": "git_branch", "commit": "git_sha"},
)

CONNECTOR = spec.Connector(
    name="dbt_cloud",
    title="dbt platform",
    category=spec.Category.DATA,
    docs_url="https://docs.getdbt.com/dbt-cloud/api-v2",
    plan="starter",
    base_url="https://{host}",
    site=("account",),
    credentials=(spec.Field("token", "Service token", help="With the permission to read jobs."),),
    config=(
        spec.Field("account", "Account ID", pattern=r"\d+"),
        spec.Field("host", "Host", required=False, default="cloud.getdbt.com", pattern=spec.HOST),
    ),
    auth=spec.Headers((("Authorization", "Token {token}"),)),
    pulls=(
        spec.Pull(
            name="runs",
            path="/api/v2/accounts/{account}/runs/",
            params=(("order_by", "-finished_at"), ("include_related", '["job","environment","trigger"]')),
            records="data",
            pages=spec.OffsetPages(),
            schema=spec.RecordSchema(
                updated_at=("finished_at", "updated_at"),
                keep=Among("status_humanized", ENDED),
            ),
            since=spec.Since(field="finished_at", newest_first=True),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("authorization"),),
        delivery_path="eventId",
        events=(
            spec.WebhookEvent(
                record="data",
                when=spec.Condition(path="data.runId"),
                schema=spec.RecordSchema(
                    key="runId",
                    updated_at=("runErroredAt", "runFinishedAt", "runStartedAt"),
                    keep=Among("runStatus", ENDED),
                ),
                add=(("event_type", "eventType"),),
            ),
        ),
        setup="Account settings › Webhooks: the events “Run errored” and “Run completed” of all jobs.",
    ),
    issues=(PUSHED, RUN),
)

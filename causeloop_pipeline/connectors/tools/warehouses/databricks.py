"""Databricks job runs that failed, listed by their start and pushed by notifications."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Match,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

FAILED = ("failed", "timedout", "canceled", "internal_error", "maximum_concurrent_runs_reached")
NOT_OVER = ("pending", "queued", "running", "terminating", "blocked", "waiting", "waiting_for_retry")
CAUSE = Match(("status.termination_details.message", "state.state_message"), r"^\s*([^\n]+)")
RUN = IssueMapping(
    name="run",
    identifies=Identifies.EVENT,
    when=Every((Has("run_id"), Some((Has("state"), Has("status"))))),
    title=(
        Concat(("run_name", Literal(": "), CAUSE)),
        Text("{run_name} {status.termination_details.code}"),
        Text("{run_name} {state.result_state}"),
        Text("{run_name} {state.life_cycle_state}"),
        Text("Run {run_id} {state.result_state}"),
    ),
    body=("status.termination_details.message", "state.state_message"),
    severity=("state.result_state", "state.life_cycle_state", "status.termination_details.type"),
    status=(
        "state.result_state",
        "state.life_cycle_state",
        "status.termination_details.type",
        "status.state",
    ),
    service=("run_name", "job_id"),
    error_type=(
        Match(CAUSE, r"\b(\w+(?:Error|Exception))\b"),
        "status.termination_details.code",
        "state.result_state",
    ),
    team="creator_user_name",
    external_url="run_page_url",
    source_created_at=Instant("start_time", TimeFormat.EPOCH_MILLISECONDS),
    resolved_at=Instant("end_time", TimeFormat.EPOCH_MILLISECONDS),
    job="job_id",
    succeeded=Is(("state.result_state", "status.termination_details.type"), ("success",)),
    attributes={"job": "job_id", "trigger": "trigger", "attempt": "attempt_number"},
)
NOTIFICATION = IssueMapping(
    name="notification",
    identifies=Identifies.EVENT,
    when=Every((Has("event_type"), Some((Has("run"), Has("job"))))),
    title=(
        Text("{job.name}: {event_type}"),
        Text("Job {job.job_id}: {event_type}"),
        Text("Run {run.run_id}: {event_type}"),
    ),
    severity="event_type",
    status="event_type",
    service=("job.name", "job.job_id"),
    error_type="event_type",
    team="workspace_id",
    external_url=("run.run_page_url", Text("https://{config.workspace}/jobs/{job.job_id}/runs/{run.run_id}")),
    job="job.job_id",
    succeeded=Is("event_type", ("jobs.on_success",)),
    attributes={"job": "job.job_id", "run": "run.run_id", "workspace": "workspace_id"},
)
PIPELINE = IssueMapping(
    name="update of a pipeline",
    identifies=Identifies.EVENT,
    when=Every((Has("pipeline_id"), Has("latest_updates"))),
    title=(Text("{name} {latest_updates.0.state}"), Text("Pipeline {pipeline_id} {latest_updates.0.state}")),
    severity="latest_updates.0.state",
    status="latest_updates.0.state",
    service=("name", "pipeline_id"),
    error_type=Literal("pipeline_failed"),
    team=("run_as_user_name", "creator_user_name"),
    external_url=Text(
        "https://{config.workspace}/pipelines/{pipeline_id}/updates/{latest_updates.0.update_id}"
    ),
    source_created_at="latest_updates.0.creation_time",
    job=Text("pipeline/{pipeline_id}"),
    succeeded=Is("latest_updates.0.state", ("completed",)),
    attributes={"pipeline": "pipeline_id", "update": "latest_updates.0.update_id"},
)
AUDIT = IssueMapping(
    name="failed action",
    identifies=Identifies.EVENT,
    when=Every((Has("serviceName"), Has("actionName"))),
    title=Text("{serviceName}.{actionName} failed"),
    body=("response.errorMessage", "response.result"),
    severity=Literal("failed"),
    status=Choose(Is("response.statusCode", ("200",)), Literal("success"), Literal("failed")),
    service="serviceName",
    error_type=Text("{serviceName}.{actionName}"),
    team="userIdentity.email",
    environment="workspaceId",
    source_created_at=Instant("timestamp", TimeFormat.EPOCH_MILLISECONDS),
    attributes={"user": "userIdentity.email", "address": "sourceIPAddress"},
)


def has_ended(run: spec.Record) -> bool:
    """Whether a run is over, by its state or, in newer answers, its status."""
    state, status = run.get("state") or {}, run.get("status") or {}
    if result := state.get("result_state"):
        return str(result).lower() in (*FAILED, "success")
    if (status.get("termination_details") or {}).get("type"):
        return True
    return str(state.get("life_cycle_state") or status.get("state")).lower() not in NOT_OVER


def has_failed(action: spec.Record) -> bool:
    """Whether an action of the audit log was refused or broke."""
    response = action.get("response")
    return isinstance(response, dict) and response.get("statusCode", 200) not in (200, "200", 201, 204)


CONNECTOR = spec.Connector(
    name="databricks",
    title="Databricks",
    category=spec.Category.DATA,
    docs_url="https://docs.databricks.com/api/workspace/jobs/listruns",
    plan="growth",
    base_url="https://{workspace}",
    credentials=(spec.Field("token", "Access token", help="Of a service principal that may view jobs."),),
    config=(spec.Field("workspace", "Workspace host", help="adb-1.azuredatabricks.net", pattern=spec.HOST),),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="runs",
            path="/api/2.2/jobs/runs/list",
            params=(("completed_only", "true"),),
            records="runs",
            pages=spec.TokenPages(
                next_path="next_page_token", param="page_token", size=25, size_param="limit"
            ),
            schema=spec.RecordSchema(
                key="run_id",
                updated_at=("end_time", "start_time"),
                times=spec.TimeFormat.EPOCH_MILLISECONDS,
                keep=has_ended,
            ),
            since=spec.Since(
                field="start_time", param="start_time_from", format=spec.TimeFormat.EPOCH_MILLISECONDS
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.BasicSecret(), spec.UrlSecret()),
        ignore=(spec.Condition(path="event_type", values=frozenset({"jobs.on_start"})),),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="event_type"),
                schema=spec.RecordSchema(key="run.run_id", updated_at=(), kind="event"),
            ),
            spec.WebhookEvent(
                record="statuses",
                when=spec.Condition(path="statuses.0.pipeline_id"),
                schema=spec.RecordSchema(
                    key="pipeline/{pipeline_id}/{latest_updates.0.update_id}",
                    updated_at=("latest_updates.0.creation_time",),
                    kind="pipeline",
                    keep=Among("latest_updates.0.state", ("failed", "canceled", "completed")),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="actionName"),
                schema=spec.RecordSchema(
                    key="audit/{timestamp}/{serviceName}/{actionName}",
                    updated_at=("timestamp",),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="audit",
                    keep=has_failed,
                ),
            ),
        ),
        setup="Settings › Notifications › Webhook destination, basic authentication; on failure and "
        "on success of each job.",
    ),
    issues=(NOTIFICATION, AUDIT, PIPELINE, RUN),
)

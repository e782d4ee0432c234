"""Airbyte: failed sync jobs, listed by their last update and pushed by notifications."""

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
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

PUSHED = IssueMapping(
    name="notification",
    identifies=Identifies.EVENT,
    when=Every((Has("jobId"), Has("connection"))),
    title=(
        Text("{connection.name}: {errorMessage}"),
        Text("{connection.name}: sync failed"),
        "connection.id",
    ),
    body="errorMessage",
    severity=(
        "errorType",
        "failureType",
        Choose(Is("success", ("true",)), Literal("success"), Literal("failed")),
    ),
    status=Choose(Is("success", ("true",)), Literal("success"), Literal("failed")),
    service=("source.name", "connection.name"),
    error_type=("errorType", Literal("sync_failed")),
    team="workspace.name",
    environment="destination.name",
    external_url="connection.url",
    source_created_at="startedAt",
    resolved_at="finishedAt",
    job="connection.id",
    succeeded=Is("success", ("true",)),
    attributes={"records": "recordsCommitted", "connection": "connection.id"},
)
JOB = IssueMapping(
    name="job",
    identifies=Identifies.EVENT,
    when=Every((Has("jobId"), Has("status"))),
    title=(Text("{connection.name}: {jobType} {status}"), Text("{jobType} {connectionId} {status}")),
    severity="status",
    status="status",
    service="connection.name",
    error_type=Literal("sync_failed"),
    source_created_at="startTime",
    resolved_at="lastUpdatedAt",
    job="connectionId",
    succeeded=Is("status", ("succeeded",)),
    attributes={"rows": "rowsSynced", "bytes": "bytesSynced"},
)

FAILURE = Match("attempts.-1.attempt.failureSummary.failures.0.externalMessage", r"^\s*([^\n]+)")
FORMER_JOB = IssueMapping(
    name="job of the configuration API",
    identifies=Identifies.EVENT,
    when=Every((Has("job.id"), Has("job.status"))),
    title=(
        Concat((Text("{job.configType} of {job.configId}: "), FAILURE)),
        Text("{job.configType} {job.configId} {job.status}"),
    ),
    body=("attempts.-1.attempt.failureSummary.failures.0.externalMessage",),
    severity="job.status",
    status="job.status",
    service="job.configId",
    error_type=(
        "attempts.-1.attempt.failureSummary.failures.0.failureType",
        Literal("sync_failed"),
    ),
    source_created_at=Instant("job.createdAt", TimeFormat.EPOCH_SECONDS),
    resolved_at=Instant("job.updatedAt", TimeFormat.EPOCH_SECONDS),
    job="job.configId",
    succeeded=Is("job.status", ("succeeded",)),
    attributes={"connection": "job.configId"},
)
FORMER = spec.RecordSchema(
    key="job.id",
    updated_at=("job.updatedAt", "job.createdAt"),
    times=spec.TimeFormat.EPOCH_SECONDS,
    kind="former_job",
    keep=Among("job.status", ("failed", "succeeded")),
)
NOTIFIED = spec.RecordSchema(
    key="jobId", updated_at=("finishedAt", "startedAt"), keep=Among("success", ("false", "true"))
)

CONNECTION = spec.Supplement(path="/v1/connections/{connectionId}", into="connection")


def poll_jobs(name: str, status: str, supplements: tuple[spec.Supplement, ...] = ()) -> spec.Pull:
    """The jobs that ended in one way, for the API filters by one status only."""
    return spec.Pull(
        name=name,
        path="/v1/jobs",
        params=(("status", status), ("orderBy", "updatedAt|ASC")),
        records="data",
        pages=spec.OffsetPages(),
        schema=spec.RecordSchema(
            key="jobId", updated_at=("lastUpdatedAt", "startTime"), keep=Among("status", (status,))
        ),
        supplements=supplements,
        since=spec.Since(field="lastUpdatedAt", param="updatedAtStart", ascending=True),
    )


CONNECTOR = spec.Connector(
    name="airbyte",
    title="Airbyte",
    category=spec.Category.DATA,
    docs_url="https://reference.airbyte.com/reference/listjobs",
    plan="starter",
    base_url="https://api.airbyte.com",
    site=(),
    credentials=(
        spec.Field("client_id", "Client ID", help="Of an application in your user settings."),
        spec.Field("client_secret", "Client secret"),
    ),
    auth=spec.OAuth2(token_url="/v1/applications/token", encoding="json"),
    pulls=(
        poll_jobs("jobs", "failed", supplements=(CONNECTION,)),
        poll_jobs("succeeded_jobs", "succeeded"),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="data",
                when=spec.Condition(path="data.success", values=frozenset({"True", "False"})),
                schema=NOTIFIED,
            ),
            spec.WebhookEvent(
                record="data",
                when=spec.Condition(path="data.jobId"),
                schema=NOTIFIED,
            ),
            spec.WebhookEvent(record="jobs", when=spec.Condition(path="jobs.0.job.id"), schema=FORMER),
            spec.WebhookEvent(record="", when=spec.Condition(path="job.id"), schema=FORMER),
        ),
        setup="Settings › Notifications › Failed syncs and Successful syncs: webhook; append ?token= and the "
        "secret.",
    ),
    issues=(JOB, PUSHED, FORMER_JOB),
)

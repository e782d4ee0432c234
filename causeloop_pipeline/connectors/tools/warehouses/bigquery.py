"""BigQuery jobs that failed, listed by creation; log sinks push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
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

JOB_IN_LOG = "protoPayload.serviceData.jobCompletedEvent.job"
JOB = IssueMapping(
    name="job",
    identifies=Identifies.EVENT,
    when=Every((Has("jobReference"), Some((Has("status"), Has("state"))))),
    title=("errorResult.message", "status.errorResult.message", Text("Job {jobReference.jobId} failed")),
    body=("configuration.query.query", "status.errors.0.message"),
    severity=Choose(
        Has("status.errorResult"), Literal("failed"), Choose(Has("errorResult"), Literal("failed"))
    ),
    status=Choose(
        Some((Has("status.errorResult"), Has("errorResult"))), Literal("failed"), ("status.state", "state")
    ),
    service="jobReference.projectId",
    error_type=("status.errorResult.reason", "errorResult.reason"),
    team="user_email",
    environment="jobReference.location",
    external_url=(
        "selfLink",
        Text(
            "https://console.cloud.google.com/bigquery?project={jobReference.projectId}&j=bq:{jobReference.location}:{jobReference.jobId}&page=queryresults"
        ),
    ),
    source_created_at=Instant(
        ("statistics.startTime", "statistics.creationTime"), TimeFormat.EPOCH_MILLISECONDS
    ),
    resolved_at=Instant("statistics.endTime", TimeFormat.EPOCH_MILLISECONDS),
    attributes={"job": "jobReference.jobId", "type": "configuration.jobType", "user": "user_email"},
)
LOGGED = IssueMapping(
    name="log entry",
    identifies=Identifies.EVENT,
    when=Every((Has("protoPayload"), Some((Has("timestamp"), Has("severity"))))),
    title=(
        f"{JOB_IN_LOG}.jobStatus.error.message",
        "protoPayload.status.message",
        "protoPayload.metadata.jobChange.job.jobStatus.errorResult.message",
        "protoPayload.methodName",
    ),
    body=(
        f"{JOB_IN_LOG}.jobConfiguration.query.query",
        "protoPayload.metadata.jobChange.job.jobConfig.queryConfig.query",
    ),
    severity="severity",
    status=(
        Choose(
            Some((Has(f"{JOB_IN_LOG}.jobStatus.error.message"), Has("protoPayload.status.code"))),
            Literal("failed"),
        ),
        f"{JOB_IN_LOG}.jobStatus.state",
        Literal("failed"),
    ),
    service=("resource.labels.project_id", f"{JOB_IN_LOG}.jobName.projectId"),
    error_type=(f"{JOB_IN_LOG}.jobStatus.error.code", "protoPayload.status.code", "protoPayload.methodName"),
    team="protoPayload.authenticationInfo.principalEmail",
    environment=("resource.labels.location", f"{JOB_IN_LOG}.jobName.location"),
    source_created_at="timestamp",
    resolved_at=(f"{JOB_IN_LOG}.jobStatistics.endTime", "timestamp"),
    attributes={
        "job": (f"{JOB_IN_LOG}.jobName.jobId", "protoPayload.resourceName"),
        "user": "protoPayload.authenticationInfo.principalEmail",
        "project": Match("logName", r"^projects/([^/]+)/"),
    },
)


def has_failed(job: spec.Record) -> bool:
    """Whether a listed job ended with an error."""
    status = job.get("status")
    return bool(job.get("errorResult") or (isinstance(status, dict) and status.get("errorResult")))


TRANSFER = IssueMapping(
    name="run of a transfer or scheduled query",
    identifies=Identifies.EVENT,
    when=Every((Has("name"), Has("dataSourceId"), Has("state"))),
    title=(Text("{dataSourceId}: {errorStatus.message}"), Text("{dataSourceId} {state}")),
    body="errorStatus.message",
    severity="state",
    status="state",
    service=("params.destination_table_name_template", "destinationDatasetId", "dataSourceId"),
    error_type=Literal("transfer_failed"),
    environment=Match("name", r"^projects/([^/]+)/"),
    source_created_at=("startTime", "runTime", "scheduleTime"),
    resolved_at="endTime",
    job=Match("name", r"^(.*/transferConfigs/[^/]+)/"),
    succeeded=Is("state", ("succeeded",)),
    attributes={"config": Match("name", r"/transferConfigs/([^/]+)/")},
)

CONNECTOR = spec.Connector(
    name="bigquery",
    title="BigQuery",
    category=spec.Category.DATA,
    docs_url="https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/list",
    plan="growth",
    base_url="https://bigquery.googleapis.com",
    site=(),
    credentials=(
        spec.Field(
            "service_account", "Service account key", help="JSON; with the role BigQuery Resource Viewer."
        ),
    ),
    config=(spec.Field("projects", "Projects", pattern=r"[a-z0-9:.-]+", type="list"),),
    auth=spec.ServiceAccount(scope="https://www.googleapis.com/auth/bigquery.readonly"),
    pulls=(
        spec.Pull(
            name="jobs",
            path="/bigquery/v2/projects/{item}/jobs",
            params=(("stateFilter", "done"), ("allUsers", "true"), ("projection", "full")),
            records="jobs",
            pages=spec.TokenPages(
                next_path="nextPageToken", param="pageToken", size=1000, size_param="maxResults"
            ),
            schema=spec.RecordSchema(
                key="id",
                updated_at=("statistics.endTime", "statistics.creationTime"),
                times=spec.TimeFormat.EPOCH_MILLISECONDS,
                keep=has_failed,
            ),
            since=spec.Since(
                field="statistics.creationTime",
                param="minCreationTime",
                format=spec.TimeFormat.EPOCH_MILLISECONDS,
            ),
            for_each="projects",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.UrlSecret()),
        events=(
            *(
                spec.WebhookEvent(
                    record=record,
                    when=spec.Condition(path=path),
                    schema=spec.RecordSchema(
                        key="name",
                        updated_at=("updateTime", "endTime"),
                        kind="transfer",
                        keep=Among("state", ("failed", "cancelled", "succeeded")),
                    ),
                )
                for record, path in (
                    ("transferRuns", "transferRuns.0.dataSourceId"),
                    ("", "dataSourceId"),
                )
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="protoPayload"),
                schema=spec.RecordSchema(
                    key="insertId", updated_at=("receiveTimestamp", "timestamp"), kind="log"
                ),
            ),
        ),
        setup="Log router sink of failed jobs to Pub/Sub, pushed without wrapping; append ?token=.",
    ),
    issues=(LOGGED, JOB, TRANSFER),
)

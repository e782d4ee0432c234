"""AWS Glue: failed job runs, listed newest first; EventBridge pushes state changes."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
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

FAILED = ("failed", "timeout", "error", "stopped")
SUCCEEDED = ("succeeded",)
ENDED = (*FAILED, *SUCCEEDED)
UPDATED_AT = ("CompletedOn", "LastModifiedOn", "StartedOn")
RUN = IssueMapping(
    name="job run",
    identifies=Identifies.EVENT,
    when=Every((Has("JobName"), Has("JobRunState"))),
    title=(
        Concat(("JobName", Literal(": "), Match("ErrorMessage", r"^\s*([^\n]+)"))),
        Text("{JobName} {JobRunState}"),
    ),
    body="ErrorMessage",
    severity="JobRunState",
    status="JobRunState",
    service="JobName",
    error_type=(Match("ErrorMessage", r"\b(\w+(?:Error|Exception))\b"), Literal("glue_job_failed")),
    external_url=Text(
        "https://{config.region}.console.aws.amazon.com/gluestudio/home?region={config.region}#/job/{JobName}/run/{Id}"
    ),
    source_created_at=("StartedOn", Instant("StartedOn", TimeFormat.EPOCH_SECONDS)),
    resolved_at=("CompletedOn", Instant("CompletedOn", TimeFormat.EPOCH_SECONDS)),
    job="JobName",
    succeeded=Is("JobRunState", SUCCEEDED),
    attributes={"attempt": "Attempt", "worker_type": "WorkerType", "glue_version": "GlueVersion"},
)
EVENT = IssueMapping(
    name="state change",
    identifies=Identifies.EVENT,
    when=Every((Has("detail.jobName"), Has("detail.state"))),
    title=(
        Concat(("detail.jobName", Literal(": "), Match("detail.message", r"^\s*([^\n]+)"))),
        Text("{detail.jobName} {detail.state}"),
    ),
    body="detail.message",
    severity="detail.state",
    status="detail.state",
    service="detail.jobName",
    error_type=(Match("detail.message", r"\b(\w+(?:Error|Exception))\b"), Literal("glue_job_failed")),
    environment="region",
    external_url=Text(
        "https://{region}.console.aws.amazon.com/gluestudio/home?region={region}#/job/{detail.jobName}/run/{detail.jobRunId}"
    ),
    source_created_at="time",
    resolved_at="time",
    job="detail.jobName",
    succeeded=Is("detail.state", SUCCEEDED),
    attributes={"account": "account", "region": "region"},
)
CRAWLER_EVENT = IssueMapping(
    name="state change of a crawler",
    identifies=Identifies.EVENT,
    when=Every((Has("detail.crawlerName"), Has("detail.state"))),
    title=(
        Concat(("detail.crawlerName", Literal(": "), Match("detail.errorMessage", r"^\s*([^\n]+)"))),
        Text("{detail.crawlerName} {detail.state}"),
    ),
    body=("detail.errorMessage", "detail.message"),
    severity="detail.state",
    status="detail.state",
    service="detail.crawlerName",
    error_type=Literal("glue_crawler_failed"),
    environment="region",
    external_url=Text(
        "https://{region}.console.aws.amazon.com/glue/home?region={region}#/v2/data-catalog/crawlers/view/{detail.crawlerName}"
    ),
    source_created_at=("detail.completionDate", "time"),
    resolved_at="time",
    job=Text("crawler/{detail.crawlerName}"),
    succeeded=Is("detail.state", SUCCEEDED),
    attributes={"account": "account", "region": "region"},
)

CONNECTOR = spec.Connector(
    name="aws_glue",
    title="AWS Glue",
    category=spec.Category.DATA,
    docs_url="https://docs.aws.amazon.com/glue/latest/webapi/API_GetJobRuns.html",
    plan="growth",
    base_url="https://glue.{region}.amazonaws.com",
    credentials=(
        spec.Field("access_key_id", "Access key ID", help="Of a user who may call glue:GetJobRuns."),
        spec.Field("secret_access_key", "Secret access key"),
    ),
    config=(
        spec.Field("region", "Region", pattern=r"[a-z0-9-]+"),
        spec.Field("jobs", "Jobs", help="Names of the jobs to read.", type="list"),
    ),
    auth=spec.AwsSignature(service="glue"),
    pulls=(
        spec.Pull(
            name="job_runs",
            path="/",
            method="POST",
            headers=(("X-Amz-Target", "AWSGlue.GetJobRuns"), ("Content-Type", "application/x-amz-json-1.1")),
            params=(("JobName", "{item}"),),
            records="JobRuns",
            pages=spec.TokenPages(
                next_path="NextToken", param="NextToken", size=200, size_param="MaxResults"
            ),
            schema=spec.RecordSchema(
                key="Id",
                updated_at=UPDATED_AT,
                times=spec.TimeFormat.EPOCH_SECONDS,
                keep=Among("JobRunState", ENDED),
            ),
            since=spec.Since(field="CompletedOn", newest_first=True),
            for_each="jobs",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        delivery_path="id",
        events=(
            # The command line writes the times of the same answer as ISO 8601.
            spec.WebhookEvent(
                record="JobRuns",
                schema=spec.RecordSchema(
                    key="Id",
                    updated_at=UPDATED_AT,
                    kind="printed_run",
                    keep=Among("JobRunState", ENDED),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="detail.jobRunId"),
                schema=spec.RecordSchema(
                    key="detail.jobRunId",
                    updated_at=("time",),
                    kind="event",
                    keep=Among("detail.state", ENDED),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="detail.crawlerName"),
                schema=spec.RecordSchema(
                    key="crawler/{detail.crawlerName}/{id}",
                    updated_at=("time",),
                    kind="event",
                    keep=Among("detail.state", ENDED),
                ),
            ),
        ),
        setup=(
            "EventBridge rule for “Glue Job State Change” with an API destination: this address, and a "
            "connection that sends the secret in the header x-causeloop-token."
        ),
    ),
    issues=(EVENT, RUN, CRAWLER_EVENT),
)

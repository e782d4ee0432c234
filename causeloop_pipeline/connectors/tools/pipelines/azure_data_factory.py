"""Azure Data Factory: failed pipeline runs, queried by their last update."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Concat, Every, Has, Is, Literal, Match, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

FAILED, SUCCEEDED = ("failed", "cancelled"), ("succeeded",)
RUN = IssueMapping(
    name="pipeline run",
    identifies=Identifies.EVENT,
    when=Every((Has("runId"), Has("pipelineName"))),
    title=(
        Concat(("pipelineName", Literal(": "), Match("message", r"^\s*([^\n]+)"))),
        Text("{pipelineName} {status}"),
    ),
    body="message",
    severity="status",
    status="status",
    service="pipelineName",
    error_type=(Match("message", r"[Ee]rror ?[Cc]ode[=:] ?'?(\w+)"), Literal("pipeline_failed")),
    environment="annotations.0",
    external_url=Text(
        "https://adf.azure.com/en/monitoring/pipelineruns/{runId}?factory=%2Fsubscriptions%2F{config.subscription}%2FresourceGroups%2F{config.resource_group}%2Fproviders%2FMicrosoft.DataFactory%2Ffactories%2F{config.factory}"
    ),
    source_created_at=("runStart", "start"),
    resolved_at=("runEnd", "end", "lastUpdated"),
    job="pipelineName",
    succeeded=Is("status", SUCCEEDED),
    attributes={"trigger": "invokedBy.name", "duration_ms": "durationInMs"},
)
ACTIVITY = IssueMapping(
    name="activity run",
    identifies=Identifies.EVENT,
    when=Every((Has("activityRunId"), Has("activityName"))),
    title=(
        Concat((Text("{pipelineName} {activityName}: "), Match("error.message", r"^\s*([^\n]+)"))),
        Text("{pipelineName} {activityName} {status}"),
    ),
    body=("error.message", "output.errors.0.Message"),
    severity="status",
    status="status",
    service="pipelineName",
    error_type=("error.errorCode", "error.failureType", Literal("activity_failed")),
    external_url=Text(
        "https://adf.azure.com/en/monitoring/pipelineruns/{pipelineRunId}?factory=%2Fsubscriptions%2F{config.subscription}%2FresourceGroups%2F{config.resource_group}%2Fproviders%2FMicrosoft.DataFactory%2Ffactories%2F{config.factory}"
    ),
    source_created_at="activityRunStart",
    resolved_at="activityRunEnd",
    job="pipelineName",
    attributes={"activity": "activityType", "run": "pipelineRunId", "failure": "error.failureType"},
)

CONNECTOR = spec.Connector(
    name="azure_data_factory",
    title="Azure Data Factory",
    category=spec.Category.DATA,
    docs_url="https://learn.microsoft.com/rest/api/datafactory/pipeline-runs/query-by-factory",
    plan="growth",
    base_url="https://management.azure.com",
    site=(),
    credentials=(
        spec.Field("client_id", "Application ID", help="Of an app registration with the role Reader."),
        spec.Field("client_secret", "Client secret"),
    ),
    config=(
        spec.Field("tenant", "Entra tenant ID", pattern=r"[0-9a-fA-F-]{36}"),
        spec.Field("subscription", "Subscription ID", pattern=r"[0-9a-fA-F-]{36}"),
        spec.Field("resource_group", "Resource group"),
        spec.Field("factory", "Factory"),
    ),
    auth=spec.entra_app("https://management.azure.com", tenant="{tenant}"),
    pulls=(
        spec.Pull(
            name="pipeline_runs",
            path=(
                "/subscriptions/{subscription}/resourceGroups/{resource_group}/providers"
                "/Microsoft.DataFactory/factories/{factory}/queryPipelineRuns?api-version=2018-06-01"
            ),
            method="POST",
            records="value",
            pages=spec.TokenPages(next_path="continuationToken", param="continuationToken"),
            schema=spec.RecordSchema(
                key="runId",
                updated_at=("lastUpdated", "runEnd"),
                keep=Among("status", (*FAILED, *SUCCEEDED)),
            ),
            since=spec.Since(
                field="lastUpdated",
                param="lastUpdatedAfter",
                until_param="lastUpdatedBefore",
                window=timedelta(days=7),
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=tuple(
            spec.WebhookEvent(
                record=record,
                when=spec.Condition(path=path),
                schema=spec.RecordSchema(
                    key="activity/{activityRunId}",
                    updated_at=("activityRunEnd", "activityRunStart"),
                    kind="activity",
                    keep=Among("status", FAILED),
                ),
            )
            for record, path in (("value", "value.0.activityRunId"), ("", "activityRunId"))
        ),
        setup="A Web activity on failure posts the activity's run, with the header x-causeloop-token.",
    ),
    issues=(ACTIVITY, RUN),
)

"""Harness: failed pipeline executions and deployments that succeeded, of NextGen and of FirstGen."""

from dataclasses import replace

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Kind,
    Literal,
    Match,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among, Both, Named
from causeloop_pipeline.model.issue import Identifies

FAILURES = ("failed", "errored", "error", "expired", "rejected", "approvalrejected", "aborted_by_freeze")
SUCCESS = ("success", "succeeded")
JOB = Join(("pipelineIdentifier", "moduleInfo.ci.branch"), "/")
DONE = ("success", "succeeded", "ignorefailed")
PAGE = (
    "https://app.harness.io/ng/account/{config.account}/all/orgs/{config.organization}"
    "/projects/{config.project}/pipelines/{pipelineIdentifier}/executions/{planExecutionId}/pipeline"
)


def moments(*paths: str) -> tuple[Instant, ...]:
    """Times in epoch milliseconds."""
    return tuple(Instant(path, TimeFormat.EPOCH_MILLISECONDS) for path in paths)


def pushed_moments(path: str) -> tuple[Instant, ...]:
    """A time of a notification: ten digits are seconds, thirteen milliseconds."""
    return (
        Instant(Match(path, r"^\d{10}$"), TimeFormat.EPOCH_SECONDS),
        Instant(Match(path, r"^\d{13}$"), TimeFormat.EPOCH_MILLISECONDS),
    )


EXECUTION = IssueMapping(
    name="execution",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Kind(("run",)),
            Every((Has("planExecutionId"), Has("status"), Some((Has("name"), Has("pipelineIdentifier"))))),
        )
    ),
    title=Join((("name", "pipelineIdentifier"), "executionErrorInfo.message"), ": "),
    body=("executionErrorInfo.message", "failureInfo.message"),
    severity="status",
    status="status",
    service=("moduleInfo.cd.serviceIdentifiers.0", "moduleInfo.ci.repoName", "pipelineIdentifier"),
    error_type=("failureInfo.failureTypeList.0", Literal("execution_failed")),
    environment=("moduleInfo.cd.envIdentifiers.0", "moduleInfo.ci.branch", "gitDetails.branch"),
    external_url=Text(PAGE),
    source_created_at=moments("startTs", "createdAt"),
    resolved_at=moments("endTs"),
    job=JOB,
    succeeded=Is("status", SUCCESS),
    attributes={"number": "runSequence", "pipeline": "pipelineIdentifier"},
)
NOTIFICATION = IssueMapping(
    name="notification",
    identifies=Identifies.EVENT,
    when=Every((Kind(("notification",)), Every((Has("planExecutionId"), Has("eventType"))))),
    title=Join((("pipelineName", "pipelineIdentifier"), ("stageName", "stepName", "errorMessage")), ": "),
    body=("errorMessage", "failureInfo.message"),
    severity=("nodeStatus", "eventType"),
    status=("nodeStatus", "eventType"),
    service=(
        "moduleInfo.services.0.id",
        "moduleInfo.services.0.name",
        "moduleInfo.services.0",
        "pipelineIdentifier",
        "pipelineName",
    ),
    error_type=("failureInfo.failureTypeList.0", Literal("execution_failed")),
    team=("projectIdentifier",),
    environment=(
        "moduleInfo.environments.0.id",
        "moduleInfo.environments.0.name",
        "moduleInfo.environments.0",
    ),
    external_url=("executionUrl", "pipelineUrl"),
    source_created_at=(*pushed_moments("startTs"), "startTime"),
    resolved_at=(*pushed_moments("endTs"), "endTime"),
    job=JOB,
    succeeded=Is(("nodeStatus", "eventType"), (*SUCCESS, "pipelinesuccess", "pipeline_success")),
    attributes={"pipeline": "pipelineIdentifier", "triggered_by": "triggeredBy.name"},
)
FIRST_GEN = IssueMapping(
    name="FirstGen execution",
    identifies=Identifies.EVENT,
    when=Every((Kind(("first_gen",)), Every((Has("application"), Has("status"))))),
    title=Join((("name", "pipeline.name", "workflow.name", "application.name"), "status"), ": "),
    body=Different(("notes", "failureDetails"), than="application.name"),
    severity="status",
    status="status",
    service=(
        "services.nodes.0.name",
        "outcomes.nodes.0.service.name",
        "artifacts.0.artifactSource.name",
        "application.services.nodes.0.artifactSources.0.name",
        "application.name",
    ),
    error_type=Literal("execution_failed"),
    environment=("environments.nodes.0.name", "outcomes.nodes.0.environment.name"),
    external_url="url",
    source_created_at=moments("startedAt", "createdAt"),
    resolved_at=moments("endedAt"),
    attributes={"build": "artifacts.0.buildNo", "application": "application.name"},
)
DEPLOYMENT = ChangeMapping(
    name="execution that deployed",
    when=Every((Has("planExecutionId"), Some((Has("status"), Has("eventType"))))),
    change_kind=Literal("deploy"),
    title=Join((("name", "pipelineName", "pipelineIdentifier"), Text("#{runSequence}")), " "),
    service=(
        "moduleInfo.cd.serviceIdentifiers.0",
        "moduleInfo.services.0.id",
        "moduleInfo.services.0",
        "pipelineIdentifier",
    ),
    environment=(
        "moduleInfo.cd.envIdentifiers.0",
        "moduleInfo.environments.0.id",
        "moduleInfo.environments.0",
    ),
    external_url=("executionUrl", Text(PAGE)),
    changed_at=(*pushed_moments("endTs"), *pushed_moments("startTs"), "endTime", "startTime"),
)
FIRST_GEN_DEPLOYMENT = ChangeMapping(
    name="FirstGen deployment",
    when=Every((Has("application"), Has("endedAt"))),
    change_kind=Literal("deploy"),
    title=Join((("name", "workflow.name", "application.name"), "artifacts.0.buildNo"), " "),
    service=("services.nodes.0.name", "artifacts.0.artifactSource.name", "application.name"),
    environment="environments.nodes.0.name",
    changed_at=moments("endedAt", "startedAt"),
)
MILLISECONDS = spec.TimeFormat.EPOCH_MILLISECONDS
FAILED_EXECUTION = spec.RecordSchema(
    key="planExecutionId",
    updated_at=("endTs", "startTs"),
    times=MILLISECONDS,
    kind="run",
    keep=Among("status", (*FAILURES, *SUCCESS)),
)
DEPLOYED_EXECUTION = spec.RecordSchema(
    key="deploy/{planExecutionId}",
    updated_at=("endTs", "startTs"),
    times=MILLISECONDS,
    kind="change",
    keep=Both(
        Among("status", DONE), Named(("modules", "name", "pipelineIdentifier"), r"'cd'|\bcd\b|deploy|release")
    ),
)
NOTIFIED = spec.RecordSchema(
    key="planExecutionId",
    updated_at=("endTs", "startTs"),
    times=MILLISECONDS,
    kind="notification",
    keep=Both(
        Among(
            "eventType",
            (
                *("pipelinefailed", "stagefailed", "stepfailed", "pipelineend"),
                *("pipeline_failed", "stage_failed", "step_failed", "pipeline_end"),
                *("pipelinesuccess", "pipeline_success"),
            ),
        ),
        Among("nodeStatus", (*FAILURES, *SUCCESS)),
    ),
)


def poll_executions(name: str, schema: spec.RecordSchema) -> spec.Pull:
    """The latest executions of the project, newest first."""
    return spec.Pull(
        name=name,
        path=(
            "/pipeline/api/pipelines/execution/summary?accountIdentifier={account}"
            "&orgIdentifier={organization}&projectIdentifier={project}&page={page}&size=100"
        ),
        method="POST",
        params=(("filterType", "PipelineExecution"),),
        records="data.content",
        pages=spec.PathPages(size=100, first=0),
        schema=schema,
        since=spec.Since(field="startTs", newest_first=True),
    )


CONNECTOR = spec.Connector(
    name="harness",
    title="Harness",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://apidocs.harness.io/tag/Pipeline-Execution-Details",
    plan="growth",
    base_url="https://app.harness.io",
    site=("account", "organization", "project"),
    credentials=(spec.Field("api_key", "API key", help="Of a service account that may view pipelines."),),
    config=(
        spec.Field("account", "Account", help="Its identifier.", pattern=r"[A-Za-z0-9_-]+"),
        spec.Field("organization", "Organization", help="Its identifier.", pattern=r"[A-Za-z0-9_$]+"),
        spec.Field("project", "Project", help="Its identifier.", pattern=r"[A-Za-z0-9_$]+"),
    ),
    auth=spec.Headers((("x-api-key", "{api_key}"),)),
    pulls=(
        poll_executions("executions", FAILED_EXECUTION),
        poll_executions("deployments", DEPLOYED_EXECUTION),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        ignore=(
            spec.Condition(
                path="eventData.eventType",
                values=frozenset(
                    {
                        *("PipelineStart", "PipelinePaused", "StageStart", "StageSuccess"),
                        *("PIPELINE_START", "PIPELINE_PAUSED", "STAGE_START", "STAGE_SUCCESS"),
                    }
                ),
            ),
        ),
        events=(
            spec.WebhookEvent(
                record="eventData",
                when=spec.Condition(
                    path="eventData.eventType", values=frozenset({"PipelineSuccess", "PIPELINE_SUCCESS"})
                ),
                schema=spec.RecordSchema(
                    key="deploy/{planExecutionId}",
                    updated_at=(),
                    kind="change",
                    keep=Both(
                        Among("eventType", ("pipelinesuccess", "pipeline_success")),
                        Named(
                            ("pipelineName", "pipelineIdentifier", "moduleInfo"),
                            r"deploy|release|environments",
                        ),
                    ),
                ),
            ),
            spec.WebhookEvent(
                record="eventData",
                when=spec.Condition(path="eventData.startTime"),
                schema=replace(NOTIFIED, times=TimeFormat.EPOCH_SECONDS),
            ),
            spec.WebhookEvent(record="eventData", schema=NOTIFIED),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="application"),
                schema=spec.RecordSchema(
                    updated_at=("endedAt", "startedAt"),
                    times=MILLISECONDS,
                    kind="first_gen",
                    keep=Among("status", FAILURES),
                ),
            ),
            spec.WebhookEvent(
                record="data.executions.nodes",
                schema=spec.RecordSchema(
                    updated_at=("endedAt", "startedAt"),
                    times=MILLISECONDS,
                    kind="first_gen",
                    keep=Among("status", FAILURES),
                ),
            ),
        ),
        setup=(
            "Pipeline › Notify: a webhook with the address and the header X-Causeloop-Token for Pipeline "
            "Failed and Pipeline Success."
        ),
    ),
    issues=(NOTIFICATION, EXECUTION, FIRST_GEN),
    changes=(DEPLOYMENT, FIRST_GEN_DEPLOYMENT),
)

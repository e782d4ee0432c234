"""Bamboo: failed builds and deployments, and deployments that succeeded, polled and pushed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Is,
    Join,
    Kind,
    Literal,
    PlainText,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

SUCCEEDED = ("success", "successful")


def moments(*paths: str) -> tuple[Instant, ...]:
    """Deployments have epoch milliseconds, pushed ones ISO 8601."""
    return tuple(
        Instant(path, form) for path in paths for form in (TimeFormat.EPOCH_MILLISECONDS, TimeFormat.ISO)
    )


BUILD = IssueMapping(
    name="build",
    identifies=Identifies.EVENT,
    when=Some(
        (
            Every((Kind(("run",)), Has("buildResultKey"), Has("buildState"))),
            Every((Kind(("build_event",)), Has("buildResultKey"), Has("status"))),
        )
    ),
    title=Join((("plan.name", "planName", "buildPlanName"), ("buildNumber", "buildResultKey")), " #"),
    body=(PlainText("buildReason"), PlainText("reasonSummary"), "triggerReason", "buildTestSummary"),
    severity=("buildState", "state", "status"),
    status=("buildState", "state", "status"),
    service=("planName", "plan.shortName", "buildPlanName"),
    error_type=Literal("build_failed"),
    team="projectName",
    environment=("master.shortName", "planBranchName", "vcsBranch"),
    external_url=(
        Text("{config.base_url}/browse/{buildResultKey}"),
        "link.href",
    ),
    source_created_at=("buildStartedTime", "startedAt", "buildCompletedTime"),
    resolved_at=("buildCompletedTime", "finishedAt"),
    job=("plan.key", "buildPlanKey"),
    succeeded=Is(("buildState", "state", "status"), SUCCEEDED),
    attributes={
        "number": "buildNumber",
        "plan": ("plan.key", "buildPlanKey"),
        "commit": "vcsRevisionKey",
        "failed_tests": "failedTestCount",
    },
)
FAILED_DEPLOYMENT = IssueMapping(
    name="failed deployment",
    identifies=Identifies.EVENT,
    when=Every((Kind(("deployment",)), Some((Has("deploymentState"), Has("deploymentResultId"))))),
    title=(
        Join((("deploymentProjectName", "deploymentVersion.items.0.label"), "deploymentVersionName"), " "),
        "environmentName",
    ),
    body=(PlainText("reasonSummary"), "triggerReason"),
    severity=("deploymentState", "status"),
    status=("deploymentState", "status"),
    service=("deploymentProjectName", "deploymentVersion.items.0.planResultKey.entityKey.key"),
    error_type=Literal("deployment_failed"),
    environment=("environmentName", "environment.name"),
    external_url=(
        Text("{config.base_url}/deploy/viewDeploymentResult.action?deploymentResultId={id}"),
        Text("{config.base_url}/deploy/viewDeploymentResult.action?deploymentResultId={deploymentResultId}"),
    ),
    source_created_at=moments("startedDate", "startedAt", "executedDate"),
    resolved_at=moments("finishedDate", "finishedAt"),
    job=Join(("deploymentProjectName", ("environmentName", "environment.name")), "/"),
    succeeded=Is(("deploymentState", "status"), SUCCEEDED),
    attributes={"version": "deploymentVersionName", "branch": "deploymentVersion.planBranchName"},
)
DEPLOYMENT = ChangeMapping(
    name="deployment",
    when=Some((Has("deploymentState"), Has("deploymentResultId"))),
    change_kind=Literal("deploy"),
    title=(
        Join((("deploymentProjectName", "deploymentVersion.items.0.label"), "deploymentVersionName"), " "),
        "environmentName",
    ),
    service=("deploymentProjectName", "deploymentVersion.items.0.planResultKey.entityKey.key"),
    environment=("environmentName", "environment.name"),
    external_url=Text("{config.base_url}/deploy/viewDeploymentResult.action?deploymentResultId={id}"),
    changed_at=moments("finishedDate", "finishedAt", "executedDate"),
)
MILLISECONDS = spec.TimeFormat.EPOCH_MILLISECONDS
BUILD_RECORD = spec.RecordSchema(
    key="buildResultKey",
    updated_at=("buildCompletedTime", "buildStartedTime"),
    kind="run",
    keep=Among("buildState", ("failed", *SUCCEEDED)),
)
FAILED_RECORD = spec.RecordSchema(
    key="deployment/{id}",
    updated_at=("finishedDate", "startedDate"),
    times=MILLISECONDS,
    kind="deployment",
    keep=Among("deploymentState", ("failed", *SUCCEEDED)),
)
DEPLOYED_RECORD = spec.RecordSchema(
    key="deploy/{id}",
    updated_at=("finishedDate", "startedDate"),
    times=MILLISECONDS,
    kind="change",
    keep=Among("deploymentState", ("success",)),
)


def poll_builds(name: str, state: str) -> spec.Pull:
    """The builds of all plans that ended in one way, newest first."""
    return spec.Pull(
        name=name,
        path="/rest/api/latest/result",
        params=(("buildstate", state), ("expand", "results.result")),
        records="results.result",
        pages=spec.OffsetPages(size_param="max-result", offset_param="start-index"),
        schema=BUILD_RECORD,
        since=spec.Since(field="buildCompletedTime", newest_first=True),
    )


def poll_deployments(name: str, schema: spec.RecordSchema) -> spec.Pull:
    """The results of each environment, newest first."""
    return spec.Pull(
        name=name,
        path="/rest/api/latest/deploy/environment/{item}/results",
        for_each="environments",
        records="results",
        pages=spec.OffsetPages(size=25, size_param="max-results", offset_param="start-index"),
        schema=schema,
        since=spec.Since(field="startedDate", newest_first=True),
        optional=True,
    )


CONNECTOR = spec.Connector(
    name="bamboo",
    title="Bamboo",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developer.atlassian.com/server/bamboo/rest/",
    plan="starter",
    base_url="{base_url}",
    credentials=(spec.Field("token", "Personal access token", help="Profile › Personal access tokens."),),
    config=(
        spec.Field(
            "base_url", "Bamboo address", help="Such as https://ci.acme.example.", pattern=r"https?://\S+"
        ),
        spec.Field(
            "environments",
            "Deployment environments",
            help="Their ids, whose deployments count.",
            required=False,
            default=(),
            pattern=r"\d+",
            type="list",
        ),
    ),
    auth=spec.Bearer("{token}"),
    headers=(("Accept", "application/json"),),
    pulls=(
        poll_builds("builds", "Failed"),
        poll_builds("successful_builds", "Successful"),
        poll_deployments("failed_deployments", FAILED_RECORD),
        poll_deployments("deployments", DEPLOYED_RECORD),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature("x-hub-signature", prefix="sha256="),
            spec.SharedSecret("x-causeloop-token"),
        ),
        delivery_path="uuid",
        events=(
            spec.WebhookEvent(
                record="build",
                schema=spec.RecordSchema(
                    key="buildResultKey",
                    updated_at=("finishedAt", "startedAt"),
                    kind="build_event",
                    keep=Among("status", ("failed", "error", *SUCCEEDED)),
                ),
            ),
            spec.WebhookEvent(
                record="deployment",
                when=spec.Condition(path="deployment.status", values=frozenset({"SUCCESS"})),
                schema=spec.RecordSchema(
                    key="deploy/{deploymentResultId}",
                    updated_at=("finishedAt", "startedAt"),
                    kind="change",
                    keep=Among("status", ("success",)),
                ),
            ),
            spec.WebhookEvent(
                record="deployment",
                schema=spec.RecordSchema(
                    key="deployment/{deploymentResultId}",
                    updated_at=("finishedAt", "startedAt"),
                    kind="deployment",
                    keep=Among("status", ("failed", *SUCCEEDED)),
                ),
            ),
        ),
        setup=(
            "Plan or deployment project › Notifications: a webhook with the address and the secret for "
            "all builds and deployments."
        ),
    ),
    issues=(FAILED_DEPLOYMENT, BUILD),
    changes=(DEPLOYMENT,),
)

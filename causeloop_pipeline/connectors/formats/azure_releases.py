"""Deployments of Azure DevOps' classic releases: changes where they succeeded, else issues."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.json_paths import find_first_value
from causeloop_pipeline.connectors.mapping.expressions import Has, Join, Kind, Literal, Some, Text
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

DEPLOYMENT_STATUS = (
    "deploymentStatus",
    "deployment.deploymentStatus",
    "environment.status",
    "approval.status",
)
UNDONE = ("failed", "rejected", "canceled", "partiallysucceeded")


def is_undone(deployment: spec.Record) -> bool:
    """Whether a deployment or its approval ended badly."""
    return str(find_first_value(deployment, DEPLOYMENT_STATUS)).lower() in UNDONE


def is_done(deployment: spec.Record) -> bool:
    """Whether a deployment succeeded, as far as it says; an approval alone deploys nothing."""
    status = str(find_first_value(deployment, DEPLOYMENT_STATUS) or "succeeded").lower()
    return "approval" not in deployment and status == "succeeded"


FAILED_RELEASE = IssueMapping(
    name="deployment of a release that failed or was rejected",
    identifies=Identifies.EVENT,
    when=Kind(("deployment",)),
    title=Join(
        (
            (
                Text("{release.name} to {releaseEnvironment.name}"),
                Text("{environment.release.name} to {environment.name}"),
                Text("{release.name} to {environment.name}"),
                Text("{approval.release.name} to {approval.releaseEnvironment.name}"),
                Text("{deployment.release.name} to {environment.name}"),
                Text("Deployment to {environment.name}"),
            ),
            DEPLOYMENT_STATUS,
        ),
        ": ",
    ),
    body=("detailed_message", "message"),
    severity=Literal("deployment failed"),
    status=DEPLOYMENT_STATUS,
    service=(
        "releaseDefinition.name",
        "environment.releaseDefinition.name",
        "approval.releaseDefinition.name",
        "release.releaseDefinition.name",
        "deployment.releaseDefinition.name",
        "project.name",
    ),
    error_type=Literal("deployment_failed"),
    team="project.name",
    environment=("releaseEnvironment.name", "environment.name", "approval.releaseEnvironment.name"),
    external_url=(
        "release._links.web.href",
        "environment.release._links.web.href",
        "_links.web.href",
    ),
    source_created_at=(
        "startedOn",
        "queuedOn",
        "deployment.startedOn",
        "environment.createdOn",
        "approval.createdOn",
        "event_at",
    ),
    resolved_at=("completedOn", "event_at"),
)
RELEASED = ChangeMapping(
    name="release",
    when=Some(
        (
            Has("releaseDefinition"),
            Has("environment.releaseDefinition"),
            Has("release"),
            Has("deployment.release"),
        )
    ),
    change_kind=Literal("deploy"),
    title=(
        Text("{release.name} to {releaseEnvironment.name}"),
        Text("{environment.release.name} to {environment.name}"),
        Text("{deployment.release.name} to {environment.name}"),
        "release.name",
        "name",
    ),
    service=(
        "releaseDefinition.name",
        "environment.releaseDefinition.name",
        "deployment.releaseDefinition.name",
        "project.name",
    ),
    environment=("releaseEnvironment.name", "environment.name"),
    external_url=("release._links.web.href", "_links.web.href"),
    changed_at=("completedOn", "environment.timeToDeploy", "createdOn", "event_at"),
)
EVENT_TYPES = frozenset(
    {"ms.vss-release.deployment-completed-event", "ms.vss-release.deployment-approval-completed-event"}
)
PUSHED_RELEASE = spec.RecordSchema(
    key="release/{event_id}", updated_at=("event_at",), kind="change", keep=is_done
)
PUSHED_FAILED_RELEASE = spec.RecordSchema(
    key="release/{event_id}", updated_at=("event_at",), kind="deployment", keep=is_undone
)
RELEASED_SCHEMA = spec.RecordSchema(
    key="deployment/{id}", updated_at=("completedOn", "lastModifiedOn"), kind="change", keep=is_done
)
FAILED_RELEASE_SCHEMA = spec.RecordSchema(
    key="deployment/{id}", updated_at=("completedOn", "lastModifiedOn"), kind="deployment", keep=is_undone
)
RELEASE_EVENTS = (
    *(
        spec.WebhookEvent(
            record="resource",
            when=spec.Condition(path="eventType", values=EVENT_TYPES),
            schema=schema,
            add=(("event_at", "createdDate"), ("event_id", "id"), ("message", "message.text")),
        )
        for schema in (PUSHED_RELEASE, PUSHED_FAILED_RELEASE)
    ),
    *(
        spec.WebhookEvent(record=path, when=spec.Condition(path=condition), schema=schema)
        for path, condition in (("value", "value.0.deploymentStatus"), ("", "deploymentStatus"))
        for schema in (RELEASED_SCHEMA, FAILED_RELEASE_SCHEMA)
    ),
)

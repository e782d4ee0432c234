"""Octopus Deploy: failed deployments and runbook runs, and deployments that succeeded, polled and pushed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Is,
    Join,
    Kind,
    Literal,
    Match,
    Not,
    PlainText,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

FAILURES = ("failed", "timedout")
PROJECT = r"(?:Deploy|Redeploy|Run .+ runbook for|Run) (.+) release "
ENVIRONMENT = r" to (.+)$"
DEPLOYED_TO_BY_TASK = ("EnvironmentName", Match("Description", ENVIRONMENT))
SUCCEEDED_EVENTS = ("deploymentsucceeded", "runbookrunsucceeded")
WEB = Text("{config.base_url}{Links.Web}")

TASK = IssueMapping(
    name="task",
    identifies=Identifies.EVENT,
    when=Every(
        (Kind(("run",)), Every((Has("State"), Some((Has("Description"), Has("QueueTime"))), Has("Name"))))
    ),
    title=("Description", "Name"),
    body="ErrorMessage",
    severity="State",
    status="State",
    service=("ProjectName", Match("Description", PROJECT)),
    error_type=("Name", Literal("deployment_failed")),
    team=("SpaceName", "SpaceId"),
    environment=DEPLOYED_TO_BY_TASK,
    external_url=WEB,
    source_created_at=("StartTime", "QueueTime"),
    resolved_at=("CompletedTime", "LastUpdatedTime"),
    job=Join((("ProjectName", Match("Description", PROJECT)), DEPLOYED_TO_BY_TASK), "/"),
    succeeded=Is("State", ("success",)),
    attributes={"task": "Id", "deployment": "Arguments.DeploymentId", "server": "ServerNode"},
)
DEPLOYMENT_RECORD = IssueMapping(
    name="deployment",
    identifies=Identifies.EVENT,
    when=Every((Kind(("deployment",)), Every((Has("Name"), Has("TaskId"), Has("Task.State"))))),
    title=(Text("{ProjectName}: {Name}"), "Name"),
    body=("Task.ErrorMessage", "ChangesMarkdown", "Comments"),
    severity="Task.State",
    status="Task.State",
    service=("ProjectName", "ProjectId"),
    error_type=Literal("deployment_failed"),
    team=("SpaceName", "SpaceId"),
    environment=("EnvironmentName", "EnvironmentId"),
    external_url=WEB,
    source_created_at=("Task.StartTime", "Created"),
    resolved_at="Task.CompletedTime",
    job=Join((("ProjectName", "ProjectId"), ("EnvironmentName", "EnvironmentId")), "/"),
    succeeded=Is("Task.State", ("success",)),
    attributes={"task": "TaskId", "release": "ReleaseId"},
)
DEPLOYED_PROJECT = (
    Match("Message", r"for (?:project )?(.+?)[ ,]+release"),
    Match("Message", r"[Dd]eploy (.+) release "),
)
DEPLOYED_TO = (
    Match("Message", r" release [^ ]+ to ([^,]+?)(?: failed| succeeded| for .*|)$"),
    Match("Message", r" to ([^,]+?)(?: failed| succeeded| for .*|)$"),
)
EVENT = IssueMapping(
    name="subscription event",
    identifies=Identifies.EVENT,
    when=Every((Kind(("event",)), Every((Has("Category"), Has("Message"), Has("RelatedDocumentIds"))))),
    title="Message",
    body=("Comments", PlainText("Details")),
    severity="Category",
    status="Category",
    service=DEPLOYED_PROJECT,
    error_type="Category",
    team="SpaceId",
    environment=DEPLOYED_TO,
    external_url="ServerUri",
    source_created_at="Occurred",
    resolved_at="Occurred",
    job=Join((DEPLOYED_PROJECT, DEPLOYED_TO), "/"),
    succeeded=Is("Category", SUCCEEDED_EVENTS),
    attributes={"event": "Id", "documents": "RelatedDocumentIds"},
)
DEPLOYED = ChangeMapping(
    name="deployment",
    when=Every(
        (Has("Name"), Some((Has("Task.State"), Every((Is("State", ("Success",)), Has("Description"))))))
    ),
    change_kind=Literal("deploy"),
    title=(Text("{ProjectName}: {Name}"), "Description", "Name"),
    service=("ProjectName", Match("Description", PROJECT), "ProjectId"),
    environment=("EnvironmentName", Match("Description", ENVIRONMENT), "EnvironmentId"),
    external_url=WEB,
    changed_at=("Task.CompletedTime", "CompletedTime", "Task.StartTime", "StartTime"),
)
DEPLOYED_EVENT = ChangeMapping(
    name="subscription event",
    when=Every((Has("Category"), Has("Message"), Not(Has("State")))),
    change_kind=Literal("deploy"),
    title="Message",
    service=DEPLOYED_PROJECT,
    environment=DEPLOYED_TO,
    external_url="ServerUri",
    changed_at="Occurred",
)


def poll_tasks(name: str, kind: str, states: str, schema: spec.RecordSchema) -> spec.Pull:
    """The tasks of one kind that ended in some states, newest first."""
    return spec.Pull(
        name=name,
        path="/api/{space}/tasks",
        params=(("name", kind), ("states", states)),
        records="Items",
        pages=spec.OffsetPages(size_param="take", offset_param="skip"),
        schema=schema,
        since=spec.Since(field="QueueTime", newest_first=True),
    )


def identify_task(key: str, kind: str, states: tuple[str, ...]) -> spec.RecordSchema:
    """A task under the id of what it deployed or ran."""
    return spec.RecordSchema(
        key=key,
        updated_at=("CompletedTime", "LastUpdatedTime", "QueueTime"),
        kind=kind,
        keep=Among("State", states),
    )


CONNECTOR = spec.Connector(
    name="octopus_deploy",
    title="Octopus Deploy",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://octopus.com/docs/octopus-rest-api",
    plan="starter",
    base_url="{base_url}",
    credentials=(spec.Field("api_key", "API key", help="Profile › My API keys."),),
    config=(
        spec.Field(
            "base_url", "Octopus address", help="Such as https://acme.octopus.app.", pattern=r"https?://\S+"
        ),
        spec.Field(
            "space", "Space", help="Its id.", required=False, default="Spaces-1", pattern=r"[A-Za-z0-9-]+"
        ),
    ),
    auth=spec.Headers((("X-Octopus-ApiKey", "{api_key}"),)),
    pulls=(
        poll_tasks(
            "failed_deployments",
            "Deploy",
            "Failed,TimedOut",
            identify_task("Arguments.DeploymentId", "run", FAILURES),
        ),
        poll_tasks(
            "failed_runbooks",
            "RunbookRun",
            "Failed,TimedOut",
            identify_task("Arguments.RunbookRunId", "run", FAILURES),
        ),
        poll_tasks(
            "successful_deployments",
            "Deploy",
            "Success",
            identify_task("Arguments.DeploymentId", "run", ("success",)),
        ),
        poll_tasks(
            "successful_runbooks",
            "RunbookRun",
            "Success",
            identify_task("Arguments.RunbookRunId", "run", ("success",)),
        ),
        poll_tasks(
            "deployments",
            "Deploy",
            "Success",
            identify_task("deploy/{Arguments.DeploymentId}", "change", ("success",)),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="Payload.Event",
                when=spec.Condition(path="Payload.Event.Category", values=frozenset({"DeploymentSucceeded"})),
                schema=spec.RecordSchema(
                    key="deploy/{RelatedDocumentIds.0}",
                    updated_at=("Occurred",),
                    kind="change",
                    keep=Among("Category", ("deploymentsucceeded",)),
                ),
                add=(("ServerUri", "Payload.ServerUri"),),
            ),
            spec.WebhookEvent(
                record="Payload.Event",
                schema=spec.RecordSchema(
                    key="RelatedDocumentIds.0",
                    updated_at=("Occurred",),
                    kind="event",
                    keep=Among(
                        "Category", ("deploymentfailed", "runbookrunfailed", "taskfailed", *SUCCEEDED_EVENTS)
                    ),
                ),
                add=(("ServerUri", "Payload.ServerUri"),),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="Task.State", values=frozenset({"Success"})),
                schema=spec.RecordSchema(
                    key="deploy/{Id}",
                    updated_at=("Task.CompletedTime",),
                    kind="change",
                    keep=Among("Task.State", ("success",)),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="Task.State"),
                schema=spec.RecordSchema(
                    key="Id",
                    updated_at=("Task.CompletedTime",),
                    kind="deployment",
                    keep=Among("Task.State", (*FAILURES, "success")),
                ),
            ),
        ),
        setup=(
            "Configuration › Subscriptions: a webhook with the address, the header X-Causeloop-Token and the "
            "categories Deployment failed and Deployment succeeded."
        ),
    ),
    issues=(EVENT, DEPLOYMENT_RECORD, TASK),
    changes=(DEPLOYED_EVENT, DEPLOYED),
)

"""Azure DevOps: work items read in batches, failed builds, releases as changes; service hooks push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.azure_releases import (
    FAILED_RELEASE,
    RELEASE_EVENTS,
    RELEASED,
)
from causeloop_pipeline.connectors.formats.named_errors import find_error
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Is,
    Kind,
    Literal,
    PlainText,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import DEPLOYMENT_NAME, Among, Both, Named
from causeloop_pipeline.connectors.ticket_marker import Unmarked
from causeloop_pipeline.model.issue import Identifies

FAILED = ("failed", "partiallysucceeded", "canceled", "8", "4", "32")
SUCCEEDED = ("succeeded", "2")


def has_ended(build: spec.Record) -> bool:
    """Whether a build or run failed or succeeded; former versions of the webhook say so in its status."""
    run = build.get("run") or build
    return str(run.get("result") or run.get("status")).lower() in (*FAILED, *SUCCEEDED)


WORK_ITEM = IssueMapping(
    name="work item",
    identifies=Identifies.EVENT,
    when=Every((Has("fields"), Some((Has(r"fields.System\.Title"), Has(r"fields.System\.State"))))),
    title=(r"fields.System\.Title", Text(r"Work item {id}")),
    body=(PlainText(r"fields.System\.Description"), PlainText(r"fields.Microsoft\.VSTS\.TCM\.ReproSteps")),
    severity=(
        r"fields.Microsoft\.VSTS\.Common\.Severity",
        Text(r"priority {fields.Microsoft\.VSTS\.Common\.Priority}"),
    ),
    status=(
        Choose(Is("event_type", ("workitem.deleted",)), Literal("deleted")),
        r"fields.System\.State.newValue",
        r"fields.System\.State",
    ),
    service=(r"fields.System\.AreaPath", r"fields.System\.TeamProject"),
    error_type=find_error(r"fields.System\.Title"),
    team=(r"fields.System\.TeamProject", r"fields.System\.AssignedTo.displayName"),
    environment=Tag(r"fields.System\.Tags", "env|environment"),
    external_url=(
        "_links.html.href",
        "url",
        Text("https://dev.azure.com/{config.organization}/_workitems/edit/{id}"),
    ),
    source_created_at=r"fields.System\.CreatedDate",
    resolved_at=(
        r"fields.Microsoft\.VSTS\.Common\.ClosedDate",
        r"fields.Microsoft\.VSTS\.Common\.ResolvedDate",
        r"fields.System\.ChangedDate",
    ),
    attributes={
        "type": r"fields.System\.WorkItemType",
        "tags": r"fields.System\.Tags",
        "iteration": r"fields.System\.IterationPath",
    },
)
RUN = IssueMapping(
    name="run of a pipeline",
    identifies=Identifies.EVENT,
    when=Kind(("run",)),
    title=Text("{pipeline.name} {run.name}: run {run.result}"),
    body="message",
    severity=Literal("build failed"),
    status="run.result",
    service="pipeline.name",
    error_type=Literal("build_failed"),
    external_url=("run._links.web.href", "run.url"),
    source_created_at="run.createdDate",
    resolved_at="run.finishedDate",
    job=Text("{pipeline.id}/{run.resources.repositories.self.refName}"),
    succeeded=Is("run.result", SUCCEEDED),
    attributes={"number": "run.name"},
)
BUILD = IssueMapping(
    name="build",
    identifies=Identifies.EVENT,
    when=Kind(("build",)),
    title=(
        Text("{definition.name} {buildNumber}: build {result}"),
        Text("{definition.name} {buildNumber}: build {status}"),
    ),
    body=("detailed_message", "message"),
    severity=Literal("build failed"),
    status=("result", "status"),
    service=("definition.name", "project.name"),
    error_type=Literal("build_failed"),
    team="project.name",
    environment="sourceBranch",
    external_url=("_links.web.href", "url"),
    source_created_at=("startTime", "queueTime"),
    resolved_at="finishTime",
    job=(Text("{definition.id}/{sourceBranch}"), "definition.id"),
    succeeded=Is(("result", "status"), SUCCEEDED),
    attributes={"commit": ("sourceVersion", "sourceGetVersion"), "number": "buildNumber", "reason": "reason"},
)
DEPLOY = ChangeMapping(
    name="build that deploys",
    when=Has("buildNumber"),
    change_kind=Literal("deploy"),
    title=Text("{definition.name} {buildNumber}"),
    service=("definition.name", "project.name"),
    environment="sourceBranch",
    external_url=("_links.web.href", "url"),
    changed_at=("finishTime", "startTime"),
)
WORK_ITEM_SCHEMA = spec.RecordSchema(
    updated_at=(
        r"fields.System\.ChangedDate.newValue",
        r"fields.System\.ChangedDate",
        r"fields.System\.CreatedDate",
    ),
    keep=Unmarked((r"fields.System\.Tags",)),
)
BUILD_SCHEMA = spec.RecordSchema(
    key="build/{id}",
    updated_at=("finishTime", "queueTime"),
    kind="build",
    keep=Both(
        Among("status", ("completed", "2")),
        Both(Among("result", (*FAILED, *SUCCEEDED)), Named(("definition.name",), ".")),
    ),
)
PUSHED_BUILD = spec.RecordSchema(key="build/{id}", updated_at=("finishTime",), kind="build", keep=has_ended)
PUSHED_RUN = spec.RecordSchema(
    key="build/{run.id}", updated_at=("run.finishedDate", "run.createdDate"), kind="run", keep=has_ended
)
DEPLOY_SCHEMA = spec.RecordSchema(
    key="deploy/{id}",
    updated_at=("finishTime",),
    kind="change",
    keep=Both(Among("result", SUCCEEDED), Named(("definition.name",), DEPLOYMENT_NAME)),
)
QUERY = (
    "SELECT [System.Id] FROM WorkItems WHERE [System.WorkItemType] IN ('Bug', 'Issue', 'Incident') "
    "AND [System.ChangedDate] >= '{since}' ORDER BY [System.ChangedDate]"
)


def poll_builds(name: str, result: str, schema: spec.RecordSchema) -> spec.Pull:
    """The builds of each project that ended in one way, by their end."""
    return spec.Pull(
        name=name,
        path="/{organization}/{item}/_apis/build/builds",
        params=(("api-version", "7.1"), ("resultFilter", result), ("queryOrder", "finishTimeAscending")),
        records="value",
        pages=spec.TokenPages(
            next_path="x-ms-continuationtoken",
            param="continuationToken",
            in_header=True,
            size=200,
            size_param="$top",
        ),
        schema=schema,
        since=spec.Since(field="finishTime", param="minTime", ascending=True),
        for_each="projects",
        optional=True,
    )


CONNECTOR = spec.Connector(
    name="azure_devops",
    title="Azure DevOps",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/get-work-items-batch",
    plan="free",
    base_url="https://dev.azure.com",
    site=("organization",),
    credentials=(
        spec.Field(
            "token",
            "Personal access token",
            help="Work items and builds: read; work items: write, to open tickets.",
        ),
    ),
    config=(
        spec.Field("organization", "Organization", pattern=r"[\w.-]+"),
        spec.Field("projects", "Projects", pattern=r"[^/?#]+", type="list"),
        spec.Field(
            "ticket_project",
            "Project for tickets",
            help="The first of the projects where it is empty.",
            required=False,
            pattern=r"[^/?#]+",
        ),
        spec.Field(
            "ticket_type",
            "Type of tickets",
            help="A work item type of it.",
            required=False,
            default="Task",
            pattern=r"[^/?#]+",
        ),
    ),
    auth=spec.Basic("", "{token}"),
    pulls=(
        spec.Pull(
            name="work_items",
            path="/{organization}/{item}/_apis/wit/wiql?api-version=7.1&timePrecision=true",
            method="POST",
            records="workItems",
            pages=spec.OnePage(),
            details=spec.Details(
                path="/{organization}/{item}/_apis/wit/workitemsbatch?api-version=7.1",
                records="value",
                id="id",
            ),
            schema=WORK_ITEM_SCHEMA,
            since=spec.Since(field=r"fields.System\.ChangedDate", param="query", template=QUERY),
            for_each="projects",
        ),
        poll_builds("builds", "failed", BUILD_SCHEMA),
        poll_builds("succeeded_builds", "succeeded", BUILD_SCHEMA),
        poll_builds("deploys", "succeeded", DEPLOY_SCHEMA),
    ),
    webhook=spec.Webhook(
        signatures=(spec.BasicSecret(), spec.SharedSecret("x-causeloop-token")),
        delivery_path="id",
        events=(
            spec.WebhookEvent(
                record="resource",
                when=spec.Condition(path="eventType", values=frozenset({"build.complete"})),
                schema=PUSHED_BUILD,
                add=(("message", "message.text"), ("detailed_message", "detailedMessage.text")),
            ),
            spec.WebhookEvent(
                record="resource",
                when=spec.Condition(
                    path="eventType", values=frozenset({"ms.vss-pipelines.run-state-changed-event"})
                ),
                schema=PUSHED_RUN,
                add=(("message", "message.text"),),
            ),
            spec.WebhookEvent(
                record="resource.revision",
                when=spec.Condition(path="resource.revision.fields"),
                schema=WORK_ITEM_SCHEMA,
            ),
            spec.WebhookEvent(
                record="resource",
                when=spec.Condition(path="resource.fields"),
                schema=WORK_ITEM_SCHEMA,
                add=(("event_type", "eventType"),),
            ),
            *RELEASE_EVENTS,
        ),
        setup="Project settings › Service hooks › Web Hooks: work items and builds, basic authentication.",
    ),
    tickets=True,
    issues=(BUILD, RUN, FAILED_RELEASE, WORK_ITEM),
    changes=(RELEASED, DEPLOY),
)

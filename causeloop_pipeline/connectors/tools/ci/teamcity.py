"""TeamCity: builds that failed, and the successes of the same configuration and branch, polled and pushed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Literal,
    Source,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

CONFIGURATION: Source = ("buildType.id", "buildTypeId")
ENDED = ("failure", "error", "success")
BUILD = IssueMapping(
    name="build",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("status"))),
    title=(
        Concat((Join(("buildType.projectName", "buildType.name"), " / "), Literal(": "), "statusText")),
        Concat((CONFIGURATION, Literal(" #"), "number", Literal(": "), "statusText")),
        Concat((CONFIGURATION, Literal(" #"), "number")),
    ),
    body=("statusText", "problemOccurrences.problemOccurrence.0.details"),
    severity="status",
    status="status",
    service=("buildType.projectName", "buildType.projectId", "buildType.name"),
    error_type=("problemOccurrences.problemOccurrence.0.type", "buildType.name", Literal("build_failed")),
    environment="branchName",
    external_url=("webUrl", Text("{config.base_url}/viewLog.html?buildId={id}")),
    source_created_at=Instant(("startDate", "queuedDate"), TimeFormat.COMPACT),
    resolved_at=Instant("finishDate", TimeFormat.COMPACT),
    job=Join((CONFIGURATION, "branchName"), "/"),
    succeeded=Is("status", ("success",)),
    attributes={"number": "number", "agent": "agent.name", "triggered_by": "triggered.user.username"},
)
SCHEMA = spec.RecordSchema(
    updated_at=("finishDate", "startDate", "queuedDate"),
    times=TimeFormat.COMPACT,
    keep=Among("status", ENDED),
)
FIELDS = (
    "nextHref,build(id,number,status,state,branchName,webUrl,statusText,queuedDate,startDate,finishDate,"
    "buildType(id,name,projectName,projectId),problemOccurrences(problemOccurrence(type,details)))"
)

CONNECTOR = spec.Connector(
    name="teamcity",
    title="TeamCity",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://www.jetbrains.com/help/teamcity/rest/get-builds.html",
    plan="starter",
    base_url="{base_url}",
    credentials=(spec.Field("token", "Access token", help="Profile › Access tokens, with View project."),),
    config=(
        spec.Field(
            "base_url",
            "Address of TeamCity",
            help="Such as https://ci.acme.example.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.Bearer(),
    headers=(("Accept", "application/json"),),
    pulls=(
        spec.Pull(
            name="builds",
            path="/app/rest/builds",
            params=(("fields", FIELDS),),
            records="build",
            pages=spec.NextUrlPages(url="nextHref"),
            schema=SCHEMA,
            since=spec.Since(
                field="finishDate",
                param="locator",
                template="state:finished,canceled:false,branch:default:any,"
                "finishDate:(date:{since},condition:after),count:100",
                format="%Y%m%dT%H%M%S%z",
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.BasicSecret(), spec.UrlSecret()),
        ignore=(
            spec.Condition(
                path="eventType", values=frozenset({"BUILD_STARTED", "BUILD_INTERRUPTED", "AGENT_REGISTERED"})
            ),
        ),
        events=(
            spec.WebhookEvent(record="payload", when=spec.Condition(path="payload.status"), schema=SCHEMA),
            spec.WebhookEvent(record="build", when=spec.Condition(path="build.status"), schema=SCHEMA),
        ),
        setup="Parameters of the project: teamcity.internal.webhooks.enable=true, .events=BUILD_FINISHED, "
        "and .url with ?token= and the secret.",
    ),
    issues=(BUILD,),
)

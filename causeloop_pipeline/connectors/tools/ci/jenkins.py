"""Jenkins: failed and unstable builds of chosen jobs, failed pipeline stages, and builds that deployed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
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

FAILURES = ("failure", "failed", "unstable")
COLUMNS = (
    "number,id,url,result,timestamp,duration,building,displayName,fullDisplayName,description,"
    "actions[causes[shortDescription],lastBuiltRevision[SHA1,branch[name]],remoteUrls]"
)
# A build's own display name is often just its number.
NUMBERED = Concat((Match("url", r"/job/([^/]+)/\d+/?$"), Literal(" "), Match("displayName", r"^#\d+$")))
JOB_OF_BUILD = Match(("build.full_url", "url"), r"^(.*/job/[^/]+)/\d+/?$")
SUCCESS = ("success",)
BUILD = IssueMapping(
    name="build",
    identifies=Identifies.EVENT,
    when=Every((Kind(("run",)), Every((Has("url"), Has("timestamp"), Has("number"))))),
    title=("fullDisplayName", NUMBERED, "displayName"),
    body=("description", "actions.0.causes.0.shortDescription"),
    severity="result",
    status="result",
    service=(Match("fullDisplayName", r"^(.*\S)\s+#\d+$"), Match("url", r"/job/([^/]+)/\d+/?$")),
    error_type=Literal("build_failed"),
    environment=("actions.1.lastBuiltRevision.branch.0.name", "actions.2.lastBuiltRevision.branch.0.name"),
    external_url="url",
    source_created_at=Instant("timestamp", TimeFormat.EPOCH_MILLISECONDS),
    job=JOB_OF_BUILD,
    succeeded=Is("result", SUCCESS),
    attributes={"number": "number", "duration_ms": "duration"},
)
PUSHED = IssueMapping(
    name="notification",
    identifies=Identifies.EVENT,
    when=Every((Kind(("notification",)), Every((Has("build.full_url"), Has("name"))))),
    title=Concat((("display_name", "name"), Literal(" #"), "build.number")),
    body=("build.notes", "build.log", "build.test_summary.failed_tests"),
    severity="build.status",
    status="build.status",
    service=("name", "display_name"),
    error_type=Literal("build_failed"),
    environment=("build.parameters.environment", "build.parameters.ENVIRONMENT", "build.scm.branch"),
    external_url="build.full_url",
    source_created_at=Instant("build.timestamp", TimeFormat.EPOCH_MILLISECONDS),
    job=JOB_OF_BUILD,
    succeeded=Is("build.status", SUCCESS),
    attributes={"number": "build.number", "commit": "build.scm.commit", "phase": "build.phase"},
)
ADDRESS = Match(Text("{config.base_url}"), r"^(.*[^/])/*$")
STAGE = IssueMapping(
    name="pipeline stage or run",
    identifies=Identifies.EVENT,
    when=Every((Kind(("stage",)), Has("_links.self.href"), Has("status"), Has("name"))),
    title=Join(("name", "error.message"), ": "),
    body="error.message",
    severity="status",
    status="status",
    service=Match("_links.self.href", r"/job/([^/]+)/\d+/(?:wfapi|execution)"),
    error_type=("error.type", Literal("stage_failed")),
    external_url=Text("{config.base_url}{_links.self.href}"),
    source_created_at=Instant("startTimeMillis", TimeFormat.EPOCH_MILLISECONDS),
    # The job's next success ends it, for only a build tells that all of it was run.
    job=Concat((ADDRESS, Match("_links.self.href", r"^(.*/job/[^/]+)/\d+/(?:wfapi|execution)"))),
    attributes={"id": "id", "duration_ms": "durationMillis"},
)
BLUE_RUN = IssueMapping(
    name="Blue Ocean run",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Kind(("blue_run",)),
            Every((Has("pipeline"), Has("result"), Some((Has("startTime"), Has("enQueueTime"))))),
        )
    ),
    title=Concat((("fullName", "pipeline"), Literal(" #"), "id")),
    body=Different(("description", "runSummary"), than="result"),
    severity="result",
    status="result",
    service="pipeline",
    error_type=Literal("build_failed"),
    environment="branch.name",
    external_url=Text("{config.base_url}{_links.self.href}"),
    source_created_at=("startTime", "enQueueTime"),
    resolved_at="endTime",
    job=Join(("fullName", "pipeline", "branch.name"), "/"),
    succeeded=Is("result", SUCCESS),
    attributes={"number": "id", "commit": "commitId"},
)
DEPLOYING = ChangeMapping(
    name="deploying build",
    when=Every((Has("url"), Has("timestamp"), Has("result"))),
    change_kind=Literal("deploy"),
    title=("fullDisplayName", NUMBERED, "displayName"),
    service=(Match("fullDisplayName", r"^(.*\S)\s+#\d+$"), Match("url", r"/job/([^/]+)/\d+/?$")),
    external_url="url",
    changed_at=Instant("timestamp", TimeFormat.EPOCH_MILLISECONDS),
)
PUSHED_DEPLOYING = ChangeMapping(
    name="deploying notification",
    when=Every((Has("build.full_url"), Has("name"))),
    change_kind=Literal("deploy"),
    title=Text("{name} #{build.number}"),
    service="name",
    environment=("build.parameters.environment", "build.parameters.ENVIRONMENT"),
    external_url="build.full_url",
    changed_at=Instant("build.timestamp", TimeFormat.EPOCH_MILLISECONDS),
)
BUILD_RECORD = spec.RecordSchema(
    key="url",
    updated_at=("timestamp",),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    kind="run",
    keep=Among("result", (*FAILURES, "success")),
)
DEPLOYING_RECORD = spec.RecordSchema(
    key="deploy/{url}",
    updated_at=("timestamp",),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    kind="change",
    keep=Both(Among("result", ("success",)), Named(("fullDisplayName", "url"))),
)


def poll_builds(name: str, schema: spec.RecordSchema) -> spec.Pull:
    """The latest builds of each job, newest first."""
    return spec.Pull(
        name=name,
        path="/job/{item}/api/json",
        for_each="jobs",
        params=(("tree", f"builds[{COLUMNS}]{{0,100}}"),),
        records="builds",
        pages=spec.OnePage(),
        schema=schema,
        since=spec.Since(field="timestamp", newest_first=True),
    )


CONNECTOR = spec.Connector(
    name="jenkins",
    title="Jenkins",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://www.jenkins.io/doc/book/using/remote-access-api/",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("user", "User name"),
        spec.Field("api_token", "API token", help="Your name › Security › API token."),
    ),
    config=(
        spec.Field(
            "base_url", "Jenkins address", help="Such as https://ci.acme.example.", pattern=r"https?://\S+"
        ),
        spec.Field(
            "jobs", "Jobs", help="Such as shop, or folder/job/shop for a job in a folder.", type="list"
        ),
    ),
    auth=spec.Basic("{user}", "{api_token}"),
    pulls=(poll_builds("builds", BUILD_RECORD), poll_builds("deploying_builds", DEPLOYING_RECORD)),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        ignore=(spec.Condition(path="build.phase", values=frozenset({"QUEUED", "STARTED"})),),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="build.status", values=frozenset({"SUCCESS"})),
                schema=spec.RecordSchema(
                    key="deploy/{build.full_url}",
                    updated_at=("build.timestamp",),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="change",
                    keep=Both(Among("build.status", ("success",)), Named(("name", "build.full_url"))),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="build.full_url"),
                schema=spec.RecordSchema(
                    key="build.full_url",
                    updated_at=("build.timestamp",),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="notification",
                    keep=Among("build.status", (*FAILURES, *SUCCESS)),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="startTimeMillis"),
                schema=spec.RecordSchema(
                    key="{_links.self.href}",
                    updated_at=("startTimeMillis",),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="stage",
                    keep=Among("status", FAILURES),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="pipeline"),
                schema=spec.RecordSchema(
                    key="{pipeline}/{id}",
                    updated_at=("endTime", "startTime"),
                    kind="blue_run",
                    keep=Among("result", (*FAILURES, *SUCCESS)),
                ),
            ),
            spec.WebhookEvent(record="allBuilds", schema=BUILD_RECORD),
        ),
        setup=(
            "With the Notification plugin: job › Job Notifications › endpoint as JSON over HTTP with the "
            "address, event Job Finalized."
        ),
    ),
    issues=(PUSHED, STAGE, BLUE_RUN, BUILD),
    changes=(PUSHED_DEPLOYING, DEPLOYING),
)

"""Google Cloud Build: failed builds, and successful builds of triggers that deploy."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Is, Join, Literal, Match, Some, Text
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among, Both, Named
from causeloop_pipeline.model.issue import Identifies

FAILURES = ("failure", "internal_error", "timeout", "expired")
TRIGGER = ("substitutions.TRIGGER_NAME", "buildTriggerName", "buildTriggerId")
SERVICE = (
    "substitutions._SERVICE_NAME",
    "substitutions._SERVICE",
    "substitutions.REPO_NAME",
    "source.repoSource.repoName",
    Match("images.0", r"([^/:]+)(?::[^/]*)?$"),
    "substitutions.TRIGGER_NAME",
)
ENVIRONMENT = (
    "substitutions._ENVIRONMENT",
    "substitutions._ENV",
    "substitutions.BRANCH_NAME",
    "source.repoSource.branchName",
    "projectId",
)

BUILD = IssueMapping(
    name="build",
    identifies=Identifies.EVENT,
    when=Every((Has("status"), Has("id"), Some((Has("createTime"), Has("logUrl"), Has("steps"))))),
    title=(Join((TRIGGER, ("failureInfo.detail", "statusDetail")), ": "), Text("Build {id}")),
    body=("failureInfo.detail", "statusDetail"),
    severity="status",
    status="status",
    service=SERVICE,
    error_type=("failureInfo.type", Literal("build_failed")),
    environment=ENVIRONMENT,
    external_url="logUrl",
    source_created_at=("startTime", "createTime"),
    resolved_at="finishTime",
    job=(Text("{buildTriggerId}/{substitutions.BRANCH_NAME}"), "buildTriggerId"),
    succeeded=Is("status", ("success",)),
    attributes={
        "trigger": "buildTriggerId",
        "commit": "substitutions.COMMIT_SHA",
        "project": "projectId",
        "tags": "tags",
    },
)
DEPLOYING = ChangeMapping(
    name="deploying build",
    when=Every((Has("status"), Has("id"), Some((Has("createTime"), Has("logUrl"))))),
    change_kind=Literal("deploy"),
    title=(Join((TRIGGER, "substitutions.SHORT_SHA"), " "), Text("Build {id}")),
    service=SERVICE,
    environment=ENVIRONMENT,
    external_url="logUrl",
    changed_at=("finishTime", "createTime"),
)
BUILD_RECORD = spec.RecordSchema(
    updated_at=("finishTime", "startTime", "createTime"),
    kind="run",
    keep=Among("status", (*FAILURES, "success")),
)
DEPLOYING_BUILD = spec.RecordSchema(
    key="deploy/{id}",
    updated_at=("finishTime", "createTime"),
    kind="change",
    keep=Both(Among("status", ("success",)), Named(("substitutions.TRIGGER_NAME", "tags"))),
)


def poll_builds(name: str, statuses: tuple[str, ...], schema: spec.RecordSchema) -> spec.Pull:
    """The builds of the project that ended in one of some states."""
    listed = " OR ".join(f'status="{status.upper()}"' for status in statuses)
    return spec.Pull(
        name=name,
        path="/v1/projects/{project}/builds",
        records="builds",
        pages=spec.TokenPages(next_path="nextPageToken", param="pageToken", size=100, size_param="pageSize"),
        schema=schema,
        since=spec.Since(
            field="createTime",  # hours before a build ends, hence the overlap
            param="filter",
            template=f'create_time>="{{since}}" AND ({listed})',
            overlap=timedelta(days=1),
        ),
    )


CONNECTOR = spec.Connector(
    name="gcp_cloud_build",
    title="Google Cloud Build",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds/list",
    plan="starter",
    base_url="https://cloudbuild.googleapis.com",
    site=("project",),
    credentials=(
        spec.Field(
            "service_account",
            "Service account key",
            help="The JSON key of an account with Cloud Build Viewer.",
        ),
    ),
    config=(spec.Field("project", "Project", help="Its id.", pattern=r"[a-z0-9:.-]+"),),
    auth=spec.ServiceAccount(scope="https://www.googleapis.com/auth/cloud-platform"),
    pulls=(
        poll_builds("builds", FAILURES, BUILD_RECORD),
        poll_builds("succeeded_builds", ("success",), BUILD_RECORD),
        poll_builds("deploying_builds", ("success",), DEPLOYING_BUILD),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.SharedSecret("authorization", prefix="Bearer "),
            spec.SharedSecret("x-causeloop-token"),
        ),
        ignore=(
            spec.Condition(path="status", values=frozenset({"QUEUED", "PENDING", "WORKING", "CANCELLED"})),
        ),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="status", values=frozenset({"SUCCESS"})),
                schema=DEPLOYING_BUILD,
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="status"), schema=BUILD_RECORD),
        ),
        setup=(
            "Pub/Sub › the topic cloud-builds › Create subscription: push to the address with payload "
            "unwrapping, or the HTTP notifier of Cloud Build with the header X-Causeloop-Token."
        ),
    ),
    issues=(BUILD,),
    changes=(DEPLOYING,),
)

"""GitLab issues, failed pipelines and jobs, deployments and releases, polled and pushed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.gitlab_deployments import (
    DEPLOYMENT,
    DEPLOYMENT_EVENTS,
    DEPLOYMENT_SCHEMA,
    FAILED_DEPLOYMENT,
    FLAG,
    FLAG_EVENT,
    PROJECT_OF_URL,
)
from causeloop_pipeline.connectors.formats.gitlab_pipelines import (
    EACH_PROJECT,
    ENDED,
    JOB,
    PIPELINE,
    PULLED_JOB,
    PUSHED_JOB,
    poll_pipelines,
)
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Kind,
    Literal,
    Match,
    Matches,
    Not,
    SeverityLabel,
    Some,
    Tag,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.connectors.ticket_marker import Unmarked
from causeloop_pipeline.model.issue import Identifies


def scoped(names: str) -> Match:
    """The value of a label, which may be a scoped one such as `team::payments`."""
    return Match(Tag("labels", names), r"^[:\s]*(.+)$")


ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("title"),
            Some((Has("iid"), Has("issue_type"))),
            Has("created_at"),
            Has("state"),
            Not(Some((Has("source_branch"), Matches("web_url", r"/-/(milestones|epics)/\d+$")))),
        )
    ),
    title="title",
    body="description",
    severity=(SeverityLabel("labels"), "severity"),
    status=("state",),
    service=(
        scoped("service|component"),
        *PROJECT_OF_URL,
        "project_name",
        Match("references.full", r"^(.+)#\d+$"),
        "project_id",
    ),
    error_type=scoped("error"),
    team=(scoped("team"), "milestone.title"),
    environment=scoped("env|environment"),
    external_url=("web_url", "url"),
    source_created_at="created_at",
    resolved_at=("closed_at", "updated_at"),
    attributes={
        "number": "iid",
        "labels": "labels",
        "type": ("issue_type", "type"),
        "milestone": "milestone.title",
        "escalation": "escalation_status",
    },
)
VULNERABILITY = IssueMapping(
    name="vulnerability",
    identifies=Identifies.EVENT,
    when=Kind(("vulnerability",)),
    title="title",
    severity="severity",
    status="state",
    service=Match("url", r"^https?://[^/]+/(.+)/-/"),
    error_type=("identifiers.0.name", "report_type"),
    external_url="url",
    source_created_at=("created_at", "confirmed_at"),
    resolved_at=("resolved_at", "dismissed_at", "updated_at"),
)
RELEASE = ChangeMapping(
    name="release",
    when=Some((Has("tag_name"), Every((Has("tag"), Has("released_at"))))),
    change_kind=Literal("release"),
    title=("name", "tag_name", "tag"),
    service=("project.path_with_namespace", Match("_links.self", r"^https?://[^/]+/(.+)/-/")),
    external_url=("url", "_links.self"),
    changed_at=("released_at", "created_at"),
)
ISSUE_SCHEMA = spec.RecordSchema(keep=Unmarked(("labels",)))


CONNECTOR = spec.Connector(
    name="gitlab",
    title="GitLab",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.gitlab.com/api/issues/",
    plan="free",
    base_url="https://gitlab.com",
    site=(),
    credentials=(spec.Field("token", "Access token", help="With the scope read_api; api, to open tickets."),),
    config=(
        spec.Field(
            "projects",
            "Projects",
            help="Numbers, or paths with %2F for each slash.",
            pattern=r"[\w.%-]+",
            type="list",
        ),
        spec.Field(
            "ticket_project",
            "Project for tickets",
            help="Its number or path; the first of the projects where it is empty.",
            required=False,
            pattern=r"[\w.%/-]+",
        ),
    ),
    auth=spec.Headers((("PRIVATE-TOKEN", "{token}"),)),
    pulls=(
        spec.Pull(
            name="issues",
            path=f"{EACH_PROJECT}issues",
            params=(("scope", "all"), ("order_by", "updated_at"), ("sort", "asc")),
            records="",
            pages=spec.LinkPages(),
            schema=ISSUE_SCHEMA,
            since=spec.Since(field="updated_at", param="updated_after", ascending=True, restart_after=10_000),
            for_each="projects",
        ),
        poll_pipelines("pipelines", "failed"),
        poll_pipelines("succeeded_pipelines", "success"),
        spec.Pull(
            name="jobs",
            path=f"{EACH_PROJECT}jobs",
            params=(("scope[]", "failed"),),
            records="",
            pages=spec.LinkPages(),
            schema=PULLED_JOB,
            since=spec.Since(field="finished_at", newest_first=True),
            for_each="projects",
            optional=True,
        ),
        spec.Pull(
            name="deployments",
            path=f"{EACH_PROJECT}deployments",
            params=(("status", "success"), ("order_by", "updated_at"), ("sort", "asc")),
            records="",
            pages=spec.LinkPages(),
            schema=DEPLOYMENT_SCHEMA,
            since=spec.Since(field="updated_at", param="updated_after", ascending=True),
            for_each="projects",
            optional=True,
        ),
        spec.Pull(
            name="releases",
            path=f"{EACH_PROJECT}releases",
            params=(("order_by", "released_at"),),
            records="",
            pages=spec.LinkPages(),
            schema=spec.RecordSchema(
                key="release/{_links.self}", updated_at=("released_at", "created_at"), kind="change"
            ),
            since=spec.Since(field="released_at", newest_first=True),
            for_each="projects",
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-gitlab-token"),),
        delivery_header="x-gitlab-event-uuid",
        ignore=(
            spec.Condition(
                path="object_attributes.noteable_type",
                values=frozenset({"MergeRequest", "Commit", "Snippet"}),
            ),
            spec.Condition(
                path="object_kind",
                values=frozenset(
                    {
                        *("push", "tag_push", "merge_request", "wiki_page", "emoji", "milestone"),
                        *("access_token", "resource_access_token"),
                    }
                ),
            ),
        ),
        events=(
            spec.WebhookEvent(record="issue", when=spec.Condition(path="issue.iid"), schema=ISSUE_SCHEMA),
            spec.WebhookEvent(
                record="object_attributes",
                when=spec.Condition(path="object_kind", values=frozenset({"issue", "incident", "work_item"})),
                schema=ISSUE_SCHEMA,
                add=(("labels", "labels"), ("project_name", "project.path_with_namespace")),
            ),
            spec.WebhookEvent(
                record="object_attributes",
                when=spec.Condition(path="object_kind", values=frozenset({"pipeline"})),
                schema=spec.RecordSchema(
                    key="pipeline/{id}",
                    updated_at=("finished_at", "created_at"),
                    kind="pipeline",
                    keep=Among("status", ENDED),
                ),
                add=(("project_path", "project.path_with_namespace"), ("project_id", "project.id")),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="build_id"), schema=PUSHED_JOB),
            spec.WebhookEvent(
                record="object_attributes",
                when=spec.Condition(path="object_kind", values=frozenset({"vulnerability"})),
                schema=spec.RecordSchema(key="url", kind="vulnerability"),
            ),
            *DEPLOYMENT_EVENTS,
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="object_kind", values=frozenset({"release"})),
                schema=spec.RecordSchema(key="release/{url}", updated_at=("released_at",), kind="change"),
            ),
            FLAG_EVENT,
        ),
        setup="Settings › Webhooks: issues, pipelines, jobs, deployments, releases, flags; the secret token.",
    ),
    rate_limit=spec.RateLimit(remaining="ratelimit-remaining", reset="ratelimit-reset"),
    tickets=True,
    issues=(PIPELINE, JOB, FAILED_DEPLOYMENT, VULNERABILITY, ISSUE),
    changes=(DEPLOYMENT, RELEASE, FLAG),
)

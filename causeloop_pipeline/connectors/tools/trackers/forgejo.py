"""Forgejo and Gitea: issues and workflow runs that failed or succeeded, polled and pushed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Is,
    Join,
    Kind,
    Literal,
    Match,
    SeverityLabel,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.connectors.ticket_marker import is_foreign_issue
from causeloop_pipeline.model.issue import Identifies

ENDED = ("failure", "failed", "success")
REPOSITORY = (
    "repository.full_name",
    Match(
        ("html_url", "url"), r"^https?://[^/]+/(?:api/v1/repos/)?(?:.+/)?([^/]+/[^/]+)/(?:issues|actions)/"
    ),
)
ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Has("number"), Has("title"), Has("state"))),
    title="title",
    body="body",
    severity=SeverityLabel("labels"),
    status="state",
    service=(Tag("labels", "service|component"), *REPOSITORY),
    error_type=Tag("labels", "error|type|kind"),
    team=(Tag("labels", "team"), "milestone.title"),
    environment=Tag("labels", "env|environment"),
    external_url=("html_url", Text("{config.base_url}/{repository.full_name}/issues/{number}")),
    source_created_at="created_at",
    resolved_at=("closed_at", "updated_at"),
    attributes={"number": "number", "labels": "labels", "milestone": "milestone.title"},
)
RUN = IssueMapping(
    name="workflow run",
    identifies=Identifies.EVENT,
    when=Every((Kind(("run",)), Has("id"), Some((Has("workflow_id"), Has("path"), Has("name"))))),
    title=Join(
        (("workflow_id", "path", "name"), ("name", "display_title"), ("head_branch", "prettyref")), ": "
    ),
    body=("display_title", "title"),
    severity=("conclusion", "status"),
    status=("conclusion", "status"),
    service=REPOSITORY,
    error_type=("name", "workflow_id", Literal("workflow_run_failed")),
    environment=("head_branch", "prettyref"),
    external_url=("html_url", "url"),
    source_created_at=("run_started_at", "started_at", "created_at", "created"),
    resolved_at=("updated_at", "updated", "stopped"),
    job=Join((REPOSITORY, ("workflow_id", "path"), "name", ("head_branch", "prettyref")), "/"),
    succeeded=Is(("conclusion", "status"), ("success",)),
    attributes={"commit": ("head_sha", "commit_sha"), "number": ("run_number", "index_in_repo")},
)
ISSUE_SCHEMA = spec.RecordSchema(key="id", unless="pull_request", keep=is_foreign_issue)
RUN_SCHEMA = spec.RecordSchema(
    key="run/{id}",
    updated_at=("updated_at", "run_started_at", "created_at"),
    kind="run",
    keep=Among("status", ENDED),
)

CONNECTOR = spec.Connector(
    name="forgejo",
    title="Forgejo and Gitea",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://forgejo.org/docs/latest/user/api-usage/",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field(
            "token",
            "Access token",
            help="Settings › Applications: read:issue, read:repository; write:issue, to open tickets.",
        ),
    ),
    config=(
        spec.Field(
            "base_url",
            "Address of Forgejo or Gitea",
            help="Such as https://git.acme.example.",
            pattern=r"https?://\S+",
        ),
        spec.Field(
            "repositories", "Repositories", help="owner/name", pattern=r"[\w.-]+/[\w.-]+", type="list"
        ),
        spec.Field(
            "ticket_repository",
            "Repository for tickets",
            help="The first of the repositories where it is empty.",
            required=False,
            pattern=r"[\w.-]+/[\w.-]+",
        ),
    ),
    site=(),
    auth=spec.Headers((("Authorization", "token {token}"),)),
    pulls=(
        spec.Pull(
            name="issues",
            path="/api/v1/repos/{item}/issues",
            params=(("state", "all"), ("type", "issues")),
            records="",
            pages=spec.NumberedPages(size=50, size_param="limit"),
            schema=ISSUE_SCHEMA,
            since=spec.Since(field="updated_at", param="since"),
            for_each="repositories",
        ),
        spec.Pull(
            name="runs",
            path="/api/v1/repos/{item}/actions/tasks",
            records="workflow_runs",
            pages=spec.NumberedPages(size=50, size_param="limit"),
            schema=RUN_SCHEMA,
            since=spec.Since(field="updated_at", newest_first=True),
            for_each="repositories",
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature("x-forgejo-signature"),
            spec.HmacSignature("x-gitea-signature"),
            spec.HmacSignature("x-hub-signature-256", prefix="sha256="),
        ),
        delivery_header="x-gitea-delivery",
        ignore=(
            *(
                spec.Condition(path=path)
                for path in ("commits", "pull_request", "release", "forkee", "ref_type")
            ),
            spec.Condition(path="is_pull", values=frozenset({"True"})),
        ),
        events=(
            spec.WebhookEvent(
                record="issue", schema=ISSUE_SCHEMA, add=(("repository", "repository"), ("action", "action"))
            ),
            spec.WebhookEvent(
                record="workflow_run",
                schema=spec.RecordSchema(
                    key="run/{id}",
                    updated_at=("updated_at", "run_started_at", "created_at"),
                    kind="run",
                    keep=Among("conclusion", ENDED),
                ),
                add=(("repository", "repository"),),
            ),
            spec.WebhookEvent(
                record="run",
                schema=spec.RecordSchema(
                    key="run/{id}", updated_at=("updated", "created"), kind="run", keep=Among("status", ENDED)
                ),
                add=(("repository", "run.repository"),),
            ),
        ),
        setup="Repository or organization settings › Webhooks › Forgejo or Gitea: application/json with the "
        "secret, the events Issues and Workflow Run.",
    ),
    issues=(ISSUE, RUN),
    tickets=True,
)

"""GitHub issues, failed workflow runs, deployments and releases of chosen repositories, polled and pushed."""

from dataclasses import replace
from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.github_alerts import ALERT_EVENTS
from causeloop_pipeline.connectors.formats.github_checks import CHECK_EVENTS
from causeloop_pipeline.connectors.formats.github_deployments import DEPLOYMENT_FAILED, FAILED_DEPLOYMENT
from causeloop_pipeline.connectors.formats.workflow_runs import FAILED_CONCLUSIONS, RUN_RECORD
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Different,
    Every,
    Has,
    Is,
    Join,
    Kind,
    Literal,
    Match,
    Matches,
    Not,
    Pluck,
    SeverityLabel,
    Some,
    Tag,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.ticket_marker import is_foreign_issue
from causeloop_pipeline.model.issue import Identifies

REPOSITORY_NAME = r"[\w-]+/[\w.-]+"


def receive_as(source: str, event: spec.WebhookEvent) -> spec.WebhookEvent:
    """An event whose records are those of another type."""
    return replace(event, schema=replace(event.schema, source=source))


def is_lasting_deployment(deployment: spec.Record) -> bool:
    """Previews come and go with every pull request."""
    return not deployment.get("transient_environment")


def is_foreign_issue_node(node: spec.Record) -> bool:
    """Pull requests are nodes of the same form."""
    return "/pull/" not in str(node.get("url") or "") and is_foreign_issue(node)


def is_published_release(release: spec.Record) -> bool:
    """A draft is not out yet."""
    return not release.get("draft")


ISSUE = spec.RecordSchema(
    kind="issue",
    unless="pull_request",
    keep=is_foreign_issue,
)
NODE = spec.RecordSchema(key="databaseId", updated_at=("updatedAt",), kind="node", keep=is_foreign_issue_node)
# Where GitHub Actions is connected too, both bring a failed run, job or check: it is a record of that type.
WORKFLOW_RUN = replace(RUN_RECORD, source="github_actions")
DEPLOYMENT = spec.RecordSchema(
    key="deployment/{id}",
    kind="change",
    keep=is_lasting_deployment,
)
RELEASE = spec.RecordSchema(
    key="release/{id}",
    updated_at=("published_at",),
    kind="change",
    keep=is_published_release,
)


NAME_OF_REPOSITORY = ("repository.name", Match("repository_url", r"[^/]+$"))
FAILED_RUN = IssueMapping(
    name="workflow run",
    identifies=Identifies.EVENT,
    when=Kind(("run",)),
    title=Join(("name", Different("display_title", "name")), ": "),
    body="body",
    severity="conclusion",
    status=("conclusion", "status"),
    service=NAME_OF_REPOSITORY,
    error_type=Literal("workflow_run_failed"),
    environment="head_branch",
    external_url="html_url",
    source_created_at="created_at",
    resolved_at="updated_at",
    attributes={
        "number": "number",
        "component": "name",
        "commit": "head_sha",
        "run_number": "run_number",
        "run_attempt": "run_attempt",
    },
)
NODE_ISSUE = IssueMapping(
    name="issue of the GraphQL API",
    identifies=Identifies.EVENT,
    when=Kind(("node",)),
    title="title",
    body=("body", "bodyText"),
    severity=(SeverityLabel("labels.nodes"), SeverityLabel("labels")),
    status=Choose(Is("state", ("open",)), "state", Join(("state", "stateReason"))),
    service=(
        "repository.name",
        Match("repository.nameWithOwner", r"[^/]+$"),
        Match("url", r"^https?://[^/]+/[^/]+/([^/]+)/issues/\d+$"),
    ),
    team=(Tag("labels.nodes", "team"), Tag("labels", "team")),
    environment=(Tag("labels.nodes", "env|environment"), Tag("labels", "env|environment")),
    external_url="url",
    source_created_at="createdAt",
    resolved_at="closedAt",
    attributes={"number": "number", "labels": Pluck("labels.nodes", "name")},
)
REPORTED_ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Some((Has("number"), Has("state"))), Not(Matches("html_url", r"/(pull|milestone)/\d+$")))),
    title="title",
    body="body",
    severity=SeverityLabel("labels"),
    status=Choose(
        Is("action", ("deleted", "transferred")),
        "action",
        Choose(Is("state", ("open",)), "state", Join(("state", "state_reason"))),
    ),
    service=NAME_OF_REPOSITORY,
    team=Tag("labels", "team"),
    environment=Tag("labels", "env|environment"),
    external_url="html_url",
    source_created_at="created_at",
    resolved_at="closed_at",
    attributes={
        "number": "number",
        "labels": Pluck("labels", "name"),
        "component": Tag("labels", "component|area"),
    },
)
PUBLISHED_RELEASE = ChangeMapping(
    name="release",
    when=Every((Has("tag_name"), Not(Is("draft", ("true",))))),
    change_kind=Literal("release"),
    title=("name", "tag_name"),
    service=Match("url", r"/repos/[^/]+/([^/]+)/"),
    external_url="html_url",
    changed_at=("published_at", "created_at"),
)
LASTING_DEPLOYMENT = ChangeMapping(
    name="deployment",
    when=Every((Has("environment"), Not(Is("transient_environment", ("true",))))),
    change_kind=Literal("deploy"),
    title=("description", "ref"),
    service=Match("url", r"/repos/[^/]+/([^/]+)/"),
    environment="environment",
    # The page of all deployments: one has none of its own.
    external_url=Concat(
        (
            Match("url", r"^https?://"),
            Match("url", r"^https?://(?:api\.)?([^/]+)"),
            Literal("/"),
            Match("url", r"/repos/([^/]+/[^/]+)/"),
            Literal("/deployments"),
        )
    ),
    changed_at="created_at",
)


def poll_workflow_runs(conclusion: str) -> spec.Pull:
    """The list of runs that ended in one way, for the API filters by one conclusion only."""
    return spec.Pull(
        name=f"runs_{conclusion}",
        path="/repos/{item}/actions/runs",
        for_each="repositories",
        params=(("status", conclusion),),
        records="workflow_runs",
        pages=spec.LinkPages(),
        schema=WORKFLOW_RUN,
        since=spec.Since(
            field="created_at",  # hours before a run fails, hence the overlap
            param="created",
            template="{since}..{until}",
            overlap=timedelta(days=1),
            cap=1000,  # no search gives more
        ),
        refresh=spec.Refresh(
            path="/repos/{repo}/actions/runs/{id}",
            record="",
            ids=r"run/(?P<repo>[^/]+/[^/]+)/(?P<id>\d+)",
        ),
    )


CONNECTOR = spec.Connector(
    name="github",
    title="GitHub",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.github.com/en/rest/issues/issues#list-repository-issues",
    plan="free",
    base_url="https://api.github.com",
    site=(),
    credentials=(
        spec.Field(
            "token",
            "Access token",
            help="Fine-grained: Actions, Issues (write for tickets); for changes Deployments, Contents.",
        ),
    ),
    config=(
        spec.Field("repositories", "Repositories", help="owner/name", pattern=REPOSITORY_NAME, type="list"),
        spec.Field(
            "ticket_repository",
            "Tickets go to",
            help="Empty: the first one.",
            required=False,
            pattern=REPOSITORY_NAME,
        ),
    ),
    auth=spec.Bearer("{token}"),
    headers=(
        ("Accept", "application/vnd.github+json"),
        ("X-GitHub-Api-Version", "2022-11-28"),
    ),
    pulls=(
        spec.Pull(
            name="issues",
            path="/repos/{item}/issues",
            for_each="repositories",
            params=(("state", "all"), ("sort", "updated"), ("direction", "asc")),
            records="",
            pages=spec.LinkPages(),
            schema=ISSUE,
            since=spec.Since(field="updated_at", param="since", ascending=True, restart_after=100),
        ),
        spec.Pull(
            name="deployments",
            path="/repos/{item}/deployments",
            for_each="repositories",
            records="",
            pages=spec.LinkPages(),
            schema=DEPLOYMENT,
            since=spec.Since(field="created_at", newest_first=True),
            optional=True,
        ),
        spec.Pull(
            name="releases",
            path="/repos/{item}/releases",
            for_each="repositories",
            records="",
            pages=spec.LinkPages(),
            schema=RELEASE,
            since=spec.Since(field="published_at", newest_first=True),
            optional=True,
        ),
        *(poll_workflow_runs(conclusion) for conclusion in (*FAILED_CONCLUSIONS, "success")),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-hub-signature-256", prefix="sha256="),),
        delivery_header="x-github-delivery",
        ignore=(
            spec.Condition(path="zen"),
            spec.Condition(path="pull_request"),
            spec.Condition(path="discussion"),
            *(spec.Condition(path=path) for path in ("pusher", "ref_type", "forkee", "starred_at")),
        ),
        events=(
            spec.WebhookEvent(record="issue", schema=ISSUE, add=(("action", "action"),)),
            spec.WebhookEvent(record="", when=spec.Condition(path="databaseId"), schema=NODE),
            # The command line knows only the ids of nodes.
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="createdAt"),
                schema=replace(NODE, key="id", unless="databaseId"),
            ),
            replace(
                receive_as("github_actions", DEPLOYMENT_FAILED),
                when=spec.Condition(path="deployment_status.state", values=frozenset({"failure", "error"})),
            ),
            spec.WebhookEvent(record="deployment", schema=DEPLOYMENT),
            spec.WebhookEvent(record="release", schema=RELEASE),
            spec.WebhookEvent(record="workflow_run", schema=WORKFLOW_RUN, add=(("workflow", "workflow"),)),
            *(receive_as("github_actions", event) for event in CHECK_EVENTS),
            *(receive_as("github_security", event) for event in ALERT_EVENTS),
        ),
        setup="Settings › Webhooks: application/json, events Issues, Workflow runs, Deployments, Releases, "
        "and the alerts of Dependabot, Code scanning and Secret scanning. Check runs, if others than Actions "
        "check too.",
    ),
    rate_limit=spec.RateLimit(statuses=frozenset({403, 429, 503})),
    tickets=True,
    issues=(FAILED_RUN, FAILED_DEPLOYMENT, NODE_ISSUE, REPORTED_ISSUE),
    changes=(PUBLISHED_RELEASE, LASTING_DEPLOYMENT),
)

"""GitHub Actions: failed workflow runs and jobs, failed deployments, and deployments that succeeded."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.github_checks import (
    CHECK_EVENTS,
    CHECK_RECORD,
    JOB_RECORD,
)
from causeloop_pipeline.connectors.formats.github_deployments import (
    DEPLOYMENT_FAILED,
    FAILED_DEPLOYMENT,
    REPOSITORY,
)
from causeloop_pipeline.connectors.formats.workflow_runs import FAILED_CONCLUSIONS, RUN_RECORD
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Is,
    Join,
    Kind,
    Literal,
    Match,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among, Both, Named
from causeloop_pipeline.model.issue import Identifies

UNFINISHED = frozenset({"pending", "queued", "waiting", "in_progress", "inactive"})
FULL_NAME = r"/repos/([^/]+/[^/]+)/"

RUN = IssueMapping(
    name="workflow run",
    identifies=Identifies.EVENT,
    when=Every((Kind(("run",)), Has("run_number"))),
    title=Join((("name", "workflow.name", "path"), Different("display_title", than="name")), ": "),
    body=("head_commit.message", "display_title"),
    severity="conclusion",
    status=("conclusion", "status"),
    service=("repository.name", Match("repository_url", r"[^/]+$"), Match("url", REPOSITORY)),
    error_type=Literal("workflow_run_failed"),
    environment="head_branch",
    external_url="html_url",
    source_created_at=("run_started_at", "created_at"),
    resolved_at="updated_at",
    job=Text("{repository.full_name}/{workflow_id}/{head_branch}"),
    succeeded=Is("conclusion", ("success",)),
    attributes={
        "component": "name",
        "commit": "head_sha",
        "run_number": "run_number",
        "run_attempt": "run_attempt",
        "actor": "actor.login",
    },
)
JOB = IssueMapping(
    name="job",
    identifies=Identifies.EVENT,
    when=Every((Kind(("job",)), Has("run_id"), Has("name"))),
    title=Join(("workflow_name", "name"), ": "),
    severity="conclusion",
    status=("conclusion", "status"),
    service=Match("url", REPOSITORY),
    error_type=Literal("job_failed"),
    environment=("deployment.environment", "head_branch"),
    external_url="html_url",
    source_created_at=("started_at", "created_at"),
    resolved_at="completed_at",
    job=Join((Match("url", FULL_NAME), "workflow_name", "name", "head_branch"), "/"),
    succeeded=Is("conclusion", ("success",)),
    attributes={"commit": "head_sha", "run": "run_id", "run_attempt": "run_attempt", "runner": "runner_name"},
)
CHECK = IssueMapping(
    name="check run or suite",
    identifies=Identifies.EVENT,
    when=Every(
        (Kind(("check",)), Has("head_sha"), Some((Has("check_suite"), Has("latest_check_runs_count"))))
    ),
    title=("output.title", "name", Text("Checks of {head_branch} failed")),
    body=("output.summary", "output.text"),
    severity="conclusion",
    status=("conclusion", "status"),
    service=Match("url", REPOSITORY),
    error_type=("name", Literal("check_suite_failed")),
    environment=("check_suite.head_branch", "head_branch"),
    external_url=("html_url", "details_url"),
    source_created_at=("started_at", "created_at"),
    resolved_at=("completed_at", "updated_at"),
    job=Join((Match("url", FULL_NAME), "app.slug", "name", ("check_suite.head_branch", "head_branch")), "/"),
    succeeded=Is("conclusion", ("success",)),
    attributes={"commit": "head_sha", "app": "app.slug"},
)
DEPLOYMENT = ChangeMapping(
    name="deployment",
    when=Every((Has("environment"), Has("state"))),
    change_kind=Literal("deploy"),
    title=(
        "description",
        "deployment.description",
        Text("{deployment.ref} to {environment}"),
        Text("To {environment}"),
    ),
    service=("repository.name", Match("deployment_url", REPOSITORY)),
    environment="environment",
    external_url=("environment_url", "log_url", "target_url"),
    changed_at=("updated_at", "created_at"),
)
DEPLOYING_RUN = ChangeMapping(
    name="deploying workflow run",
    when=Every((Has("run_number"), Has("workflow_id"))),
    change_kind=Literal("deploy"),
    title=Join((("name", "path"), Different("display_title", than="name")), ": "),
    service=("repository.name", Match("url", REPOSITORY)),
    environment="head_branch",
    external_url="html_url",
    changed_at="updated_at",
)
DEPLOYING_RECORD = spec.RecordSchema(
    key="deploy/{repository.full_name}/{id}",
    kind="change",
    keep=Both(Among("conclusion", ("success",)), Named(("name", "path"), r"deploy|release|rollout|promot")),
)


def poll_runs(name: str, status: str, schema: spec.RecordSchema) -> spec.Pull:
    """The runs that ended in one way, for the API filters by one conclusion only."""
    return spec.Pull(
        name=name,
        path="/repos/{item}/actions/runs",
        for_each="repositories",
        params=(("status", status),),
        records="workflow_runs",
        pages=spec.LinkPages(),
        schema=schema,
        since=spec.Since(
            field="created_at",  # hours before a run ends, hence the overlap
            param="created",
            template="{since}..{until}",
            overlap=timedelta(days=1),
            cap=1000,  # no search gives more
        ),
        refresh=spec.Refresh(
            path="/repos/{repo}/actions/runs/{id}",
            record="",
            ids=r"run/(?P<repo>[^/]+/[^/]+)/(?P<id>\d+)",
        )
        if schema.kind == "run"
        else None,
    )


CONNECTOR = spec.Connector(
    name="github_actions",
    title="GitHub Actions",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.github.com/en/rest/actions/workflow-runs",
    plan="free",
    base_url="https://api.github.com",
    site=(),
    credentials=(spec.Field("token", "Access token", help="Fine-grained, with Actions and Deployments."),),
    config=(
        spec.Field("repositories", "Repositories", help="owner/name", pattern=r"[\w-]+/[\w.-]+", type="list"),
    ),
    auth=spec.Bearer("{token}"),
    headers=(("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")),
    pulls=(
        *(poll_runs(f"runs_{conclusion}", conclusion, RUN_RECORD) for conclusion in FAILED_CONCLUSIONS),
        poll_runs("runs_success", "success", RUN_RECORD),
        poll_runs("deploying_runs", "success", DEPLOYING_RECORD),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-hub-signature-256", prefix="sha256="),),
        delivery_header="x-github-delivery",
        ignore=(
            spec.Condition(path="zen"),
            spec.Condition(path="deployment_status.state", values=UNFINISHED),
        ),
        events=(
            spec.WebhookEvent(
                record="deployment_status",
                when=spec.Condition(path="deployment_status.state", values=frozenset({"success"})),
                schema=spec.RecordSchema(
                    key="deployment/{deployment.id}", kind="change", keep=Among("state", ("success",))
                ),
                add=(("deployment", "deployment"), ("repository", "repository")),
            ),
            DEPLOYMENT_FAILED,
            spec.WebhookEvent(record="workflow_run", schema=RUN_RECORD, add=(("workflow", "workflow"),)),
            *CHECK_EVENTS,
            # Answers of the API, sent on by people's own scripts.
            spec.WebhookEvent(record="jobs", schema=JOB_RECORD),
            spec.WebhookEvent(record="check_runs", schema=CHECK_RECORD),
            spec.WebhookEvent(record="check_suites", schema=CHECK_RECORD),
        ),
        setup="Settings › Webhooks: application/json, events Workflow runs and Deployment statuses.",
    ),
    rate_limit=spec.RateLimit(statuses=frozenset({403, 429, 503})),
    issues=(RUN, JOB, CHECK, FAILED_DEPLOYMENT),
    changes=(DEPLOYMENT, DEPLOYING_RUN),
)

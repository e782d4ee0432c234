"""CircleCI: pipelines that could not start, failed workflows and jobs, and workflows that deployed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
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

FAILURES = ("failed", "failing", "error", "errored", "unauthorized", "timedout", "infrastructure_fail")
SERVICE = ("project.name", Match(("project_slug", "project.slug"), r"[^/]+$"))
BRANCH = ("pipeline.vcs.branch", "vcs.branch", "branch", "pipeline.vcs.tag", "vcs.tag", "tag")
# Webhooks write github/acme/shop where the API writes gh/acme/shop.
PROJECT = Match(("project.slug", "project_slug"), r"[^/]+/[^/]+$")
WORKFLOW_ON_BRANCH = Join((PROJECT, ("workflow.name", "name"), "pipeline.vcs.branch"), "/")

PUSHED_JOB = IssueMapping(
    name="job webhook",
    identifies=Identifies.EVENT,
    when=Every((Kind(("job_event",)), Every((Has("job.id"), Has("job.status"))))),
    title=Join(("workflow.name", "job.name"), ": "),
    body="pipeline.vcs.commit.subject",
    severity="job.status",
    status="job.status",
    service=SERVICE,
    error_type=Literal("job_failed"),
    team="organization.name",
    environment=BRANCH,
    external_url=("job.url", "workflow.url", "pipeline.vcs.target_repository_url"),
    source_created_at=("job.started_at", "happened_at"),
    resolved_at=("job.stopped_at", "happened_at"),
    job=WORKFLOW_ON_BRANCH,
    attributes={
        "commit": "pipeline.vcs.revision",
        "pipeline": "pipeline.number",
        "job_number": "job.number",
    },
)
PUSHED_WORKFLOW = IssueMapping(
    name="workflow webhook",
    identifies=Identifies.EVENT,
    when=Every((Kind(("run_event",)), Every((Has("workflow.id"), Has("workflow.status"))))),
    title="workflow.name",
    body="pipeline.vcs.commit.subject",
    severity="workflow.status",
    status="workflow.status",
    service=SERVICE,
    error_type=Literal("workflow_failed"),
    team="organization.name",
    environment=BRANCH,
    external_url="workflow.url",
    source_created_at=("workflow.created_at", "happened_at"),
    resolved_at=("workflow.stopped_at", "happened_at"),
    job=WORKFLOW_ON_BRANCH,
    succeeded=Is("workflow.status", ("success",)),
    attributes={"commit": "pipeline.vcs.revision", "pipeline": "pipeline.number"},
)
JOB = IssueMapping(
    name="job",
    identifies=Identifies.EVENT,
    when=Every((Kind(("job",)), Has("name"), Has("status"), Some((Has("job_number"), Has("dependencies"))))),
    title=("name", Text("Job {job_number}")),
    severity="status",
    status="status",
    service=SERVICE,
    error_type=Literal("job_failed"),
    external_url=("web_url", Text("https://app.circleci.com/jobs/{project_slug}/{job_number}")),
    source_created_at=("started_at", "created_at"),
    resolved_at="stopped_at",
    attributes={"job_number": "job_number", "type": "type"},
)
WORKFLOW = IssueMapping(
    name="workflow",
    identifies=Identifies.EVENT,
    when=Every((Kind(("run",)), Has("status"), Some((Has("pipeline_id"), Has("credits_used"))))),
    title=("name", Text("Workflow of pipeline {pipeline_number}"), Text("Workflow on {branch}")),
    severity="status",
    status="status",
    service=SERVICE,
    error_type=Literal("workflow_failed"),
    environment=BRANCH,
    external_url=Text("https://app.circleci.com/pipelines/{project_slug}/{pipeline_number}/workflows/{id}"),
    source_created_at="created_at",
    resolved_at="stopped_at",
    job=WORKFLOW_ON_BRANCH,
    succeeded=Is("status", ("success",)),
    attributes={"pipeline": "pipeline_number", "tag": "tag"},
)
PIPELINE = IssueMapping(
    name="pipeline",
    identifies=Identifies.EVENT,
    when=Every((Kind(("pipeline",)), Has("state"), Has("project_slug"))),
    title=("errors.0.message", Text("Pipeline {number} could not start")),
    body="vcs.commit.subject",
    severity="state",
    status="state",
    service=SERVICE,
    error_type=("errors.0.type", Literal("pipeline_errored")),
    environment=BRANCH,
    external_url=Text("https://app.circleci.com/pipelines/{project_slug}/{number}"),
    source_created_at="created_at",
    attributes={"pipeline": "number", "commit": "vcs.revision"},
)
LISTED_DEPLOYING = ChangeMapping(
    name="listed deploying workflow",
    when=Every((Has("status"), Has("pipeline_id"))),
    change_kind=Literal("deploy"),
    title="name",
    service=SERVICE,
    environment=BRANCH,
    external_url=Text("https://app.circleci.com/pipelines/{project_slug}/{pipeline_number}/workflows/{id}"),
    changed_at=("stopped_at", "created_at"),
)
DEPLOYING = ChangeMapping(
    name="deploying workflow",
    when=Every((Has("workflow.id"), Has("workflow.status"))),
    change_kind=Literal("deploy"),
    title=Join(("workflow.name", "pipeline.vcs.commit.subject"), ": "),
    service=SERVICE,
    environment=BRANCH,
    external_url="workflow.url",
    changed_at=("workflow.stopped_at", "happened_at"),
)
FORMER_BUILD = IssueMapping(
    name="build of the former API",
    identifies=Identifies.EVENT,
    when=Every((Kind(("former_build",)), Has("build_num"), Has("status"))),
    title=Join((("workflows.job_name", "reponame"), Text("#{build_num}"), "subject"), " "),
    severity="status",
    status="status",
    service="reponame",
    error_type=Literal("job_failed"),
    team="username",
    environment=("branch", "vcs_tag"),
    external_url="build_url",
    source_created_at=("start_time", "queued_at"),
    resolved_at="stop_time",
    attributes={"commit": "vcs_revision", "job_number": "build_num"},
)
JOB_RECORD = spec.RecordSchema(
    key="job/{id}", updated_at=("stopped_at", "started_at"), kind="job", keep=Among("status", FAILURES)
)
WORKFLOW_RECORD = spec.RecordSchema(
    updated_at=("stopped_at", "created_at"), kind="run", keep=Among("status", (*FAILURES, "success"))
)
DEPLOYING_RECORD = spec.RecordSchema(
    key="deploy/{id}",
    updated_at=("stopped_at",),
    kind="change",
    keep=Both(Among("status", ("success",)), Named(("name",))),
)


PIPELINE_OF_WORKFLOW = spec.Supplement(path="/api/v2/pipeline/{pipeline_id}", into="pipeline")
"""It names the branch, which the list of workflows leaves out."""


def poll_workflows(name: str, schema: spec.RecordSchema) -> spec.Pull:
    """The workflows of the organization's newest pipelines."""
    return spec.Pull(
        name=name,
        path="/api/v2/pipeline/{item}/workflow",
        parents=spec.Parents(
            path="/api/v2/pipeline", params=(("org-slug", "{organization}"),), records="items"
        ),
        records="items",
        pages=spec.TokenPages(next_path="next_page_token", param="page-token"),
        schema=schema,
        supplements=(PIPELINE_OF_WORKFLOW,) if schema.kind == "run" else (),
        optional=True,
    )


CONNECTOR = spec.Connector(
    name="circleci",
    title="CircleCI",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://circleci.com/docs/api/v2/",
    plan="free",
    base_url="https://circleci.com",
    site=(),
    credentials=(spec.Field("token", "Personal API token", help="User settings › Personal API tokens."),),
    config=(
        spec.Field(
            "organization",
            "Organization",
            help="Its slug, such as gh/acme.",
            pattern=r"[\w-]+/[\w.-]+",
        ),
        spec.Field(
            "projects",
            "Projects",
            help="Their slugs, such as gh/acme/shop.",
            pattern=r"[\w-]+/[\w.-]+/[\w.-]+",
            type="list",
        ),
    ),
    auth=spec.Headers((("Circle-Token", "{token}"),)),
    pulls=(
        spec.Pull(
            name="pipelines",
            path="/api/v2/project/{item}/pipeline",
            for_each="projects",
            records="items",
            pages=spec.TokenPages(next_path="next_page_token", param="page-token"),
            schema=spec.RecordSchema(key="pipeline/{id}", kind="pipeline", keep=Among("state", ("errored",))),
            since=spec.Since(field="created_at", newest_first=True),
        ),
        poll_workflows("workflows", WORKFLOW_RECORD),
        poll_workflows("deploying_workflows", DEPLOYING_RECORD),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("circleci-signature", prefix="v1=", separator=","),),
        delivery_path="id",
        ignore=(
            spec.Condition(path="type", values=frozenset({"ping"})),
            spec.Condition(path="workflow.status", values=frozenset({"running", "on_hold", "not_run"})),
        ),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="job.id"),
                schema=spec.RecordSchema(
                    key="job/{job.id}",
                    updated_at=("happened_at",),
                    kind="job_event",
                    keep=Among("job.status", FAILURES),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="workflow.status", values=frozenset({"success"})),
                schema=spec.RecordSchema(
                    key="deploy/{workflow.id}",
                    updated_at=("happened_at",),
                    kind="change",
                    keep=Both(Among("workflow.status", ("success",)), Named(("workflow.name",))),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="workflow.status"),
                schema=spec.RecordSchema(
                    key="{workflow.id}",
                    updated_at=("happened_at",),
                    kind="run_event",
                    keep=Among("workflow.status", (*FAILURES, "success")),
                ),
            ),
            spec.WebhookEvent(
                record="workflows", when=spec.Condition(path="workflows.0.status"), schema=WORKFLOW_RECORD
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="job_number"), schema=JOB_RECORD),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="build_num"),
                schema=spec.RecordSchema(
                    key="build_url",
                    updated_at=("stop_time", "start_time", "queued_at"),
                    kind="former_build",
                    keep=Among("status", FAILURES),
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="pipeline_id"), schema=WORKFLOW_RECORD),
            spec.WebhookEvent(
                record="items",
                when=spec.Condition(path="items.0.job_number"),
                schema=JOB_RECORD,
            ),
            spec.WebhookEvent(
                record="items",
                when=spec.Condition(path="items.0.pipeline_id"),
                schema=WORKFLOW_RECORD,
            ),
            spec.WebhookEvent(
                record="items",
                when=spec.Condition(path="items.0.credits_used"),
                schema=WORKFLOW_RECORD,
            ),
        ),
        setup="Project settings › Webhooks: the event Workflow Completed with the secret token.",
    ),
    issues=(PUSHED_JOB, PUSHED_WORKFLOW, JOB, WORKFLOW, PIPELINE, FORMER_BUILD),
    changes=(DEPLOYING, LISTED_DEPLOYING),
)

"""GitLab pipelines and jobs: those that failed, and the successes that end them."""

from causeloop_pipeline.connectors.formats.gitlab_deployments import FAILED, PROJECT_OF_URL, SUCCESS
from causeloop_pipeline.connectors.mapping.expressions import Is, Kind, Literal, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.connectors.spec import LinkPages, Pull, RecordSchema, Since
from causeloop_pipeline.model.issue import Identifies

ENDED = (*FAILED, *SUCCESS)
PIPELINE = IssueMapping(
    name="pipeline",
    identifies=Identifies.EVENT,
    when=Kind(("pipeline",)),
    title=(Text("Pipeline {name} {status}"), Text("Pipeline on {ref} {status}")),
    severity="status",
    status="status",
    service=("project_path", *PROJECT_OF_URL, "project_id"),
    error_type=Literal("pipeline_failed"),
    environment="ref",
    external_url=("web_url", "url"),
    source_created_at="created_at",
    resolved_at=("finished_at", "updated_at"),
    job=Text("{project_id}/{ref}"),
    succeeded=Is("status", ("success",)),
    attributes={"commit": "sha", "source": "source", "number": "iid"},
)
JOB = IssueMapping(
    name="job",
    identifies=Identifies.EVENT,
    when=Kind(("job",)),
    title=(
        Text("{build_name} {build_status}: {build_failure_reason}"),
        Text("{build_name} {build_status}"),
        Text("{name} {status}: {failure_reason}"),
        Text("{name} {status}"),
    ),
    body=("failure_reason", "build_failure_reason"),
    severity=("build_status", "status"),
    status=("build_status", "status"),
    service=("project_name", "project.path_with_namespace", *PROJECT_OF_URL, "pipeline.project_id"),
    error_type=("build_failure_reason", "failure_reason", Literal("job_failed")),
    environment=("environment.name", "ref"),
    external_url=("web_url", Text("{repository.homepage}/-/jobs/{build_id}")),
    source_created_at=("build_started_at", "build_created_at", "started_at", "created_at"),
    resolved_at=("build_finished_at", "finished_at"),
    # The pipeline's next success ends it, for only a pipeline tells that all of it was run.
    job=(Text("{project_id}/{ref}"), Text("{pipeline.project_id}/{ref}")),
    attributes={
        "stage": ("build_stage", "stage"),
        "commit": ("sha", "commit.id"),
        "pipeline": ("pipeline_id", "pipeline.id"),
    },
)
PIPELINE_SCHEMA = RecordSchema(key="pipeline/{id}", kind="pipeline", keep=Among("status", ENDED))
PULLED_JOB = RecordSchema(
    key="job/{id}", updated_at=("finished_at", "created_at"), kind="job", keep=Among("status", FAILED)
)
PUSHED_JOB = RecordSchema(
    key="job/{build_id}",
    updated_at=("build_finished_at", "build_created_at"),
    kind="job",
    keep=Among("build_status", FAILED),
)
EACH_PROJECT = "/api/v4/projects/{item}/"


def poll_pipelines(name: str, status: str) -> Pull:
    """The pipelines of each project that ended in one way, for the API filters by one status only."""
    return Pull(
        name=name,
        path=f"{EACH_PROJECT}pipelines",
        params=(("status", status), ("order_by", "updated_at"), ("sort", "asc")),
        records="",
        pages=LinkPages(),
        schema=PIPELINE_SCHEMA,
        since=Since(field="updated_at", param="updated_after", ascending=True),
        for_each="projects",
        optional=True,
    )

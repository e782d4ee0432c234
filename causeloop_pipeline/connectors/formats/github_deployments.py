"""Deployments of GitHub that failed, as the webhook reports their status."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Kind, Literal, Match, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

REPOSITORY = r"/repos/[^/]+/([^/]+)"

FAILED_DEPLOYMENT = IssueMapping(
    name="failed deployment",
    identifies=Identifies.EVENT,
    when=Every((Kind(("deployment",)), Has("state"), Has("environment"))),
    title=("description", Text("Deployment of {deployment.ref} to {environment} failed")),
    severity="state",
    status="state",
    service=("repository.name", Match("deployment_url", REPOSITORY)),
    error_type=Literal("deployment_failed"),
    environment="environment",
    external_url=("environment_url", "log_url", "target_url", "repository.html_url"),
    source_created_at="created_at",
    resolved_at="updated_at",
    attributes={"commit": "deployment.sha", "ref": "deployment.ref"},
)
DEPLOYMENT_FAILED = spec.WebhookEvent(
    record="deployment_status",
    schema=spec.RecordSchema(
        key="failed-deployment/{deployment.id}",
        kind="deployment",
        keep=Among("state", ("failure", "error")),
    ),
    add=(("deployment", "deployment"), ("repository", "repository")),
)

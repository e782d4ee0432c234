"""Deployments of GitLab: changes where they succeeded, issues where they failed; and its feature flags."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Is,
    Join,
    Kind,
    Literal,
    Match,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

SUCCESS, FAILED = ("success",), ("failed",)
PROJECT_OF_URL = (
    Match("web_url", r"^https?://[^/]+/(.+)/-/"),
    Match("web_url", r"^https?://[^/]+/(.+)/(?:issues|pipelines|jobs|builds)/\d+"),
)

DEPLOYMENT = ChangeMapping(
    name="deployment",
    when=Has("environment"),
    change_kind=Literal("deploy"),
    title=(Text("Deploy of {ref} to {environment.name}"), Text("Deploy of {ref} to {environment}")),
    service=("project.path_with_namespace", *PROJECT_OF_URL, "deployable.project.path_with_namespace"),
    environment=("environment.name", "environment"),
    external_url=("deployable_url", "deployable.web_url"),
    changed_at=("status_changed_at", "updated_at", "created_at"),
)
FAILED_DEPLOYMENT = IssueMapping(
    name="failed deployment",
    identifies=Identifies.EVENT,
    when=Every((Kind(("deployment",)), Has("environment"))),
    title=(
        Text("Deploy of {ref} to {environment.name} failed"),
        Text("Deploy of {ref} to {environment} failed"),
    ),
    body="commit_title",
    severity="status",
    status="status",
    service=("project.path_with_namespace", *PROJECT_OF_URL),
    error_type=Literal("deployment_failed"),
    environment=("environment.name", "environment"),
    external_url=("deployable_url", "deployable.web_url"),
    source_created_at="status_changed_at",
    attributes={"commit": "short_sha", "ref": "ref", "tier": "environment_tier"},
)
DEPLOYMENT_SCHEMA = spec.RecordSchema(key="deployment/{id}", kind="change", keep=Among("status", SUCCESS))
DEPLOYMENT_EVENTS = tuple(
    spec.WebhookEvent(
        record="",
        when=spec.Condition(path="deployment_id"),
        schema=spec.RecordSchema(
            key=f"{prefix}/{{deployment_id}}",
            updated_at=("status_changed_at",),
            kind=kind,
            keep=Among("status", statuses),
        ),
    )
    for prefix, kind, statuses in (
        ("deployment", "change", SUCCESS),
        ("failed-deployment", "deployment", FAILED),
    )
)

FLAG = ChangeMapping(
    name="feature flag",
    when=Has("object_attributes.active"),
    change_kind=Literal("feature_flag"),
    title=Join(
        (
            "object_attributes.name",
            Choose(Is("object_attributes.active", ("true",)), Literal("on"), Literal("off")),
        )
    ),
    service="project.path_with_namespace",
    external_url=Text("{project.web_url}/-/feature_flags"),
)
FLAG_EVENT = spec.WebhookEvent(
    record="",
    when=spec.Condition(path="object_kind", values=frozenset({"feature_flag"})),
    schema=spec.RecordSchema(
        key="flag/{object_attributes.id}/{object_attributes.active}", updated_at=(), kind="change"
    ),
)

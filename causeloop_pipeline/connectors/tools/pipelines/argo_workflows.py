"""Argo Workflows: workflows that failed, and the successes of the same template, listed and pushed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Is,
    Literal,
    Match,
    Source,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

TEMPLATE: Source = (
    r"metadata.labels.workflows\.argoproj\.io/cron-workflow",
    r"metadata.labels.workflows\.argoproj\.io/workflow-template",
    "spec.workflowTemplateRef.name",
    "metadata.generateName",
    Match("metadata.name", r"^(.+?)-[a-z0-9]{5,10}$"),
    "metadata.name",
)
WORKFLOW = IssueMapping(
    name="workflow",
    identifies=Identifies.EVENT,
    when=Every((Has("metadata.name"), Has("status.phase"))),
    title=(
        Concat((TEMPLATE, Literal(": "), "status.message")),
        Concat((TEMPLATE, Literal(" "), "status.phase")),
    ),
    body="status.message",
    severity="status.phase",
    status="status.phase",
    service=TEMPLATE,
    error_type=(
        Match("status.message", r"(\w+(?:Error|Exception)|exit code \d+|OOMKilled)"),
        Literal("workflow_failed"),
    ),
    team=("metadata.labels.team", "metadata.labels.owner"),
    environment="metadata.namespace",
    external_url=Text("{config.base_url}/workflows/{metadata.namespace}/{metadata.name}"),
    source_created_at=("status.startedAt", "metadata.creationTimestamp"),
    resolved_at="status.finishedAt",
    job=Concat(("metadata.namespace", Literal("/"), TEMPLATE)),
    succeeded=Is("status.phase", ("succeeded",)),
    attributes={"workflow": "metadata.name", "progress": "status.progress"},
)
SCHEMA = spec.RecordSchema(
    key="metadata.uid",
    updated_at=("status.finishedAt", "status.startedAt", "metadata.creationTimestamp"),
    keep=Among("status.phase", ("failed", "error", "succeeded")),
)

CONNECTOR = spec.Connector(
    name="argo_workflows",
    title="Argo Workflows",
    category=spec.Category.DATA,
    docs_url="https://argo-workflows.readthedocs.io/en/latest/rest-api/",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field(
            "token", "Access token", help="Of a service account that may list workflows.", required=False
        ),
    ),
    config=(
        spec.Field(
            "base_url",
            "Address of the Argo server",
            help="Such as https://argo.acme.example:2746.",
            pattern=r"https?://\S+",
        ),
        spec.Field("namespaces", "Namespaces", pattern=r"[a-z0-9-]+", type="list"),
    ),
    auth=spec.FirstOf((spec.Bearer(), spec.Anonymous())),
    pulls=(
        spec.Pull(
            name="workflows",
            path="/api/v1/workflows/{item}",
            params=(("listOptions.labelSelector", "workflows.argoproj.io/completed=true"),),
            records="items",
            pages=spec.TokenPages(
                next_path="metadata.continue",
                param="listOptions.continue",
                size=100,
                size_param="listOptions.limit",
            ),
            schema=SCHEMA,
            since=spec.Since(field="status.finishedAt"),
            for_each="namespaces",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="workflow", schema=SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="status.phase"), schema=SCHEMA),
        ),
        setup="An exit handler with an HTTP template that posts metadata and status of the workflow as JSON, "
        "with the header X-Causeloop-Token.",
    ),
    issues=(WORKFLOW,),
)

"""Tekton: pipeline and task runs that failed, and the successes of the same pipeline, listed and pushed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Element,
    Every,
    Has,
    Is,
    Literal,
    Match,
    Source,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

NAME: Source = (
    r"metadata.labels.tekton\.dev/pipeline",
    "spec.pipelineRef.name",
    r"metadata.labels.tekton\.dev/task",
    "spec.taskRef.name",
    "metadata.generateName",
    Match("metadata.name", r"^(.+?)-[a-z0-9]{5,10}$"),
    "metadata.name",
)


def condition(take: str) -> Element:
    """What the condition that says whether a run succeeded has."""
    return Element("status.conditions", key="type", equals="Succeeded", take=take)


RUN = IssueMapping(
    name="run",
    identifies=Identifies.EVENT,
    when=Every((Has("metadata.name"), Has("status.conditions"))),
    title=(
        Concat((NAME, Literal(": "), condition("message"))),
        Concat((NAME, Literal(" "), condition("reason"))),
    ),
    body=condition("message"),
    severity=condition("reason"),
    status=condition("reason"),
    service=NAME,
    error_type=(condition("reason"), Literal("run_failed")),
    team=("metadata.labels.team", "metadata.labels.owner"),
    environment="metadata.namespace",
    external_url=Text(
        "{config.dashboard_url}/#/namespaces/{metadata.namespace}/pipelineruns/{metadata.name}"
    ),
    source_created_at=("status.startTime", "metadata.creationTimestamp"),
    resolved_at="status.completionTime",
    job=Concat(("metadata.namespace", Literal("/"), NAME)),
    succeeded=Is(condition("status"), ("true",)),
    attributes={"run": "metadata.name", "reason": condition("reason")},
)


def has_ended(run: spec.Record) -> bool:
    """Whether a run failed or succeeded: the condition of one that goes on is unknown."""
    conditions = (run.get("status") or {}).get("conditions") or []
    return any(
        each.get("type") == "Succeeded"
        and each.get("status") in ("True", "False")
        and not str(each.get("reason")).endswith(("Cancelled", "CancelledRunFinally"))
        for each in conditions
    )


SCHEMA = spec.RecordSchema(
    key="metadata.uid",
    updated_at=("status.completionTime", "status.startTime", "metadata.creationTimestamp"),
    keep=has_ended,
)

CONNECTOR = spec.Connector(
    name="tekton",
    title="Tekton",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://tekton.dev/docs/pipelines/events/",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("token", "Access token", help="Of a service account that may list pipeline runs."),
    ),
    config=(
        spec.Field(
            "base_url",
            "Address of the Kubernetes API",
            help="Such as https://k8s.acme.example:6443.",
            pattern=r"https?://\S+",
        ),
        spec.Field("namespaces", "Namespaces", pattern=r"[a-z0-9-]+", type="list"),
        spec.Field(
            "dashboard_url",
            "Address of Tekton's dashboard",
            help="For links.",
            required=False,
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="pipeline_runs",
            path="/apis/tekton.dev/v1/namespaces/{item}/pipelineruns",
            records="items",
            pages=spec.TokenPages(
                next_path="metadata.continue", param="continue", size=100, size_param="limit"
            ),
            schema=SCHEMA,
            since=spec.Since(field="status.completionTime"),
            for_each="namespaces",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=tuple(
            spec.WebhookEvent(
                record=record, when=spec.Condition(path=f"{record}.metadata.uid"), schema=SCHEMA
            )
            for record in ("data.pipelineRun", "pipelineRun", "data.taskRun", "taskRun", "customRun")
        ),
        setup="config-events (or config-defaults): default-cloud-events-sink with ?token= and the secret.",
    ),
    issues=(RUN,),
)

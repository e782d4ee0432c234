"""Vercel deployments: failed ones are issues, those that reached production changes."""

from dataclasses import replace

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Is,
    Join,
    Literal,
    Match,
    Moment,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

ENDS = frozenset({"deployment.error", "deployment.succeeded"})
MILLISECONDS = TimeFormat.EPOCH_MILLISECONDS
MESSAGE = ("meta.githubCommitMessage", "meta.gitlabCommitMessage", "meta.bitbucketCommitMessage")


def milliseconds(*paths: str) -> Moment:
    """The first of some times."""
    return Instant(paths, MILLISECONDS)


LISTED = IssueMapping(
    name="deployment",
    identifies=Identifies.EVENT,
    when=Every((Some((Has("uid"), Has("url"), Has("readyState"))), Some((Has("readyState"), Has("state"))))),
    title=(Join(("name", ("errorMessage", "errorCode", *MESSAGE)), ": "),),
    body=("errorMessage", "aliasError.message", *MESSAGE),
    severity=("target", Literal("preview")),
    status=("readyState", "state"),
    service="name",
    team="creator.username",
    environment=("customEnvironment.slug", "target", Literal("preview")),
    error_type=("errorCode", "aliasError.code", Literal("deployment_failed")),
    external_url=("inspectorUrl", Text("https://{url}")),
    source_created_at=milliseconds("createdAt", "created"),
    resolved_at=milliseconds("ready", "createdAt", "created"),
    job=Join((("projectId", "name"), "target", "meta.githubCommitRef"), "/"),
    succeeded=Is(("readyState", "state"), ("ready",)),
    attributes={"project": "projectId", "branch": "meta.githubCommitRef", "commit": "meta.githubCommitSha"},
)
PUSHED = IssueMapping(
    name="webhook",
    identifies=Identifies.EVENT,
    when=Every((Has("type"), Has("payload.deployment"))),
    title=Join((("payload.deployment.name", "payload.name"), "type"), ": "),
    body=(
        "payload.deployment.errorMessage",
        "payload.deployment.meta.githubCommitMessage",
        "payload.deployment.meta.gitlabCommitMessage",
    ),
    severity=("payload.target", "payload.deployment.target", Literal("preview")),
    status=Match("type", r"([^.]+)$"),
    service=("payload.deployment.name", "payload.name", "payload.project.name"),
    environment=("payload.deployment.customEnvironment.slug", "payload.target", Literal("preview")),
    error_type=("payload.deployment.errorCode", "type"),
    external_url=(
        "payload.links.deployment",
        "payload.deployment.inspectorUrl",
        Text("https://{payload.deployment.url}"),
    ),
    source_created_at=milliseconds("createdAt"),
    resolved_at=milliseconds("createdAt"),
    job=Join(
        (
            ("payload.project.id", "payload.deployment.name"),
            "payload.target",
            "payload.deployment.meta.githubCommitRef",
        ),
        "/",
    ),
    succeeded=Is("type", ("deployment.succeeded",)),
    attributes={"project": "payload.project.id", "team": "payload.team.id", "region": "region"},
)
RELEASED = ChangeMapping(
    name="deployment",
    when=Some((Has("uid"), Has("payload.deployment"))),
    change_kind=Literal("deploy"),
    title=Join(
        (
            ("name", "payload.deployment.name", "payload.name"),
            (*MESSAGE, "payload.deployment.meta.githubCommitMessage", "url", "payload.deployment.url"),
        ),
        ": ",
    ),
    service=("name", "payload.deployment.name", "payload.name"),
    environment=("target", "payload.target", Literal("production")),
    external_url=("inspectorUrl", "payload.links.deployment"),
    changed_at=milliseconds("ready", "createdAt", "created"),
)
ENDED = spec.RecordSchema(
    key="uid",
    updated_at=("ready", "createdAt", "created"),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    keep=Among("readyState", ("error", "ready")),
)
SUCCEEDED = spec.RecordSchema(
    key="deploy/{uid}",
    updated_at=("ready", "createdAt", "created"),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    kind="change",
)


def poll_deployments(name: str, schema: spec.RecordSchema, *params: tuple[str, str]) -> spec.Pull:
    """The deployments of one state."""
    return spec.Pull(
        name=name,
        path="/v6/deployments",
        params=params,
        records="deployments",
        pages=spec.TokenPages(next_path="pagination.next", param="until", size=100, size_param="limit"),
        schema=schema,
        since=spec.Since(field="created", param="since", format=spec.TimeFormat.EPOCH_MILLISECONDS),
    )


def receive_event(types: frozenset[str], key: str, kind: str) -> spec.WebhookEvent:
    """Webhooks of some types."""
    return spec.WebhookEvent(
        record="",
        when=spec.Condition(path="type", values=types),
        schema=spec.RecordSchema(
            key=key, updated_at=("createdAt",), times=spec.TimeFormat.EPOCH_MILLISECONDS, kind=kind
        ),
    )


CONNECTOR = spec.Connector(
    name="vercel",
    title="Vercel",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://vercel.com/docs/rest-api/reference/endpoints/deployments/list-deployments",
    plan="free",
    base_url="https://api.vercel.com",
    site=(),
    credentials=(spec.Field("token", "Access token", help="Limited to one team."),),
    auth=spec.Bearer(),
    pulls=(
        poll_deployments("failed_deployments", ENDED, ("state", "ERROR")),
        poll_deployments("ready_deployments", ENDED, ("state", "READY")),
        poll_deployments("deployments", SUCCEEDED, ("state", "READY"), ("target", "production")),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-vercel-signature", algorithm="sha1"),),
        delivery_path="id",
        ignore=(
            spec.Condition(
                path="type",
                values=frozenset({"deployment.created", "deployment.ready", "deployment.canceled"}),
            ),
        ),
        events=(
            receive_event(
                frozenset({"deployment.promoted", "deployment.rollback"}),
                "deploy/{payload.deployment.id}",
                "change",
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="type", values=frozenset({"deployment.succeeded"})),
                schema=spec.RecordSchema(
                    key="deploy/{payload.deployment.id}",
                    updated_at=("createdAt",),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="change",
                    keep=Among("payload.target", ("production",)),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="type", values=ENDS),
                schema=spec.RecordSchema(
                    key="payload.deployment.id",
                    updated_at=("createdAt",),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="event",
                    keep=Among("type", tuple(ENDS)),
                ),
            ),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="readyState"), schema=replace(ENDED, key="id")
            ),
        ),
        setup="Team settings › Webhooks: deployment error, succeeded, promoted and rollback.",
    ),
    issues=(PUSHED, LISTED),
    changes=(RELEASED,),
)

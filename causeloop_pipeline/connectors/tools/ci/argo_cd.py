"""Argo CD: applications whose sync failed or whose health is degraded, and syncs that deployed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Join, Kind, Literal, Text
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

NAME = ("metadata.labels.app\\.kubernetes\\.io/name", "metadata.name")
ENVIRONMENT = (
    "metadata.labels.environment",
    "metadata.labels.env",
    "spec.destination.namespace",
    "spec.destination.name",
)
TEAM = ("metadata.labels.team", "metadata.annotations.team", "spec.project")
PAGE = (
    "metadata.annotations.link\\.argocd\\.argoproj\\.io/external-link",
    Text("{config.base_url}/applications/{metadata.name}"),
)

SYNC = IssueMapping(
    name="failed sync",
    identifies=Identifies.EVENT,
    when=Every((Kind(("sync",)), Has("status.operationState.phase"), Has("metadata.name"))),
    title=Join(
        (Text("{metadata.name} sync {status.operationState.phase}"), "status.operationState.message"), ": "
    ),
    body=("status.operationState.message", "status.conditions.0.message"),
    severity="status.operationState.phase",
    status="status.operationState.phase",
    service=NAME,
    error_type=("status.conditions.0.type", Literal("sync_failed")),
    team=TEAM,
    environment=ENVIRONMENT,
    external_url=PAGE,
    source_created_at="status.operationState.startedAt",
    resolved_at="status.operationState.finishedAt",
    attributes={
        "revision": ("status.operationState.syncResult.revision", "status.sync.revision"),
        "repository": "spec.source.repoURL",
        "project": "spec.project",
    },
)
HEALTH = IssueMapping(
    name="unhealthy application",
    identifies=Identifies.CONDITION,
    when=Every((Kind(("health",)), Has("status.health.status"), Has("metadata.name"))),
    title=Join((Text("{metadata.name} is {status.health.status}"), "status.health.message"), ": "),
    body=("status.health.message", "status.conditions.0.message"),
    severity="status.health.status",
    status="status.health.status",
    service=NAME,
    error_type=("status.conditions.0.type", Text("health_{status.health.status}")),
    team=TEAM,
    environment=ENVIRONMENT,
    external_url=PAGE,
    source_created_at=("status.health.lastTransitionTime", "status.reconciledAt"),
    resolved_at=("status.health.lastTransitionTime", "status.reconciledAt"),
    attributes={"revision": "status.sync.revision", "sync": "status.sync.status", "project": "spec.project"},
)
DEPLOYED = ChangeMapping(
    name="sync",
    when=Every((Has("status.operationState.phase"), Has("metadata.name"))),
    change_kind=Literal("deploy"),
    title=Join(
        (
            Text("{metadata.name} synced"),
            ("status.operationState.syncResult.revision", "status.summary.images.0"),
        ),
        " to ",
    ),
    service=NAME,
    environment=ENVIRONMENT,
    external_url=PAGE,
    changed_at=("status.operationState.finishedAt", "status.operationState.startedAt"),
)
SYNC_RECORD = spec.RecordSchema(
    key="sync/{metadata.uid}/{status.operationState.startedAt}",
    updated_at=("status.operationState.finishedAt", "status.reconciledAt"),
    kind="sync",
    keep=Among("status.operationState.phase", ("failed", "error")),
)
HEALTH_RECORD = spec.RecordSchema(
    key="health/{metadata.uid}",
    updated_at=("status.health.lastTransitionTime", "status.reconciledAt"),
    kind="health",
    keep=Among("status.health.status", ("degraded", "missing")),
)
DEPLOYED_RECORD = spec.RecordSchema(
    key="deploy/{metadata.uid}/{status.operationState.startedAt}",
    updated_at=("status.operationState.finishedAt",),
    kind="change",
    keep=Among("status.operationState.phase", ("succeeded",)),
)


def poll_applications(name: str, schema: spec.RecordSchema, ids: str | None = None) -> spec.Pull:
    """All applications that the token may see; of those with some ids, none that is not kept is open."""
    return spec.Pull(
        name=name,
        path="/api/v1/applications",
        records="items",
        pages=spec.OnePage(),
        schema=schema,
        absent_means_ended=ids,
    )


CONNECTOR = spec.Connector(
    name="argo_cd",
    title="Argo CD",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/",
    plan="free",
    base_url="{base_url}",
    credentials=(spec.Field("token", "API token", help="Of a local account with the role readonly."),),
    config=(
        spec.Field(
            "base_url",
            "Argo CD address",
            help="Such as https://argocd.acme.example.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.Bearer("{token}"),
    pulls=(
        poll_applications("failed_syncs", SYNC_RECORD),
        poll_applications("unhealthy", HEALTH_RECORD, ids=r"health/.+"),
        poll_applications("syncs", DEPLOYED_RECORD),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="app",
                when=spec.Condition(
                    path="app.status.operationState.phase", values=frozenset({"Failed", "Error"})
                ),
                schema=SYNC_RECORD,
            ),
            spec.WebhookEvent(
                record="app",
                when=spec.Condition(
                    path="app.status.health.status", values=frozenset({"Degraded", "Missing"})
                ),
                schema=HEALTH_RECORD,
            ),
            spec.WebhookEvent(record="app", schema=DEPLOYED_RECORD),
        ),
        setup=(
            "Argo CD notifications: a webhook service with the address and the header X-Causeloop-Token, "
            'and a template with the body {"app": {{toJson .app}}} for on-sync-failed, on-health-degraded '
            "and on-deployed."
        ),
    ),
    issues=(SYNC, HEALTH),
    changes=(DEPLOYED,),
)

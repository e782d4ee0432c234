"""Netlify deploys: failed ones are issues, those that were published changes."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Is, Join, Literal, Some, Text
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among, Both
from causeloop_pipeline.model.issue import Identifies

DEPLOY = IssueMapping(
    name="deploy",
    identifies=Identifies.EVENT,
    when=Every((Has("state"), Has("site_id"), Some((Has("context"), Has("deploy_url"), Has("branch"))))),
    title=Join(("name", ("error_message", "title", "state")), ": "),
    body=("error_message", "title"),
    severity="context",
    status="state",
    service="name",
    environment=("context", "branch"),
    error_type=Literal("deploy_failed"),
    external_url=("admin_url", "deploy_ssl_url", "deploy_url"),
    source_created_at="created_at",
    resolved_at=("published_at", "updated_at"),
    job=(Text("{site_id}/{context}/{branch}"), Text("{site_id}/{branch}"), "site_id"),
    succeeded=Is("state", ("ready",)),
    attributes={"branch": "branch", "commit": "commit_ref", "site": "site_id"},
)
PUBLISHED = ChangeMapping(
    name="published deploy",
    when=Every((Has("state"), Has("site_id"))),
    change_kind=Literal("deploy"),
    title=Join(("name", ("title", "branch")), ": "),
    service="name",
    environment="context",
    external_url=("admin_url", "deploy_ssl_url", "deploy_url"),
    changed_at=("published_at", "updated_at", "created_at"),
)
ENDED = spec.RecordSchema(
    updated_at=("updated_at", "created_at"), keep=Among("state", ("error", "rejected", "ready"))
)
SUCCEEDED = spec.RecordSchema(
    key="deploy/{id}",
    updated_at=("updated_at", "created_at"),
    kind="change",
    keep=Both(Among("state", ("ready",)), Among("context", ("production",))),
)
SITES = spec.Parents(path="/sites", records="", pages=spec.NumberedPages())


def poll_deploys(name: str, schema: spec.RecordSchema, *params: tuple[str, str]) -> spec.Pull:
    """The deploys of each site, the newest first."""
    return spec.Pull(
        name=name,
        path="/sites/{item}/deploys",
        params=params,
        records="",
        pages=spec.NumberedPages(),
        schema=schema,
        since=spec.Since(field="created_at", newest_first=True),
        parents=SITES,
    )


CONNECTOR = spec.Connector(
    name="netlify",
    title="Netlify",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://open-api.netlify.com/#tag/deploy/operation/listSiteDeploys",
    plan="free",
    base_url="https://api.netlify.com/api/v1",
    site=(),
    credentials=(spec.Field("token", "Personal access token"),),
    auth=spec.Bearer(),
    pulls=(
        poll_deploys("failed_deploys", ENDED, ("state", "error")),
        poll_deploys("ready_deploys", ENDED, ("state", "ready")),
        poll_deploys("deploys", SUCCEEDED, ("state", "ready"), ("production", "true")),
    ),
    webhook=spec.Webhook(
        signatures=(spec.JwtSignature("x-webhook-signature"), spec.UrlSecret()),
        ignore=(
            spec.Condition(path="state", values=frozenset({"building", "new", "enqueued", "uploading"})),
        ),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="state", values=frozenset({"ready"})),
                schema=SUCCEEDED,
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="state"), schema=ENDED),
        ),
        setup="Project configuration › Notifications › HTTP POST request: deploy failed and deploy "
        "succeeded, with the secret as JWS secret token.",
    ),
    issues=(DEPLOY,),
    changes=(PUBLISHED,),
)

"""Raygun error groups and deployments, and its webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Join,
    Literal,
    Some,
    Tag,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.mapping.occurrences import Counted, Once
from causeloop_pipeline.model.issue import Identifies

PUSHED = IssueMapping(
    name="webhook",
    identifies=Identifies.GROUP,
    when=Every((Has("eventType"), Has("error"))),
    title=("error.message", "error.url"),
    body=("error.comment", "error.instance.stackTrace"),
    severity=Tag("error.instance.tags", "severity|priority"),
    # The new status is in its own field, where the status changed.
    status=("error.status", "eventType"),
    service=("application.name", "error.application.name"),
    error_type=("error.className", "error.instance.className", "event"),
    environment=(
        Tag("error.instance.tags", "environment|env"),
        "error.instance.customData.environment",
        "error.instance.tags.0",
    ),
    team=Tag("error.instance.tags", "team"),
    external_url="error.url",
    source_created_at="error.firstOccurredOn",
    resolved_at=("error.lastOccurredOn",),
    occurrences=Counted(count="error.totalOccurrences", last_at="error.lastOccurredOn"),
    attributes={
        "occurrences": "error.totalOccurrences",
        "users": "error.usersAffected",
        "event": "eventType",
    },
)
LISTED = IssueMapping(
    name="error group",
    identifies=Identifies.GROUP,
    when=Every((Has("identifier"), Some((Has("lastOccurredAt"), Has("status"))))),
    title="message",
    status="status",
    service=("applicationName", "applicationIdentifier"),
    error_type="className",
    external_url=("applicationUrl", "url"),
    source_created_at="createdAt",
    resolved_at=("resolvedAt", "lastOccurredAt"),
    occurrences=Once(at="lastOccurredAt"),
    attributes={"resolved_in": "resolvedIn", "comments": "commentCount"},
)
DEPLOYMENT = ChangeMapping(
    name="deployment",
    when=Every((Has("version"), Some((Has("deployedAt"), Has("deployedBy"))))),
    change_kind=Literal("deploy"),
    title=Join(("version", "comment"), " "),
    service="applicationIdentifier",
    external_url="url",
    changed_at=("deployedAt", "createdAt"),
)
GROUP_SCHEMA = spec.RecordSchema(key="identifier", updated_at=())


def poll_each_application(
    name: str, path: str, schema: spec.RecordSchema, order: str, field: str
) -> spec.Pull:
    """A list of each application, the newest first."""
    return spec.Pull(
        name=name,
        path=f"/v3/applications/{{item}}/{path}",
        params=(("orderby", order),),
        records="",
        pages=spec.OffsetPages(size=500, size_param="count"),
        schema=schema,
        since=spec.Since(field=field, newest_first=True),
        for_each="applications",
    )


CONNECTOR = spec.Connector(
    name="raygun",
    title="Raygun",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://raygun.com/documentation/product-guides/public-api/error-groups/",
    plan="starter",
    base_url="https://api.raygun.com",
    site=(),
    credentials=(
        spec.Field("token", "Personal access token", help="With error-groups:read and deployments:read."),
    ),
    config=(spec.Field("applications", "Application identifiers", pattern=r"\w+", type="list"),),
    auth=spec.Bearer(),
    pulls=(
        poll_each_application(
            "error_groups", "error-groups", GROUP_SCHEMA, "lastOccurredAt desc", "lastOccurredAt"
        ),
        poll_each_application(
            "deployments",
            "deployments",
            spec.RecordSchema(key="deployment/{identifier}", updated_at=("deployedAt",), kind="change"),
            "deployedAt desc",
            "deployedAt",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="error.groupIdentifier"),
                schema=spec.RecordSchema(key="error.groupIdentifier", updated_at=(), kind="event"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="error.url"),
                schema=spec.RecordSchema(
                    key="error.url", key_pattern=r"/errors/([^/?#]+)", updated_at=(), kind="event"
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="identifier"), schema=GROUP_SCHEMA),
        ),
        setup="Application settings › Integrations › Webhook: the address with ?token= and the secret.",
    ),
    issues=(PUSHED, LISTED),
    changes=(DEPLOYMENT,),
)

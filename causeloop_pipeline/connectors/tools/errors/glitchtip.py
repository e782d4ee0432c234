"""GlitchTip: issues by their last event, through the API that it shares with Sentry; its alerts push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Element,
    Every,
    Has,
    Literal,
    Match,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.mapping.occurrences import Counted
from causeloop_pipeline.model.issue import Identifies

ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.GROUP,
    when=Every((Has("shortId"), Has("title"))),
    title="title",
    body=Different(("metadata.value", "culprit"), than="title"),
    severity="level",
    status="status",
    service=("project.slug", "project.name"),
    error_type=("metadata.type", Match("title", r"^(\w+(?:Error|Exception))"), "type"),
    external_url=("permalink", Text("{config.base_url}/{config.organization}/issues/{id}")),
    source_created_at="firstSeen",
    resolved_at="lastSeen",
    occurrences=Counted(count="count", last_at="lastSeen"),
    attributes={"short_id": "shortId", "count": "count", "users": "userCount", "culprit": "culprit"},
)
ALERT = IssueMapping(
    name="alert of a webhook",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Some((Has("title_link"), Has("fields"))))),
    title="title",
    body=Different(("text", "alert_text"), than="title"),
    severity=(Element("fields", key="title", equals="Level"), Literal("error")),
    status=Literal("unresolved"),
    service=Element("fields", key="title", equals="Project"),
    error_type=Match("title", r"^(\w+(?:Error|Exception))"),
    environment=Element("fields", key="title", equals="Environment"),
    external_url="title_link",
    attributes={"release": Element("fields", key="title", equals="Release")},
)

CONNECTOR = spec.Connector(
    name="glitchtip",
    title="GlitchTip",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://glitchtip.com/documentation/api/",
    plan="free",
    base_url="https://app.glitchtip.com",
    site=("organization",),
    credentials=(spec.Field("token", "Auth token", help="Profile › Auth tokens, with event:read."),),
    config=(
        spec.Field("organization", "Organization", help="Its slug.", pattern=r"[a-z0-9_-]+"),
        spec.Field(
            "base_url",
            "Address of GlitchTip",
            help="Your own: https://errors.acme.example.",
            required=False,
            default="https://app.glitchtip.com",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="issues",
            path="/api/0/organizations/{organization}/issues/",
            params=(("sort", "-last_seen"), ("query", "")),
            records="",
            pages=spec.LinkPages(size=100, size_param="limit", ends_on_empty=True),
            # A resolved issue has no later time than its last event: versions count when they arrive.
            schema=spec.RecordSchema(updated_at=()),
            since=spec.Since(field="lastSeen", newest_first=True),
            refresh=spec.Refresh(
                path="/api/0/organizations/{organization}/issues/{id}/", record="", ids=r"(?P<id>\d+)"
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="attachments",
                when=spec.Condition(path="attachments.0.title_link"),
                schema=spec.RecordSchema(
                    key="title_link", key_pattern=r"/issues/(\d+)", updated_at=(), kind="alert"
                ),
                add=(("alert_text", "text"),),
            ),
        ),
        setup="Project settings › Alerts › General webhook: the address with ?token= and the secret.",
    ),
    issues=(ISSUE, ALERT),
)

"""Help Scout conversations, listed by their last change and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    PlainText,
    SeverityLabel,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

CONVERSATION = IssueMapping(
    name="conversation",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("status"), Some((Has("subject"), Has("preview"), Has("number"))))),
    title=("subject", "preview", Text("Conversation {number}")),
    body=(PlainText("_embedded.threads.0.body"), "preview"),
    severity=SeverityLabel("tags"),
    status="status",
    service=(Tag("tags", "service|product"), "mailbox.name", "mailboxId"),
    team=("assignee.team", "assignee.email"),
    environment=Tag("tags", "env|environment"),
    external_url=("_links.web.href", Text("https://secure.helpscout.net/conversation/{id}/{number}")),
    source_created_at="createdAt",
    resolved_at=("closedAt", "userUpdatedAt"),
    attributes={"number": "number", "tags": "tags", "source": "source.type"},
)
SCHEMA = spec.RecordSchema(updated_at=("userUpdatedAt", "modifiedAt", "createdAt"))

CONNECTOR = spec.Connector(
    name="help_scout",
    title="Help Scout",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://developer.helpscout.com/mailbox-api/endpoints/conversations/list/",
    plan="starter",
    base_url="https://api.helpscout.net",
    site=(),
    credentials=(
        spec.Field("client_id", "App ID", help="Of an OAuth2 application of your profile."),
        spec.Field("client_secret", "App secret"),
    ),
    auth=spec.OAuth2(token_url="/v2/oauth2/token"),
    pulls=(
        spec.Pull(
            name="conversations",
            path="/v2/conversations",
            params=(("status", "all"), ("sortField", "modifiedAt"), ("sortOrder", "asc")),
            records="_embedded.conversations",
            pages=spec.NextUrlPages(url="_links.next.href"),
            schema=SCHEMA,
            since=spec.Since(field="userUpdatedAt", param="modifiedSince", ascending=True),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-helpscout-signature", algorithm="sha1", encoding="base64"),),
        events=(spec.WebhookEvent(record="", when=spec.Condition(path="id"), schema=SCHEMA),),
        setup="Manage › Apps › Webhooks: all conversation events; enter the secret.",
    ),
    issues=(CONVERSATION,),
)

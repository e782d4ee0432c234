"""Trello cards of chosen boards, listed whole and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Is,
    Literal,
    SeverityLabel,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

CARD = IssueMapping(
    name="card",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("id"),
            Has("name"),
            Some((Has("idList"), Has("idShort"), Has("shortLink"))),
        )
    ),
    title="name",
    body="desc",
    severity=SeverityLabel("labels"),
    status=Choose(
        Is("closed", ("true",)),
        Literal("closed"),
        Choose(Is("dueComplete", ("true",)), Literal("completed"), Literal("open")),
    ),
    service=(Tag("labels", "service|component"), "board_name", "idBoard"),
    team=(Tag("labels", "team"), "list.name", "idList"),
    environment=Tag("labels", "env|environment"),
    external_url=("url", "shortUrl", Text("https://trello.com/c/{shortLink}")),
    source_created_at=("date", "event_at", "dateLastActivity"),
    resolved_at="dateLastActivity",
    attributes={"number": "idShort", "labels": "labels", "due": "due"},
)
SCHEMA = spec.RecordSchema(updated_at=("dateLastActivity",))

CONNECTOR = spec.Connector(
    name="trello",
    title="Trello",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developer.atlassian.com/cloud/trello/rest/api-group-boards/",
    plan="free",
    base_url="https://api.trello.com",
    site=(),
    credentials=(spec.Field("key", "API key"), spec.Field("token", "API token")),
    config=(spec.Field("boards", "Board IDs", pattern=r"\w+", type="list"),),
    auth=spec.Query((("key", "{key}"), ("token", "{token}"))),
    pulls=(
        spec.Pull(
            name="cards",
            path="/1/boards/{item}/cards/all",
            records="",
            pages=spec.LastRecordPages(path="id", param="before", size=1000, size_param="limit"),
            schema=SCHEMA,
            since=spec.Since(field="dateLastActivity"),
            for_each="boards",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature("x-trello-webhook", algorithm="sha1", encoding="base64", signed="{body}{url}"),
        ),
        delivery_path="action.id",
        events=(
            spec.WebhookEvent(
                record="action.data.card",
                schema=spec.RecordSchema(updated_at=("event_at",), kind="event"),
                add=(
                    ("event_at", "action.date"),
                    ("event_type", "action.type"),
                    ("board_name", "action.data.board.name"),
                    ("list", "action.data.list"),
                ),
            ),
        ),
        setup="POST /1/webhooks with the board's ID and the address; the secret is the app's OAuth secret.",
    ),
    issues=(CARD,),
)

"""Notion pages of a database of incidents or bugs, queried by their last edit."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Element, Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies


def named(*names: str, take: tuple[str, ...]) -> tuple[str | Element, ...]:
    """A property by any of its names, as the API gives it and as a list of name and value."""
    return (
        *(f"properties.{name}.{path}" for name in names for path in take),
        *(
            Element("properties", key="name", equals=name, take=f"value.{path}")
            for name in names
            for path in take
        ),
    )


TITLE = ("title.0.plain_text",)
RICH_TEXT = ("rich_text.0.plain_text",)
CHOICE = ("status.name", "select.name", "multi_select.0.name")
PAGE = IssueMapping(
    name="page",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("properties"), Some((Has("created_time"), Has("last_edited_time"))))),
    title=(
        *named("Name", "Title", "Task", "Task name", "Incident", "Issue", "title", "name", take=TITLE),
        Text("Page {id}"),
    ),
    body=named("Description", "Summary", "Details", "description", take=RICH_TEXT),
    severity=named("Severity", "Priority", "severity", "priority", take=CHOICE),
    status=named("Status", "State", "status", take=CHOICE),
    service=named("Service", "Component", "Product", take=(*CHOICE, *RICH_TEXT)),
    error_type=named("Type", "Kind", take=CHOICE),
    team=named("Team", take=(*CHOICE, *RICH_TEXT)),
    environment=named("Environment", take=CHOICE),
    external_url=("url", "public_url"),
    source_created_at="created_time",
    resolved_at="last_edited_time",
    attributes={"database": "parent.database_id"},
)

CONNECTOR = spec.Connector(
    name="notion",
    title="Notion",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developers.notion.com/reference/query-a-data-source",
    plan="starter",
    base_url="https://api.notion.com",
    site=(),
    credentials=(spec.Field("token", "Integration secret", help="Of an integration that may read content."),),
    config=(spec.Field("data_sources", "Data source IDs", pattern=r"[0-9a-fA-F-]+", type="list"),),
    auth=spec.Bearer("{token}"),
    headers=(("Notion-Version", "2025-09-03"),),
    pulls=(
        spec.Pull(
            name="pages",
            path="/v1/data_sources/{item}/query",
            method="POST",
            params=(("filter.timestamp", "last_edited_time"),),
            records="results",
            pages=spec.TokenPages(
                next_path="next_cursor", param="start_cursor", size=100, size_param="page_size"
            ),
            schema=spec.RecordSchema(updated_at=("last_edited_time", "created_time")),
            since=spec.Since(field="last_edited_time", param="filter.last_edited_time.on_or_after"),
            for_each="data_sources",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature("x-notion-signature", prefix="sha256="),
            spec.SharedSecret("x-causeloop-token"),
        ),
        ids_only=(
            spec.IdsOnly(
                when=spec.Condition(path="entity.id"),
                reason="Notion's integration webhooks hold only the id of the page: "
                "poll the data source, or let an automation of the database post the page",
            ),
        ),
        events=(
            spec.WebhookEvent(
                record="data",
                when=spec.Condition(path="data.properties"),
                schema=spec.RecordSchema(updated_at=("last_edited_time", "created_time")),
            ),
        ),
        setup="Database › Automations › Send webhook, with the header X-Causeloop-Token.",
    ),
    issues=(PAGE,),
)

"""monday.com items of chosen boards, queried by GraphQL and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Element, Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

QUERY = """
query items($limit: Int, $cursor: String, $item: [ID!]) {
  boards(ids: $item) {
    items_page(limit: $limit, cursor: $cursor) {
      cursor
      items {
        id name state url created_at updated_at
        board { id name } group { id title } column_values { id text type column { title } }
      }
    }
  }
}
"""
ITEM = IssueMapping(
    name="item",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("name"), Some((Has("column_values"), Has("board"), Has("group"))))),
    title="name",
    body=(
        Element("column_values", key="id", equals="text", take="text"),
        Element("column_values", key="id", equals="long_text", take="text"),
    ),
    severity=(
        Element("column_values", key="id", equals="priority", take="text"),
        Element("column_values", key="column.title", equals="Priority", take="text"),
        Element("column_values", key="title", equals="Priority", take="text"),
    ),
    status=(
        Element("column_values", key="id", equals="status", take="text"),
        Element("column_values", key="column.title", equals="Status", take="text"),
        Element("column_values", key="title", equals="Status", take="text"),
        "state",
    ),
    service=(Element("column_values", key="column.title", equals="Service", take="text"), "board.name"),
    team=(Element("column_values", key="column.title", equals="Team", take="text"), "group.title"),
    external_url="url",
    source_created_at="created_at",
    resolved_at="updated_at",
    attributes={"board": "board.name", "group": "group.title", "state": "state"},
)
PUSHED = IssueMapping(
    name="webhook",
    identifies=Identifies.EVENT,
    when=Every((Has("pulseId"), Has("boardId"))),
    title=("pulseName", Text("Item {pulseId}")),
    status=("value.label.text", "type"),
    service="boardId",
    team="groupName",
    source_created_at=("createdAt", "triggerTime"),
    attributes={"column": "columnTitle", "board": "boardId"},
)

CONNECTOR = spec.Connector(
    name="monday",
    title="monday.com",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developer.monday.com/api-reference/reference/items-page",
    plan="starter",
    base_url="https://api.monday.com",
    site=(),
    credentials=(spec.Field("token", "API token"),),
    config=(spec.Field("boards", "Board IDs", pattern=r"\d+", type="list"),),
    auth=spec.Headers((("Authorization", "{token}"),)),
    pulls=(
        spec.Pull(
            name="items",
            path="/v2",
            method="POST",
            graphql=QUERY,
            params=(("item", "{item}"),),
            records="data.boards.0.items_page.items",
            pages=spec.TokenPages(
                next_path="data.boards.0.items_page.cursor", param="cursor", size=100, size_param="limit"
            ),
            schema=spec.RecordSchema(),
            since=spec.Since(field="updated_at"),
            for_each="boards",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.JwtSignature(), spec.UrlSecret()),
        ignore=(
            spec.Condition(path="challenge"),
            spec.Condition(
                path="event.type", values=frozenset({"create_update", "edit_update", "delete_update"})
            ),
        ),
        events=(
            spec.WebhookEvent(
                record="event",
                schema=spec.RecordSchema(key="pulseId", updated_at=("triggerTime",), kind="event"),
            ),
        ),
        setup="Board › Integrate › Webhooks: item created and status changed.",
    ),
    issues=(PUSHED, ITEM),
)

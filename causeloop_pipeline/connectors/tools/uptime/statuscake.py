"""StatusCake uptime alerts, listed and pushed by webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Is, Kind, Literal, Some, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

PUSHED = IssueMapping(
    name="webhook",
    identifies=Identifies.CONDITION,
    when=Every((Has("Status"), Some((Has("Name"), Has("URL"))))),
    title=(Text("{Name} is {Status}"), Text("{URL} is {Status}")),
    severity="Status",
    status="Status",
    service=("Name", "URL"),
    error_type=Text("HTTP {StatusCode}"),
    environment=(Tag("Tags", "env|environment"), "Tags"),
    external_url="URL",
    attributes={"method": "Method", "status_code": "StatusCode"},
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("triggered_at"), Has("status"))),
    title=(Text("{name} is {status}"), Text("Test {test_id} is {status}"), Text("Test is {status}")),
    severity="status",
    status="status",
    service=("name", "test_id"),
    error_type=(Text("HTTP {status_code}"), Literal("uptime")),
    source_created_at="triggered_at",
    resolved_at="triggered_at",
    job=("test_id", "name"),
    succeeded=Is("status", ("up",)),
    is_watched=True,
)

TEST = IssueMapping(
    name="test",
    identifies=Identifies.CONDITION,
    when=Every((Kind(("test",)), Has("website_url"), Has("name"), Has("status"))),
    title=Text("{name} is {status}"),
    severity="status",
    status="status",
    service="name",
    environment=Tag("tags", "env|environment"),
    error_type="test_type",
    external_url="website_url",
    attributes={"tags": "tags"},
)
CONNECTOR = spec.Connector(
    name="statuscake",
    title="StatusCake",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://developers.statuscake.com/api/#tag/uptime/operation/list-uptime-test-alerts",
    plan="free",
    base_url="https://api.statuscake.com",
    site=(),
    credentials=(spec.Field("token", "API token"),),
    config=(spec.Field("tests", "Test IDs", pattern=r"\d+", type="list"),),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/v1/uptime/{item}/alerts",
            records="data",
            pages=spec.NextUrlPages(url="links.next", size=100, size_param="limit"),
            schema=spec.RecordSchema(key="id", updated_at=("triggered_at",)),
            since=spec.Since(field="triggered_at", newest_first=True),
            for_each="tests",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(),),
        events=(
            *(
                spec.WebhookEvent(
                    record="",
                    when=spec.Condition(path=path),
                    schema=spec.RecordSchema(key=path, updated_at=()),
                )
                for path in ("TestID", "URL", "Name")  # the form that contact groups send holds no id
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="website_url"),
                schema=spec.RecordSchema(
                    key="id", updated_at=(), kind="test", keep=Among("status", ("down",))
                ),
            ),
        ),
        setup="Contact groups › Webhook URL: the address with ?token= and the secret.",
    ),
    issues=(PUSHED, TEST, ALERT),
)

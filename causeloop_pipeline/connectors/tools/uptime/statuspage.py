"""Statuspage incidents of your own page or of others you depend on, listed and pushed to subscribers."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, PlainText, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("id"),
            Some((Has("name"), Has("title"))),
            Some((Has("impact"), Has("incident_updates"), Has("shortlink"))),
        )
    ),
    title=("name", "title"),
    body=(PlainText("incident_updates.0.body"), PlainText("updates.0.message"), "postmortem_body"),
    severity=("impact_override", "impact"),
    status=("status", "status_sequence.-1"),
    service=(
        "components.0.name",
        "incident_updates.0.affected_components.0.name",
        "components.0",
        "page_name",
    ),
    error_type=("incident_type",),
    team=("page.name", "page_name", "page_id"),
    external_url=("shortlink", "url"),
    source_created_at=("started_at", "created_at", "published_at"),
    resolved_at=("resolved_at", "updated_at"),
    attributes={"components": "components", "page": ("page_id", "page.id"), "scheduled_for": "scheduled_for"},
)
COMPONENT = IssueMapping(
    name="component update",
    identifies=Identifies.CONDITION,
    when=Every((Has("new_status"), Has("component_id"))),
    title=(Text("{component_name}: {new_status}"), Text("Component {component_id}: {new_status}")),
    severity="new_status",
    status="new_status",
    service=("component_name", "component_id"),
    source_created_at="created_at",
    firing_start=FiringStart.CHANGED,
    resolved_at="created_at",
)
SCHEMA = spec.RecordSchema(updated_at=("updated_at", "created_at"))

CONNECTOR = spec.Connector(
    name="statuspage",
    title="Atlassian Statuspage",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://developer.statuspage.io/#tag/incidents",
    plan="free",
    base_url="https://api.statuspage.io",
    site=(),
    credentials=(spec.Field("api_key", "API key"),),
    config=(
        spec.Field("pages", "Page IDs", pattern=r"\w+", type="list"),
        spec.Field(
            "provider",
            "Provider",
            help="Whose page it is, if not your own. What recurs in its incidents says nothing of a fix, "
            "where the issue names it or its service depends on it.",
            required=False,
        ),
        spec.Field("services", "Services that depend on the provider", required=False, type="list"),
    ),
    auth=spec.Headers((("Authorization", "OAuth {api_key}"),)),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/v1/pages/{item}/incidents",
            records="",
            pages=spec.NumberedPages(size_param="limit"),
            schema=SCHEMA,
            since=spec.Since(field="updated_at", newest_first=True),
            for_each="pages",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(),),
        events=(
            spec.WebhookEvent(record="incident", schema=SCHEMA, add=(("page", "page"),)),
            # The page's public list and summary, sent on by people's own scripts.
            spec.WebhookEvent(record="incidents", schema=SCHEMA, add=(("page", "page"),)),
            spec.WebhookEvent(
                record="component_update",
                schema=spec.RecordSchema(
                    key="component/{component_id}", updated_at=("created_at",), kind="event"
                ),
                add=(("component_name", "component.name"),),
            ),
        ),
        setup="The page's “Subscribe to updates” › Webhook: the address with ?token= and the secret.",
    ),
    issues=(COMPONENT, INCIDENT),
)

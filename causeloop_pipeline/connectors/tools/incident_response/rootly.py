"""Rootly incidents by their last update, its alerts, and signed webhooks of both."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Different,
    Every,
    Has,
    Literal,
    Matches,
    Not,
    Some,
    Source,
    Tag,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies


def attribute(*names: str) -> tuple[str, ...]:
    """An attribute of an API record, or of a webhook's record, which has them all on top."""
    return tuple(path for name in names for path in (f"attributes.{name}", name))


def names_of(*lists: str) -> tuple[str, ...]:
    """The name of the first entry of a list, whether or not it is wrapped as JSON:API does."""
    return tuple(
        path
        for name in lists
        for path in attribute(
            f"{name}.0.data.attributes.name", f"{name}.data.0.attributes.name", f"{name}.0.name"
        )
    )


SEVERITY: Source = attribute(
    "severity.data.attributes.severity",
    "severity.severity",
    "severity.data.attributes.slug",
    "severity.slug",
    "severity.name",
)
IS_INCIDENT = Some(
    (Has("attributes.sequential_id"), Has("sequential_id"), Has("attributes.title"), Has("title"))
)
INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every(
        (
            IS_INCIDENT,
            Some((Has("attributes.status"), Has("status"))),
            Not(Matches("type", "post_mortem|retrospective|action_item")),
        )
    ),
    title=attribute("title"),
    body=(*attribute("summary"), *attribute("mitigation_message", "resolution_message")),
    severity=SEVERITY,
    status=attribute("status"),
    service=(
        *names_of("services"),
        *names_of("functionalities"),
        Tag("attributes.labels", "service"),
        Tag("labels", "service"),
    ),
    error_type=(*names_of("causes"), *names_of("incident_types")),
    team=(*names_of("groups"), *names_of("teams")),
    environment=names_of("environments"),
    external_url=attribute("url", "short_url", "slack_channel_url"),
    source_created_at=attribute("started_at", "created_at"),
    resolved_at=attribute("resolved_at", "closed_at", "cancelled_at", "mitigated_at", "updated_at"),
    attributes={
        "number": attribute("sequential_id"),
        "slug": attribute("slug"),
        "kind": attribute("kind"),
        "labels": attribute("labels"),
    },
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Some((Has("attributes.summary"), Has("summary"))),
            Some(tuple(Has(path) for path in attribute("source", "alert_urgency", "short_id", "started_at"))),
            Not(IS_INCIDENT),
        )
    ),
    title=attribute("summary"),
    body=(Different("attributes.description", than="attributes.summary"), "description"),
    severity=(
        *attribute("alert_urgency.name", "alert_urgency.data.attributes.name", "severity", "urgency"),
        Tag("attributes.labels", "severity|priority"),
        Tag("labels", "severity|priority"),
    ),
    status=attribute("status"),
    service=(*names_of("services"), Tag("attributes.labels", "service"), Tag("labels", "service")),
    error_type=(Tag("attributes.labels", "error_type"), Tag("labels", "error_type")),
    team=(*names_of("groups"), Tag("attributes.labels", "team"), Tag("labels", "team")),
    environment=(
        *names_of("environments"),
        Tag("attributes.labels", "env|environment"),
        Tag("labels", "env|environment"),
    ),
    external_url=attribute("url", "external_url"),
    source_created_at=attribute("started_at", "created_at"),
    resolved_at=attribute("ended_at", "resolved_at", "updated_at"),
    attributes={
        "number": attribute("short_id"),
        "origin": attribute("source"),
        "labels": attribute("labels"),
        "noise": attribute("noise"),
    },
)
PULSE = ChangeMapping(
    name="pulse",
    when=Every(
        (
            Some((Has("attributes.summary"), Has("summary"))),
            Some((Has("attributes.started_at"), Has("started_at"))),
        )
    ),
    # A pulse is anything that an integration reports, mostly deployments.
    change_kind=Choose(
        Matches(attribute("summary"), r"\bdeploy|\broll(ed)?.?(out|back)"),
        Literal("deploy"),
        Choose(Matches(attribute("summary"), r"\brelease"), Literal("release")),
    ),
    title=attribute("summary"),
    service=names_of("services"),
    environment=names_of("environments"),
    external_url=attribute("external_url"),
    changed_at=attribute("started_at", "created_at"),
)
OTHER_EVENTS = frozenset(
    f"{subject}.{action}"
    for subject in (
        *("incident_post_mortem", "retrospective", "incident_action_item", "action_item"),
        *("incident_scheduled", "genius_workflow_run", "incident_status_page_event"),
    )
    for action in ("created", "updated", "deleted", "published", "queued", "started", "completed", "failed")
)
PULSE_EVENTS = frozenset({"pulse.created", "pulse.updated"})
IS_PULSE = spec.Condition(path="data.0.type", values=frozenset({"pulses"}))
PULSE_RECORD = spec.RecordSchema(
    key="pulse/{id}", updated_at=("attributes.updated_at", "updated_at"), kind="change"
)
INCIDENT_RECORD = spec.RecordSchema(updated_at=("attributes.updated_at", "updated_at"))
PUSHED = spec.RecordSchema(updated_at=("updated_at", "issued_at"))
PAGES = spec.NumberedPages(size_param="page[size]", page_param="page[number]")

CONNECTOR = spec.Connector(
    name="rootly",
    title="Rootly",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.rootly.com/api-reference/incidents/list-incidents",
    plan="starter",
    base_url="https://api.rootly.com",
    site=(),
    credentials=(
        spec.Field("api_key", "API key", help="Organization dropdown › API keys; reading is enough."),
    ),
    auth=spec.Bearer("{api_key}"),
    headers=(("Accept", "application/vnd.api+json"),),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/v1/incidents",
            params=(("include", "environments,services,groups,severity"),),
            records="data",
            pages=PAGES,
            schema=INCIDENT_RECORD,
            since=spec.Since(field="attributes.updated_at", param="filter[updated_at][gte]"),
            undescribed=("attributes.sequential_id",),
        ),
        spec.Pull(
            name="alerts",
            path="/v1/alerts",
            params=(("include", "environments,services,groups"),),
            records="data",
            pages=PAGES,
            schema=INCIDENT_RECORD,
            since=spec.Since(field="attributes.updated_at"),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature(
                "x-rootly-signature",
                prefix="v1=",
                separator=",",
                signed="{timestamp}{body}",
                timestamp_prefix="t=",
            ),
        ),
        delivery_path="event.id",
        ignore=(spec.Condition(path="event.type", values=OTHER_EVENTS),),
        events=(
            spec.WebhookEvent(
                record="data",
                when=spec.Condition(path="event.type", values=PULSE_EVENTS),
                schema=PULSE_RECORD,
            ),
            spec.WebhookEvent(record="data", when=IS_PULSE, schema=PULSE_RECORD),
            spec.WebhookEvent(
                record="data",
                when=spec.Condition(path="event.type"),
                schema=PUSHED,
                add=(("event_type", "event.type"), ("issued_at", "event.issued_at")),
            ),
        ),
        setup="Configuration › Webhooks: add the address, all incident events and all alert events.",
    ),
    issues=(INCIDENT, ALERT),
    changes=(PULSE,),
)

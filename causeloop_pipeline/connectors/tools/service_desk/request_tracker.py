"""Request Tracker tickets, by the REST interface of version 2."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.named_errors import find_error
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Element,
    Every,
    Has,
    Instant,
    Match,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

PRIORITIES = ((90, "critical"), (60, "high"), (30, "medium"), (0, "low"))
# Request Tracker writes 1970 where there is no time yet.
RESOLVED = Match("Resolved", r"^(?:199|20)\d.+")


def custom_field(name: str) -> Element:
    """The first value of a custom field."""
    return Element("CustomFields", key="name", equals=name, take="values.0")


TICKET = IssueMapping(
    name="ticket",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("Subject"), Some((Has("Status"), Has("Queue"))))),
    title="Subject",
    body="Description",
    severity=(custom_field("Severity"), Band("Priority", PRIORITIES), "Priority"),
    status="Status",
    service=(custom_field("Service"), custom_field("Component"), "Queue.Name"),
    error_type=(custom_field("Error type"), *find_error("Subject")),
    team=("Queue.Name", "Owner.Name"),
    environment=custom_field("Environment"),
    external_url=Text("{config.base_url}/Ticket/Display.html?id={id}"),
    source_created_at="Created",
    resolved_at=(Instant(RESOLVED), "LastUpdated"),
    attributes={"queue": "Queue.Name", "owner": "Owner.Name", "type": "Type"},
)
SCHEMA = spec.RecordSchema(updated_at=("LastUpdated", "Created"))
FIELDS = (
    "Subject,Description,Status,Type,Queue,Owner,Priority,Created,Started,Resolved,LastUpdated,CustomFields"
)

CONNECTOR = spec.Connector(
    name="request_tracker",
    title="Request Tracker",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.bestpractical.com/rt/5.0.7/RT/REST2.html",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("token", "Authentication token", help="Settings › Auth tokens.", required=False),
        spec.Field("user", "User name", help="Instead of a token.", required=False),
        spec.Field("password", "Password", required=False),
    ),
    config=(
        spec.Field(
            "base_url",
            "Address of Request Tracker",
            help="With its path, such as https://rt.acme.example/rt.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.FirstOf(
        (spec.Headers((("Authorization", "token {token}"),)), spec.Basic("{user}", "{password}"))
    ),
    pulls=(
        spec.Pull(
            name="tickets",
            path="/REST/2.0/tickets",
            params=(
                ("fields", FIELDS),
                ("fields[Queue]", "Name"),
                ("fields[Owner]", "Name"),
                ("orderby", "LastUpdated"),
                ("order", "ASC"),
            ),
            records="items",
            pages=spec.NumberedPages(),
            schema=SCHEMA,
            since=spec.Since(
                field="LastUpdated",
                param="query",
                template="LastUpdated > '{since}'",
                format="%Y-%m-%d %H:%M:%S",
                overlap=spec.FARTHEST_ZONE,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="ticket", schema=SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="Subject"), schema=SCHEMA),
        ),
        setup="A scrip whose action posts the ticket as the REST interface shows it, with X-Causeloop-Token.",
    ),
    issues=(TICKET,),
)

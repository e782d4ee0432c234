"""Dynamics 365 Customer Service cases, filtered by their last change and pushed by service endpoints."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Different,
    Element,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Match,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

LABEL = r"@OData\.Community\.Display\.V1\.FormattedValue"
MILLISECONDS = Match("OperationCreatedOn", r"^/Date\((\d{13})")
CASE = IssueMapping(
    name="case",
    identifies=Identifies.EVENT,
    when=Every((Has("incidentid"), Some((Has("title"), Has("ticketnumber"), Has("statecode"))))),
    title=("title", Text("Case {ticketnumber}"), Text("Case {incidentid}")),
    body=Different("description", than="title"),
    severity=(Text("priority {prioritycode}"), f"prioritycode{LABEL}"),
    status=(Text("state {statecode}"), f"statecode{LABEL}"),
    service=(
        f"_productid_value{LABEL}",
        f"_subjectid_value{LABEL}",
        "_productid_value",
        "_subjectid_value",
        "productid",
        "subjectid",
    ),
    error_type=(f"casetypecode{LABEL}", "casetypecode"),
    team=(
        f"_owningteam_value{LABEL}",
        f"_ownerid_value{LABEL}",
        "_owningteam_value",
        "_ownerid_value",
        "ownerid",
    ),
    external_url=Text("{config.base_url}/main.aspx?etn=incident&pagetype=entityrecord&id={incidentid}"),
    source_created_at="createdon",
    resolved_at=("resolvedon", "modifiedon"),
    attributes={"number": "ticketnumber", "origin": "caseorigincode", "escalated": "isescalated"},
)


def changed(name: str) -> Element:
    """A column among those that a service endpoint says were changed."""
    return Element("InputParameters.0.value.Attributes", key="key", equals=name)


CONTEXT = IssueMapping(
    name="context of a service endpoint",
    identifies=Identifies.EVENT,
    when=Every((Has("PrimaryEntityId"), Is("PrimaryEntityName", ("incident",)))),
    title=(changed("title"), Text("Case {PrimaryEntityId}")),
    body=changed("description"),
    severity=Concat(
        (Literal("priority "), Match(changed("prioritycode"), r"\d+")),
    ),
    status=Concat((Literal("state "), Match(changed("statecode"), r"\d+"))),
    external_url=Text("{config.base_url}/main.aspx?etn=incident&pagetype=entityrecord&id={PrimaryEntityId}"),
    source_created_at=Instant(
        Choose(Is("MessageName", ("Create",)), MILLISECONDS), TimeFormat.EPOCH_MILLISECONDS
    ),
    resolved_at=Instant(MILLISECONDS, TimeFormat.EPOCH_MILLISECONDS),
    attributes={"number": changed("ticketnumber"), "message": "MessageName"},
)
SCHEMA = spec.RecordSchema(key="incidentid", updated_at=("modifiedon", "createdon"))

CONNECTOR = spec.Connector(
    name="dynamics_365",
    title="Dynamics 365 Customer Service",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/incident",
    plan="growth",
    base_url="https://{organization}.dynamics.com",
    credentials=(
        spec.Field("client_id", "Application ID", help="Of an app registration with a Dataverse user."),
        spec.Field("client_secret", "Client secret"),
    ),
    config=(
        spec.Field(
            "organization",
            "Environment",
            help="acme.crm4 for acme.crm4.dynamics.com",
            pattern=spec.HOST_LABELS,
        ),
        spec.Field("tenant", "Entra tenant ID", pattern=r"[0-9a-fA-F-]{36}"),
    ),
    auth=spec.entra_app("https://{organization}.dynamics.com", tenant="{tenant}"),
    headers=(("Prefer", 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"'),),
    pulls=(
        spec.Pull(
            name="cases",
            path="/api/data/v9.2/incidents",
            params=(("$orderby", "modifiedon asc"),),
            records="value",
            pages=spec.NextUrlPages(url=r"@odata\.nextLink"),
            schema=SCHEMA,
            since=spec.Since(
                field="modifiedon",
                param="$filter",
                template="modifiedon ge {since}",
                ascending=True,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="incidentid"), schema=SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="PrimaryEntityName", values=frozenset({"incident"})),
                schema=spec.RecordSchema(key="PrimaryEntityId", updated_at=(), kind="context"),
            ),
        ),
        setup="Power Automate: when a case is changed, an HTTP POST with the row's columns as JSON.",
    ),
    issues=(CASE, CONTEXT),
)

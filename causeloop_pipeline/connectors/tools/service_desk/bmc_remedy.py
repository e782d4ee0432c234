"""BMC Helix ITSM (Remedy) incidents and implemented changes, by their last modification."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Literal, Some
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies


def column(*names: str) -> tuple[str, ...]:
    """A column of a form, inside an entry or on top."""
    return tuple(path for name in names for path in (f"values.{name}", name))


INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Some((Has("values.Incident Number"), Has("Incident Number"), Has("incidentNumber"))),
            Some((Has("values.Description"), Has("Description"), Has("description"))),
        )
    ),
    title=(*column("Description"), "description"),
    body=(*column("Detailed Decription", "Detailed Description"), "detailedDescription", "notes"),
    severity=(*column("Priority"), "priority", *column("Urgency"), "urgency"),
    status=(*column("Status"), "status"),
    service=(*column("ServiceCI", "HPD_CI", "CI Name", "Product Name"), "serviceCI", "productName"),
    error_type=(
        *column("Categorization Tier 3", "Categorization Tier 2", "Categorization Tier 1"),
        "operationalCategorizationTier1",
    ),
    team=(*column("Assigned Group"), "assignedGroup"),
    environment=(*column("Environment"), "environment"),
    external_url=(*column("URL"), "url"),
    source_created_at=(*column("Reported Date", "Submit Date", "Create Date"), "submitDate", "reportedDate"),
    resolved_at=(
        *column("Last Resolved Date", "Closed Date", "Last Modified Date", "Modified Date"),
        "lastResolvedDate",
        "lastModifiedDate",
    ),
    attributes={
        "number": (*column("Incident Number"), "incidentNumber"),
        "impact": (*column("Impact"), "impact"),
        "urgency": (*column("Urgency"), "urgency"),
        "service_type": (*column("Service_Type", "Service Type"), "serviceType"),
        "company": column("Company"),
    },
)
CHANGE = ChangeMapping(
    name="change",
    when=Every(
        (
            Some((Has("values.Infrastructure Change ID"), Has("Infrastructure Change ID"))),
            Some((Has("values.Description"), Has("Description"))),
        )
    ),
    change_kind=Literal("change"),
    title=column("Description"),
    service=column("ServiceCI", "Product Name"),
    environment=column("Environment"),
    changed_at=column("Actual Start Date", "Scheduled Start Date", "Actual End Date"),
)
QUERY = "'Last Modified Date' >= \"{since}\""

CONNECTOR = spec.Connector(
    name="bmc_remedy",
    title="BMC Helix ITSM (Remedy)",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.bmc.com/xwiki/bin/view/Service-Management/Innovation-Suite/BMC-Helix-Innovation-Suite/is251/Developing-applications/Developing-integrations/REST-API/",
    plan="enterprise",
    base_url="{base_url}",
    credentials=(
        spec.Field("username", "User name", help="A user who may read incidents and changes."),
        spec.Field("password", "Password"),
    ),
    config=(
        spec.Field(
            "base_url",
            "REST address",
            help="Such as https://acme-restapi.onbmc.com.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.OAuth2(
        token_url="/api/jwt/login",
        grant="none",
        client_id=None,
        client_secret=None,
        parameters=(("username", "{username}"), ("password", "{password}")),
        token_path="",  # the whole answer is the token
        lifetime=3000,
        template="AR-JWT {token}",
    ),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/api/arsys/v1/entry/HPD:IncidentInterface",
            params=(("sort", "Last Modified Date.asc"),),
            records="entries",
            pages=spec.OffsetPages(size=500),
            schema=spec.RecordSchema(key="values.Incident Number", updated_at=("values.Last Modified Date",)),
            since=spec.Since(
                field="values.Last Modified Date",
                param="q",
                template=QUERY,
                ascending=True,
            ),
        ),
        spec.Pull(
            name="changes",
            path="/api/arsys/v1/entry/CHG:ChangeInterface",
            params=(("sort", "Last Modified Date.asc"),),
            records="entries",
            pages=spec.OffsetPages(size=500),
            schema=spec.RecordSchema(
                key="values.Infrastructure Change ID",
                updated_at=("values.Last Modified Date",),
                kind="change",
            ),
            since=spec.Since(
                field="values.Last Modified Date",
                param="q",
                template=f"'Actual Start Date' != $NULL$ AND {QUERY}",
                ascending=True,
            ),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="Incident Number"),
                schema=spec.RecordSchema(
                    key="Incident Number", updated_at=("Last Modified Date", "Modified Date")
                ),
            ),
            spec.WebhookEvent(
                record="incident",
                schema=spec.RecordSchema(key="incidentNumber", updated_at=("lastModifiedDate",)),
            ),
        ),
        setup=(
            "Innovation Studio: a rule on HPD:Help Desk that sends the incident's fields as JSON to the "
            "address with the header X-Causeloop-Token."
        ),
    ),
    issues=(INCIDENT,),
    changes=(CHANGE,),
)

"""Salesforce Service Cloud cases, queried in the order of their last change, pushed by flows."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Instant,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

FIELDS = (
    "Id, CaseNumber, Subject, Description, Priority, Status, Type, Reason, Origin, IsClosed, IsEscalated, "
    "CreatedDate, ClosedDate, LastModifiedDate, SystemModstamp, Owner.Name, Product.Name, Account.Name"
)
QUERY = f"SELECT {FIELDS} FROM Case WHERE SystemModstamp >= {{since}} ORDER BY SystemModstamp ASC"
CASE = IssueMapping(
    name="case",
    identifies=Identifies.EVENT,
    when=Every((Has("Id"), Some((Has("CreatedDate"), Has("CaseNumber"))))),
    title=("Subject", Text("Case {CaseNumber}")),
    body=Different("Description", than="Subject"),
    severity="Priority",
    status="Status",
    service=("Product.Name", "Product__c", "Type"),
    error_type="Reason",
    team=("Owner.Name", "OwnerId"),
    environment=("Environment__c",),
    external_url=(Text("{config.base_url}/lightning/r/Case/{Id}/view"), "attributes.url"),
    source_created_at="CreatedDate",
    resolved_at=("ClosedDate", "LastModifiedDate"),
    attributes={
        "number": "CaseNumber",
        "origin": "Origin",
        "account": ("Account.Name", "AccountId"),
        "escalated": "IsEscalated",
    },
)
REPLICATED = IssueMapping(
    name="replicated case",
    identifies=Identifies.EVENT,
    when=Every((Has("id"), Has("created_date"))),
    title=("subject", Text("Case {case_number}")),
    body=Different("description", than="subject"),
    severity="priority",
    status="status",
    service=("product_name", "type"),
    error_type="reason",
    team=("owner_name", "owner_id"),
    external_url=Text("https://{config.domain}.my.salesforce.com/lightning/r/Case/{id}/view"),
    source_created_at="created_date",
    resolved_at=("closed_date", "last_modified_date"),
    attributes={"number": "case_number", "origin": "origin", "account": "account_id"},
)
CAPTURED = IssueMapping(
    name="change data capture",
    identifies=Identifies.EVENT,
    when=Every((Has("ChangeEventHeader"), Has("Subject"))),
    title="Subject",
    body=Different("Description", than="Subject"),
    severity="Priority",
    status="Status",
    service=("Product__c", "Type"),
    error_type="Reason",
    team="OwnerId",
    environment="Environment__c",
    external_url=Text(
        "https://{config.domain}.my.salesforce.com/lightning/r/Case/{ChangeEventHeader.recordIds.0}/view"
    ),
    source_created_at=(
        "CreatedDate",
        "LastModifiedDate",
        Instant("ChangeEventHeader.commitTimestamp", TimeFormat.EPOCH_MILLISECONDS),
    ),
    resolved_at=("ClosedDate", "LastModifiedDate"),
    attributes={"number": "CaseNumber", "origin": "Origin", "account": "AccountId"},
)


def receive_change(path: str) -> spec.WebhookEvent:
    """A changed case of change data capture at a path."""
    return spec.WebhookEvent(
        record=path,
        when=spec.Condition(
            path=f"{path}.ChangeEventHeader.entityName".removeprefix("."), values=frozenset({"Case"})
        ),
        schema=spec.RecordSchema(
            key="ChangeEventHeader.recordIds.0",
            updated_at=("ChangeEventHeader.commitTimestamp",),
            times=TimeFormat.EPOCH_MILLISECONDS,
            kind="captured",
        ),
    )


CONNECTOR = spec.Connector(
    name="salesforce",
    title="Salesforce Service Cloud",
    category=spec.Category.CRM_SUPPORT,
    docs_url="https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm",
    plan="growth",
    base_url="https://{domain}.my.salesforce.com",
    credentials=(
        spec.Field("client_id", "Consumer key", help="Of a connected app with the client credentials flow."),
        spec.Field("client_secret", "Consumer secret"),
    ),
    config=(
        spec.Field("domain", "My Domain", help="acme for acme.my.salesforce.com", pattern=spec.HOST_LABELS),
    ),
    auth=spec.OAuth2(token_url="/services/oauth2/token"),
    pulls=(
        spec.Pull(
            name="cases",
            path="/services/data/v62.0/query",
            records="records",
            pages=spec.NextUrlPages(url="nextRecordsUrl"),
            schema=spec.RecordSchema(
                key="Id", updated_at=("SystemModstamp", "LastModifiedDate", "CreatedDate")
            ),
            since=spec.Since(
                field="SystemModstamp",
                param="q",
                template=QUERY,
                ascending=True,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            *(receive_change(path) for path in ("data.payload", "payload", "")),
            spec.WebhookEvent(
                record="sobject",
                when=spec.Condition(path="sobject.Id"),
                schema=spec.RecordSchema(
                    key="Id", updated_at=("event_at", "SystemModstamp", "LastModifiedDate")
                ),
                add=(("event_at", "event.createdDate"),),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="Id"),
                schema=spec.RecordSchema(key="Id", updated_at=("SystemModstamp", "LastModifiedDate")),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="id"),
                schema=spec.RecordSchema(updated_at=("system_modstamp", "last_modified_date")),
            ),
        ),
        setup="Setup › Flows: on a changed case, an HTTP callout that posts the case's fields as JSON.",
    ),
    issues=(CAPTURED, CASE, REPLICATED),
)

"""Vanta: vulnerabilities and compliance tests that need attention."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Literal,
    Some,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

VULNERABILITY = IssueMapping(
    name="vulnerability",
    identifies=Identifies.EVENT,
    when=Every(
        (Has("id"), Has("name"), Some((Has("vulnerabilityType"), Has("packageIdentifier"), Has("targetId"))))
    ),
    title="name",
    body="description",
    severity="severity",
    status=Choose(Has("deactivateMetadata.deactivatedOnDate"), Literal("deactivated"), Literal("active")),
    service=("asset.name", "packageIdentifier", "targetId"),
    team="integrationId",
    error_type=("packageIdentifier", "vulnerabilityType"),
    external_url="externalURL",
    source_created_at=("firstDetectedDate", "sourceDetectedDate"),
    resolved_at=("deactivateMetadata.deactivatedOnDate", "lastDetectedDate"),
    attributes={
        "package": "packageIdentifier",
        "cvss": "cvssSeverityScore",
        "due": "remediateByDate",
        "fixable": "isFixable",
    },
)
TEST = IssueMapping(
    name="test",
    identifies=Identifies.CONDITION,
    when=Every((Has("id"), Has("status"), Some((Has("lastTestRunDate"), Has("latestFlipDate"))))),
    title="name",
    body=("failureDescription", "description"),
    severity="status",
    status="status",
    service=("integrations.0", "category"),
    team=("owner.displayName", "owner.emailAddress"),
    error_type="category",
    source_created_at=("latestFlipDate", "lastTestRunDate"),
    firing_start=FiringStart.CHANGED,
    resolved_at=("latestFlipDate", "lastTestRunDate"),
    attributes={"due": "remediationStatusInfo.soonestRemediateByDate", "version": "version.major"},
)

VULNERABILITY_SCHEMA = spec.RecordSchema(
    updated_at=("deactivateMetadata.deactivatedOnDate", "lastDetectedDate", "firstDetectedDate")
)
TEST_SCHEMA = spec.RecordSchema(
    key="test/{id}", updated_at=("lastTestRunDate", "latestFlipDate"), kind="test"
)

CONNECTOR = spec.Connector(
    name="vanta",
    title="Vanta",
    category=spec.Category.SECURITY,
    docs_url="https://developer.vanta.com/reference/listvulnerabilities",
    plan="growth",
    base_url="https://api.vanta.com",
    credentials=(
        spec.Field("client_id", "Client ID", help="Of an application with the scope vanta-api.all:read."),
        spec.Field("client_secret", "Client secret"),
    ),
    auth=spec.OAuth2(token_url="/oauth/token", scope="vanta-api.all:read", encoding="json"),
    pulls=(
        spec.Pull(
            name="vulnerabilities",
            path="/v1/vulnerabilities",
            records="results.data",
            pages=spec.TokenPages(
                next_path="results.pageInfo.endCursor", param="pageCursor", size=100, size_param="pageSize"
            ),
            schema=VULNERABILITY_SCHEMA,
            since=spec.Since(field="lastDetectedDate"),
        ),
        spec.Pull(
            name="tests",
            path="/v1/tests",
            records="results.data",
            pages=spec.TokenPages(
                next_path="results.pageInfo.endCursor", param="pageCursor", size=100, size_param="pageSize"
            ),
            schema=TEST_SCHEMA,
            since=spec.Since(field="latestFlipDate"),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature(
                "svix-signature",
                encoding="base64",
                prefix="v1,",
                separator=" ",
                signed="{id}.{timestamp}.{body}",
                timestamp_header="svix-timestamp",
                id_header="svix-id",
                secret_prefix="whsec_",
            ),
        ),
        delivery_header="svix-id",
        events=(
            spec.WebhookEvent(
                record="data", when=spec.Condition(path="data.vulnerabilityType"), schema=VULNERABILITY_SCHEMA
            ),
            spec.WebhookEvent(record="data", when=spec.Condition(path="data.status"), schema=TEST_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="lastTestRunDate"), schema=TEST_SCHEMA),
        ),
        setup="Settings › Developer console › Webhooks: this address; copy the signing secret here.",
    ),
    issues=(VULNERABILITY, TEST),
)

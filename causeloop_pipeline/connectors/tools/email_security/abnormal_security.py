"""Abnormal Security: threats in mail, account takeover cases and reported mail campaigns."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Is,
    Join,
    Literal,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

REMEDIATED = Some(
    (
        Is(("autoRemediated", "messages.0.autoRemediated"), ("true",)),
        Is(("postRemediated", "messages.0.postRemediated"), ("true",)),
        Has("remediationTimestamp"),
        Has("messages.0.remediationTimestamp"),
    )
)

CASE = IssueMapping(
    name="case",
    identifies=Identifies.EVENT,
    when=Every((Has("caseId"), Some((Has("description"), Has("severity"), Has("caseStatus"))))),
    title=("description", "severity", Text("Case {caseId}")),
    body=("analysis", "genaiSummary"),
    severity=("severity_level", "severity"),
    status=("caseStatus", "status", "remediation_status"),
    service="affectedEmployee",
    error_type=("threatType", "severity"),
    external_url=("portalUrl", "abxPortalUrl"),
    source_created_at=("firstObserved", "createdTime", "last_modified", "lastModifiedTime"),
    resolved_at=("lastModifiedTime", "last_modified", "customerVisibleTime"),
    attributes={"confidence": "confidence", "threats": "threatIds"},
)
THREAT = IssueMapping(
    name="threat",
    identifies=Identifies.EVENT,
    when=Every((Has("threatId"), Some((Has("subject"), Has("messages.0"), Has("attackType"))))),
    title=(
        "subject",
        "messages.0.subject",
        "attackType",
        "messages.0.attackType",
    ),
    body=Join(
        (
            ("attackType", "messages.0.attackType"),
            ("attackStrategy", "messages.0.attackStrategy"),
            ("attackVector", "messages.0.attackVector"),
            ("summaryInsights.0", "messages.0.summaryInsights.0"),
        ),
        " · ",
    ),
    severity=("attackType", "messages.0.attackType"),
    status=Choose(REMEDIATED, Literal("remediated"), ("remediationStatus", "messages.0.remediationStatus")),
    service=(
        "recipientAddress",
        "messages.0.recipientAddress",
        "toAddresses",
        "messages.0.toAddresses",
    ),
    error_type=("attackType", "messages.0.attackType"),
    external_url=("abxPortalUrl", "messages.0.abxPortalUrl"),
    source_created_at=(
        "receivedTime",
        "messages.0.receivedTime",
        "sentTime",
        "messages.0.sentTime",
        "firstObserved",
    ),
    resolved_at=("remediationTimestamp", "messages.0.remediationTimestamp"),
    attributes={
        "sender": ("fromAddress", "messages.0.fromAddress"),
        "attacked_party": ("attackedParty", "messages.0.attackedParty"),
        "strategy": ("attackStrategy", "messages.0.attackStrategy"),
    },
)
CAMPAIGN = IssueMapping(
    name="reported campaign",
    identifies=Identifies.EVENT,
    when=Every((Has("campaignId"), Some((Has("subject"), Has("firstReported"), Has("attackType"))))),
    title=("subject", Text("Campaign {campaignId}")),
    severity="attackType",
    status=("overallStatus", "judgementStatus"),
    service="recipientAddress",
    error_type="attackType",
    source_created_at="firstReported",
    resolved_at="lastReported",
    attributes={"sender": "fromAddress", "messages": "messageCount"},
)

CASE_SCHEMA = spec.RecordSchema(
    key="case/{caseId}",
    updated_at=("lastModifiedTime", "last_modified", "customerVisibleTime", "firstObserved"),
    kind="case",
)
THREAT_SCHEMA = spec.RecordSchema(key="threatId", updated_at=())
CAMPAIGN_SCHEMA = spec.RecordSchema(
    key="campaign/{campaignId}", updated_at=("lastReported",), kind="campaign"
)

CONNECTOR = spec.Connector(
    name="abnormal_security",
    title="Abnormal Security",
    category=spec.Category.SECURITY,
    docs_url="https://app.swaggerhub.com/apis-docs/abnormal-security/abx/1.4.3",
    plan="growth",
    base_url="https://api.abnormalplatform.com",
    credentials=(spec.Field("token", "Access token", help="Settings › Integrations › REST API."),),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="threats",
            path="/v1/threats",
            records="threats",
            pages=spec.NumberedPages(size=100, size_param="pageSize", page_param="pageNumber"),
            schema=THREAT_SCHEMA,
            since=spec.Since(
                field="receivedTime",
                param="filter",
                template="latestTimeRemediated gte {since}",
            ),
        ),
        spec.Pull(
            name="cases",
            path="/v1/cases",
            records="cases",
            pages=spec.NumberedPages(size=100, size_param="pageSize", page_param="pageNumber"),
            schema=CASE_SCHEMA,
            since=spec.Since(
                field="lastModifiedTime", param="filter", template="lastModifiedTime gte {since}"
            ),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="data.case", schema=CASE_SCHEMA),
            spec.WebhookEvent(record="data.threat", schema=THREAT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="caseId"), schema=CASE_SCHEMA),
            spec.WebhookEvent(record="campaigns", schema=CAMPAIGN_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="campaignId"), schema=CAMPAIGN_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="threatId"), schema=THREAT_SCHEMA),
        ),
        setup="Settings › Integrations › Webhook, with the header x-causeloop-token holding the secret.",
    ),
    issues=(CASE, THREAT, CAMPAIGN),
)

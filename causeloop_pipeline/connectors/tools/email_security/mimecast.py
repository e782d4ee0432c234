"""Mimecast: malicious links, attachments and impersonations that its targeted threat protection found."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Join,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

LINK = IssueMapping(
    name="clicked link",
    identifies=Identifies.EVENT,
    when=Every((Has("url"), Has("scanResult"))),
    title=(Text("{scanResult} link: {category}"), Text("{scanResult} link clicked by {userEmailAddress}")),
    body="url",
    severity="scanResult",
    status=("action", "actions"),
    service=("userEmailAddress", "fromUserEmailAddress"),
    error_type=("ttpDefinition", "category", "scanResult"),
    source_created_at="date",
    attributes={"sender": "fromUserEmailAddress", "subject": "subject", "route": "route"},
)
ATTACHMENT = IssueMapping(
    name="attachment",
    identifies=Identifies.EVENT,
    when=Every((Has("fileName"), Has("result"))),
    title=Join(("fileName", "result"), ": "),
    body=("details", "subject"),
    severity="result",
    status=("actionTriggered", "result"),
    service="recipientAddress",
    error_type=("definition", "fileType"),
    source_created_at="date",
    attributes={"sender": "senderAddress", "subject": "subject"},
)
IMPERSONATION = IssueMapping(
    name="impersonation",
    identifies=Identifies.EVENT,
    when=Every((Has("identifiers"), Has("senderAddress"))),
    title=("subject", Text("Impersonation by {senderAddress}")),
    body="definition",
    severity="definition",
    status="action",
    service="recipientAddress",
    error_type=("impersonationResults.0.impersonationDomainSource", "definition"),
    source_created_at="eventTime",
    attributes={"sender": "senderAddress", "ip": "senderIpAddress"},
)
EVENT = IssueMapping(
    name="event of the SIEM feed",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Some((Has("eventType"), Has("type"))),
            Has("timestamp"),
            Some((Has("aggregateId"), Has("processingId"))),
        )
    ),
    title=(
        Join(("eventType", "subject"), ": "),
        Join((("eventType", "type"), ("subtype", "subType")), ": "),
    ),
    body=("virusFound", "fileName", "url", "rejectionInfo"),
    severity=("riskLevel", "eventType", "type"),
    status=("action", "Act"),
    service=("recipients", "recipientAddress", "senderDomain", "accountId"),
    error_type=("virusFound", "spamInfo", "subtype", "subType", "eventType"),
    source_created_at=(Instant("timestamp", TimeFormat.EPOCH_MILLISECONDS), "timestamp"),
    attributes={"sender": ("senderEnvelope", "senderHeader"), "account": "accountId"},
)

THREATS = frozenset({"av", "ttp", "impersonation protect", "internal email protect", "attachment protect"})


def is_threat(event: spec.Record) -> bool:
    """Whether an event of the feed found something; receipts and deliveries of clean mail are left out."""
    kind = str(event.get("eventType", event.get("type", ""))).lower()
    clean_words = {"", "none", "0", "clean", "safe"}
    verdict = str(
        event.get("virusFound") or event.get("scanResults") or event.get("urlCategory") or ""
    ).lower()
    return kind in THREATS or kind.endswith("protect") or verdict not in clean_words


def is_malicious(record: spec.Record) -> bool:
    """Whether a scan of a link or of an attachment found something."""
    return str(record.get("scanResult", record.get("result", "malicious"))).lower() not in {"clean", "safe"}


LINK_SCHEMA = spec.RecordSchema(
    key="link/{date}/{userEmailAddress}", updated_at=("date",), kind="link", keep=is_malicious
)
ATTACHMENT_SCHEMA = spec.RecordSchema(
    key="attachment/{date}/{recipientAddress}/{fileName}",
    updated_at=("date",),
    kind="attachment",
    keep=is_malicious,
)
IMPERSONATION_SCHEMA = spec.RecordSchema(
    key="impersonation/{id}", updated_at=("eventTime",), kind="impersonation"
)
EVENT_SCHEMA = spec.RecordSchema(
    key="{processingId}/{aggregateId}", updated_at=(), kind="event", keep=is_threat
)
FORMER_EVENT_SCHEMA = spec.RecordSchema(key="aggregateId", updated_at=(), kind="event", keep=is_threat)

CONNECTOR = spec.Connector(
    name="mimecast",
    title="Mimecast",
    category=spec.Category.SECURITY,
    docs_url="https://developer.services.mimecast.com/docs/threatssecurityeventsanddataforcg/1/overview",
    plan="growth",
    base_url="https://api.services.mimecast.com",
    credentials=(
        spec.Field("client_id", "Client ID", help="Of an API 2.0 application."),
        spec.Field("client_secret", "Client secret"),
    ),
    auth=spec.OAuth2(token_url="/oauth/token"),
    pulls=(
        spec.Pull(
            name="events",
            path="/siem/v1/events/cg",
            params=(
                ("types", "av,url protect,attachment protect,impersonation protect,internal email protect"),
            ),
            records="value",
            pages=spec.TokenPages(next_path="@nextPage", param="nextPage", size=100, size_param="pageSize"),
            schema=EVENT_SCHEMA,
            since=spec.Since(
                field="timestamp", param="dateRangeStartsAt", format="%Y-%m-%dT%H:%M:%S.000Z", zone=None
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="data.0.clickLogs", schema=LINK_SCHEMA),
            spec.WebhookEvent(record="data.0.attachmentLogs", schema=ATTACHMENT_SCHEMA),
            spec.WebhookEvent(record="data.0.impersonationLogs", schema=IMPERSONATION_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="scanResult"), schema=LINK_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="fileName"), schema=ATTACHMENT_SCHEMA),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="identifiers"), schema=IMPERSONATION_SCHEMA
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="processingId"), schema=EVENT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="aggregateId"), schema=FORMER_EVENT_SCHEMA),
        ),
        setup="A script that reads the threat protection logs posts each answer, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(LINK, ATTACHMENT, IMPERSONATION, EVENT),
)

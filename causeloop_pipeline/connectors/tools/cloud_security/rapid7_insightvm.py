"""Rapid7 InsightVM: assets with vulnerabilities, vulnerabilities, and scans that did not finish."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Choose,
    Every,
    Has,
    Join,
    Kind,
    Literal,
    Matches,
    PlainText,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

ASSET = IssueMapping(
    name="asset with vulnerabilities",
    identifies=Identifies.CONDITION,
    when=Every((Has("critical_vulnerabilities"), Has("last_assessed_for_vulnerabilities"))),
    title=Join(("host_name", Text("{critical_vulnerabilities} critical vulnerabilities")), ": "),
    severity=Choose(
        Matches("critical_vulnerabilities", r"^[1-9]"),
        Literal("critical"),
        Choose(Matches("severe_vulnerabilities", r"^[1-9]"), Literal("severe"), Literal("moderate")),
    ),
    status=Choose(Matches("total_vulnerabilities", r"^0$"), Literal("remediated"), Literal("vulnerable")),
    service=("host_name", "ip"),
    error_type=("new.0.vulnerability_id", "same.0.vulnerability_id"),
    source_created_at=("last_scan_end", "last_assessed_for_vulnerabilities"),
    firing_start=FiringStart.CHANGED,
    resolved_at="last_scan_end",
    attributes={"risk_score": "risk_score", "total": "total_vulnerabilities"},
)
VULNERABILITY = IssueMapping(
    name="vulnerability",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Some((Has("severityScore"), Has("severity_score"), Has("cvss"))))),
    title="title",
    body=("description.text", "description"),
    severity=(
        "severity",
        Band(("severityScore", "severity_score"), ((8, "critical"), (4, "severe"), (0, "moderate"))),
    ),
    service=("categories.0",),
    error_type=("cves.0", "id"),
    external_url="links.0.href",
    source_created_at=("added", "published"),
    attributes={"risk_score": ("riskScore", "risk_score"), "cves": "cves"},
)
FOUND = IssueMapping(
    name="vulnerability of an asset",
    identifies=Identifies.EVENT,
    when=Every((Kind(("found",)), Has("status"), Has("since"))),
    title=Text("Vulnerability {id}"),
    body=PlainText("results.0.proof"),
    status="status",
    error_type="id",
    external_url="links.0.href",
    source_created_at="since",
    attributes={"port": "results.0.port", "protocol": "results.0.protocol"},
)
SCAN = IssueMapping(
    name="scan that did not finish",
    identifies=Identifies.EVENT,
    when=Every((Kind(("scan",)), Some((Has("scanName"), Has("scanType"))), Has("status"))),
    title=Join((Literal("Scan"), "scanName", "status")),
    body="message",
    severity=Literal("warning"),
    status="status",
    service=("siteName", "engineName"),
    error_type="status",
    external_url="links.0.href",
    source_created_at=("startTime", "endTime"),
)


def is_vulnerable(asset: spec.Record) -> bool:
    """Whether an asset has, or had, critical or severe vulnerabilities."""
    counts = ("critical_vulnerabilities", "severe_vulnerabilities", "total_vulnerabilities")
    return any(asset.get(name) for name in counts) or bool(asset.get("remediated"))


def is_unfinished(scan: spec.Record) -> bool:
    """Whether a scan failed, was stopped or was aborted."""
    return str(scan.get("status")).lower() in {"error", "aborted", "stopped", "unknown"}


ASSET_SCHEMA = spec.RecordSchema(updated_at=("last_scan_end",), keep=is_vulnerable)
SCAN_SCHEMA = spec.RecordSchema(
    key="scan/{id}", updated_at=("endTime", "startTime"), kind="scan", keep=is_unfinished
)

CONNECTOR = spec.Connector(
    name="rapid7_insightvm",
    title="Rapid7 InsightVM",
    category=spec.Category.SECURITY,
    docs_url="https://help.rapid7.com/insightvm/en-us/api/integrations.html",
    plan="growth",
    base_url="https://{region}.api.insight.rapid7.com",
    credentials=(spec.Field("api_key", "API key", help="An organization key of the Insight platform."),),
    config=(
        spec.Field("region", "Region", default="us", choices=("us", "us2", "us3", "eu", "ca", "au", "ap")),
    ),
    auth=spec.Headers((("X-Api-Key", "{api_key}"),)),
    pulls=(
        spec.Pull(
            name="assets",
            path="/vm/v4/integration/assets",
            method="POST",
            records="data",
            pages=spec.TokenPages(next_path="metadata.cursor", param="cursor", size=500, size_param="size"),
            schema=ASSET_SCHEMA,
            since=spec.Since(field="last_scan_end", param="asset", template="last_scan_end > {since}"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="resources", when=spec.Condition(path="resources.0.scanName"), schema=SCAN_SCHEMA
            ),
            spec.WebhookEvent(
                record="resources",
                when=spec.Condition(path="resources.0.since"),
                schema=spec.RecordSchema(key="found/{id}/{since}", updated_at=(), kind="found"),
            ),
            spec.WebhookEvent(
                record="resources",
                schema=spec.RecordSchema(
                    key="vulnerability/{id}", updated_at=("modified", "added"), kind="vulnerability"
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="scanName"), schema=SCAN_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="severityScore"),
                schema=spec.RecordSchema(
                    key="vulnerability/{id}", updated_at=("modified", "added"), kind="vulnerability"
                ),
            ),
            spec.WebhookEvent(
                record="", when=spec.Condition(path="critical_vulnerabilities"), schema=ASSET_SCHEMA
            ),
        ),
        setup="A script on the console posts each page of scans, with the header x-causeloop-token holding "
        "the secret.",
    ),
    issues=(ASSET, SCAN, FOUND, VULNERABILITY),
)

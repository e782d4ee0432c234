"""Qualys detections and scans that did not finish, as JSON."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Is,
    Join,
    Kind,
    Literal,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

DETECTION = IssueMapping(
    name="detection on a host",
    identifies=Identifies.EVENT,
    when=Every((Has("QID"), Some((Has("STATUS"), Has("FIRST_FOUND_DATETIME"), Has("UNIQUE_VULN_ID"))))),
    title=("TITLE", Text("Qualys QID {QID}")),
    body="RESULTS",
    severity=Text("level {SEVERITY}"),
    status="STATUS",
    service=("HOST_NAME", "DNS", "NETBIOS", "IP"),
    error_type=("CVE_LIST.CVE.0.ID", "TYPE", "QID"),
    source_created_at="FIRST_FOUND_DATETIME",
    resolved_at=("LAST_FIXED_DATETIME", "LAST_UPDATE_DATETIME"),
    attributes={"qid": "QID", "port": "PORT", "times_found": "TIMES_FOUND"},
)
VULNERABILITY = IssueMapping(
    name="vulnerability of the knowledge base",
    identifies=Identifies.EVENT,
    when=Every((Has("QID"), Has("TITLE"))),
    title="TITLE",
    body=("DIAGNOSIS", "CONSEQUENCE"),
    severity=(Text("level {SEVERITY_LEVEL}"), Text("level {SEVERITY}")),
    status="STATUS",
    service=("SOFTWARE_LIST.SOFTWARE.PRODUCT", "SOFTWARE_LIST.SOFTWARE.0.PRODUCT", "CATEGORY"),
    error_type=("CVE_LIST.CVE.0.ID", "VULN_TYPE", "CATEGORY"),
    external_url=(
        "VENDOR_REFERENCE_LIST.VENDOR_REFERENCE.0.URL",
        "VENDOR_REFERENCE_LIST.VENDOR_REFERENCE.URL",
    ),
    source_created_at=("PUBLISHED_DATETIME", "LAST_SERVICE_MODIFICATION_DATETIME"),
    attributes={"qid": "QID", "category": "CATEGORY", "solution": "SOLUTION"},
)
SCAN = IssueMapping(
    name="scan that did not finish",
    identifies=Identifies.EVENT,
    when=Every((Kind(("scan",)), Has("REF"), Has("STATUS.STATE"))),
    title=Join((Literal("Scan"), "TITLE", "STATUS.STATE")),
    severity=Literal("warning"),
    status=Choose(Is("STATUS.STATE", ("Finished",)), Literal("Finished"), "STATUS.STATE"),
    service="TARGET",
    error_type=("STATUS.SUB_STATE", "STATUS.STATE"),
    source_created_at="LAUNCH_DATETIME",
    attributes={"reference": "REF", "type": "TYPE"},
)


def is_unfinished(scan: spec.Record) -> bool:
    """Whether a scan failed or was stopped."""
    return (scan.get("STATUS") or {}).get("STATE") in {"Error", "Canceled", "Paused", "Interrupted"}


DETECTION_SCHEMA = spec.RecordSchema(
    key="UNIQUE_VULN_ID", updated_at=("LAST_UPDATE_DATETIME", "LAST_FOUND_DATETIME")
)
VULNERABILITY_SCHEMA = spec.RecordSchema(
    key="qid/{QID}", updated_at=("LAST_SERVICE_MODIFICATION_DATETIME",), kind="vulnerability"
)

CONNECTOR = spec.Connector(
    name="qualys",
    title="Qualys VMDR",
    category=spec.Category.SECURITY,
    docs_url="https://docs.qualys.com/en/vm/api/assets/host_lists/host_detection.htm",
    plan="growth",
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="HOST_LIST_VM_DETECTION_OUTPUT.RESPONSE.HOST_LIST.HOST.*.DETECTION_LIST.DETECTION",
                schema=DETECTION_SCHEMA,
            ),
            spec.WebhookEvent(
                record="EntityResult", schema=VULNERABILITY_SCHEMA, add=(("HOST_NAME", "Entity"),)
            ),
            spec.WebhookEvent(
                record="DETECTION_LIST.DETECTION",
                schema=DETECTION_SCHEMA,
                add=(("HOST_NAME", "DNS"), ("IP", "IP")),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="UNIQUE_VULN_ID"), schema=DETECTION_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="REF"),
                schema=spec.RecordSchema(
                    key="REF", updated_at=("LAUNCH_DATETIME",), kind="scan", keep=is_unfinished
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="QID"), schema=VULNERABILITY_SCHEMA),
        ),
        setup="A script that reads the host detection list posts each host as JSON, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(DETECTION, SCAN, VULNERABILITY),
)

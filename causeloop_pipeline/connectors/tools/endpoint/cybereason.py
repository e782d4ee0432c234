"""Cybereason MalOps: polled, as the list or the details of one hold them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies


def epoch_time(*paths: str) -> Instant:
    """A time of this tool: milliseconds since 1970."""
    return Instant(paths, TimeFormat.EPOCH_MILLISECONDS)


MALOP = IssueMapping(
    name="MalOp",
    identifies=Identifies.EVENT,
    when=Every(
        (Has("guid"), Has("displayName"), Some((Has("severity"), Has("malopDetectionType"), Has("isMalop"))))
    ),
    title="displayName",
    body=("descriptions.0", "rootCauseElementType"),
    severity=("severity", "priority", "malopPriority"),
    status=("status", "investigationStatus"),
    service=("machines.0.displayName", "affectedMachines.0.displayName"),
    team="group",
    error_type=("malopDetectionType", "detectionTypes.0", "malopType"),
    source_created_at=epoch_time("creationTime", "firstSeen"),
    resolved_at=epoch_time("malopCloseTime", "closeTime", "lastUpdateTime", "lastSeen"),
    attributes={
        "detection_types": "detectionTypes",
        "root_cause": "rootCauseElementType",
        "file_hash": "fileHash",
        "labels": "labels",
    },
)
FORMER_MALOP = IssueMapping(
    name="MalOp of the visual search",
    identifies=Identifies.EVENT,
    when=Has("simpleValues.malopStartTime"),
    title=(
        "simpleValues.rootCauseElementNames.values.0",
        "simpleValues.elementDisplayName.values.0",
        "simpleValues.decisionFeature.values.0",
    ),
    body="simpleValues.decisionFeature.values.0",
    severity=("simpleValues.severity.values.0", "malopPriority"),
    status=Choose(
        Some(
            (
                Has("simpleValues.closeTime.values.0"),
                Is("simpleValues.managementStatus.values.0", ("CLOSED",)),
            )
        ),
        Literal("Closed"),
        ("simpleValues.managementStatus.values.0", Literal("Active")),
    ),
    service="elementValues.affectedMachines.elementValues.0.name",
    error_type=("simpleValues.malopActivityTypes.values.0", "simpleValues.detectionType.values.0"),
    source_created_at=epoch_time(
        "simpleValues.creationTime.values.0", "simpleValues.malopStartTime.values.0"
    ),
    resolved_at=epoch_time("simpleValues.closeTime.values.0", "simpleValues.malopLastUpdateTime.values.0"),
    attributes={"decision": "simpleValues.decisionFeature.values.0"},
)

MALOP_SCHEMA = spec.RecordSchema(
    key="guid",
    updated_at=("lastUpdateTime", "lastSeen", "creationTime"),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
)
FORMER_SCHEMA = spec.RecordSchema(
    key="guidString",
    updated_at=("simpleValues.malopLastUpdateTime.values.0",),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
)

CONNECTOR = spec.Connector(
    name="cybereason",
    title="Cybereason",
    category=spec.Category.SECURITY,
    docs_url="https://nest.cybereason.com/documentation/api-documentation",
    plan="enterprise",
    base_url="https://{server}",
    config=(spec.Field("server", "Server", help="acme.cybereason.net", pattern=spec.HOST),),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="data.data", schema=MALOP_SCHEMA),
            spec.WebhookEvent(record="malops", schema=MALOP_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="simpleValues"), schema=FORMER_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="guid"), schema=MALOP_SCHEMA),
        ),
        setup="A script or automation that reads MalOps posts each of them, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(MALOP, FORMER_MALOP),
)

"""Soda: checks that failed or warn, from the results of a scan and from webhooks of Soda Cloud."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Join,
    Match,
    Some,
    Source,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

OUTCOME: Source = ("outcome", "evaluationStatus")
DATASET: Source = ("table", "dataset.name", "resourceAttributes.dataset", "dataSource")
METRIC = (
    Match("definition", r"^checks for [^\n]*\n[ -]*(failed rows|[a-z_]+)"),
    Match("definition", r"^([a-z_]+) *\("),
    Match("name", r"^([a-z_]+)\b"),
)
"""What is measured: in `checks for orders:\n  - missing_count(amount) = 0` the missing values."""
CHECK = IssueMapping(
    name="check",
    identifies=Identifies.CONDITION,
    when=Every((Has("name"), Some((Has("outcome"), Has("evaluationStatus"))))),
    title=Join((DATASET, "name"), ": "),
    body=("outcomeReasons.0.message", "definition", "diagnostics.value"),
    severity=OUTCOME,
    status=OUTCOME,
    service=DATASET,
    error_type=(*METRIC, "type"),
    team=("owner.email", "dataset.owners.0.name", "attributes.owner"),
    environment=("attributes.environment", "dataset.datasource.name"),
    external_url=("cloudUrl", "checkResultUrl"),
    source_created_at=("scan_ended_at", "dataTimestamp", "lastCheckRunTime"),
    firing_start=FiringStart.CHANGED,
    resolved_at=("scan_ended_at", "dataTimestamp", "lastCheckRunTime"),
    attributes={"column": "column", "value": "diagnostics.value", "scan": "scan"},
)

CONNECTOR = spec.Connector(
    name="soda",
    title="Soda",
    category=spec.Category.DATA,
    docs_url="https://docs.soda.io/soda-v3/run-a-scan/scan-output",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.UrlSecret()),
        ignore=(spec.Condition(path="event", values=frozenset({"testEvent", "validate"})),),
        events=(
            spec.WebhookEvent(
                record="checks",
                schema=spec.RecordSchema(key="{identity|name}", updated_at=("scan_ended_at",), kind="check"),
                add=(
                    ("scan_ended_at", "scanEndTimestamp"),
                    ("dataTimestamp", "dataTimestamp"),
                    ("scan", "definitionName"),
                ),
            ),
            spec.WebhookEvent(
                record="checkResults",
                schema=spec.RecordSchema(key="{id|name}", updated_at=("lastCheckRunTime",), kind="check"),
            ),
        ),
        setup="soda scan … -srf results.json, then post results.json with the header X-Causeloop-Token; in "
        "Soda Cloud: Integrations › Webhook with ?token= and the secret in the address.",
    ),
    issues=(CHECK,),
)

"""OpenLineage run events of any producer: the failed and aborted ones."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Element,
    Every,
    Has,
    Is,
    Literal,
    Match,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

DATASETS = ("inputs.0", "outputs.0")


def find_assertion(take: str) -> tuple[Element, ...]:
    """What the first failed assertion about a dataset of the run says."""
    places = (f"{dataset}.facets.dataQualityAssertions.assertions" for dataset in DATASETS)
    return tuple(Element(place, key="success", equals="false", take=take) for place in places)


COLON, FAILED = Literal(": "), Literal(" failed")
DATASET = tuple(f"{dataset}.name" for dataset in DATASETS)
ERROR = Match(("run.facets.errorMessage.message",), r"^\s*([^\n]+)")
RUN = IssueMapping(
    name="run event",
    identifies=Identifies.EVENT,
    when=Every((Has("eventType"), Has("job.name"))),
    title=(
        Concat(
            (DATASET, COLON, find_assertion("assertion"), Literal(" of "), find_assertion("column"), FAILED)
        ),
        Concat((DATASET, COLON, find_assertion("assertion"), FAILED)),
        Concat(("job.name", COLON, ERROR)),
        Text("{job.name}: {eventType}"),
    ),
    body=("run.facets.errorMessage.message", "run.facets.errorMessage.stackTrace"),
    severity="eventType",
    status="eventType",
    service=("job.name", "job.namespace"),
    error_type=(
        Match(
            ("run.facets.errorMessage.stackTrace", "run.facets.errorMessage.message"),
            r"\b((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception))\b",
        ),
        Match("run.facets.errorMessage.message", r"\b([A-Z]\w*(?:Error|Exception))\b"),
        *find_assertion("assertion"),
    ),
    team=("job.facets.ownership.owners.0.name",),
    environment="job.namespace",
    source_created_at=("run.facets.nominalTime.nominalStartTime", "eventTime"),
    resolved_at="eventTime",
    job=Text("{job.namespace}/{job.name}"),
    succeeded=Is("eventType", ("complete",)),
    attributes={
        "namespace": "job.namespace",
        "producer": "producer",
        "integration": "job.facets.jobType.integration",
        "parent": "run.facets.parent.job.name",
    },
)

CONNECTOR = spec.Connector(
    name="openlineage",
    title="OpenLineage",
    category=spec.Category.DATA,
    docs_url="https://openlineage.io/docs/client/python#http",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("authorization", prefix="Bearer "), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="job.name"),
                schema=spec.RecordSchema(
                    key="run.runId",
                    updated_at=("eventTime",),
                    keep=Among("eventType", ("fail", "abort", "complete")),
                ),
            ),
        ),
        setup="OpenLineage client: HTTP transport to the address, api_key authentication with the secret.",
    ),
    issues=(RUN,),
)

"""OpenLineage run events of any producer: the failed and aborted ones."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Is, Match, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

RUN = IssueMapping(
    name="run event",
    identifies=Identifies.EVENT,
    when=Every((Has("eventType"), Has("job.name"))),
    title=Text("{job.name}: {eventType}"),
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
        "run.facets.errorMessage.programmingLanguage",
        "job.facets.jobType.jobType",
    ),
    team=("job.facets.ownership.owners.0.name",),
    environment="job.namespace",
    source_created_at=("run.facets.nominalTime.nominalStartTime", "eventTime"),
    resolved_at="eventTime",
    job=Text("{job.namespace}/{job.name}"),
    succeeded=Is("eventType", ("COMPLETE",)),
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

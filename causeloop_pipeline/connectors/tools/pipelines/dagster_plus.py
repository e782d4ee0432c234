"""Dagster and Dagster+: failed runs, queried by GraphQL."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Element,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Literal,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

QUERY = """
query runs($cursor: String, $limit: Int, $updatedAfter: Float) {
  runsOrError(
    cursor: $cursor, limit: $limit, filter: {statuses: [FAILURE, SUCCESS], updatedAfter: $updatedAfter}
  ) {
    ... on Runs { results {
      runId jobName status startTime endTime updateTime creationTime tags { key value }
      repositoryOrigin { repositoryName repositoryLocationName }
    } }
    ... on PythonError { message }
  }
}
"""
RUN = IssueMapping(
    name="run",
    identifies=Identifies.EVENT,
    when=Every((Has("runId"), Has("status"))),
    title=(Text("{jobName} {status}"), Text("{pipelineName} {status}")),
    body=("error.message", "failureMessage"),
    severity="status",
    status="status",
    service=("jobName", "pipelineName"),
    error_type=Literal("run_failed"),
    team=Element("tags", key="key", equals="team"),
    environment=(
        Element("tags", key="key", equals="environment"),
        Element("tags", key="key", equals="dagster/deployment"),
        "deploymentName",
    ),
    external_url=Text("{config.base_url}/runs/{runId}"),
    source_created_at=Instant(("startTime", "creationTime"), TimeFormat.EPOCH_SECONDS),
    resolved_at=Instant(("endTime", "updateTime"), TimeFormat.EPOCH_SECONDS),
    # Every materialization by hand is a run of one job: what it was of tells them apart.
    job=Join((("jobName", "pipelineName"), "assetSelection"), " "),
    succeeded=Is("status", ("SUCCESS",)),
    attributes={
        "location": "repositoryOrigin.repositoryLocationName",
        "partition": Element("tags", key="key", equals="dagster/partition"),
    },
)

CONNECTOR = spec.Connector(
    name="dagster_plus",
    title="Dagster",
    category=spec.Category.DATA,
    docs_url="https://docs.dagster.io/api/graphql",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("token", "User token", help="Of a Dagster+ user with the role Viewer, else any text."),
    ),
    auth=spec.Headers((("Dagster-Cloud-Api-Token", "{token}"),)),
    pulls=(
        spec.Pull(
            name="runs",
            path="/graphql",
            method="POST",
            graphql=QUERY,
            records="data.runsOrError.results",
            pages=spec.LastRecordPages(path="runId", param="cursor", size=100),
            schema=spec.RecordSchema(
                key="runId",
                updated_at=("updateTime", "endTime", "startTime"),
                times=spec.TimeFormat.EPOCH_SECONDS,
                keep=Among("status", ("failure", "canceled", "success")),
            ),
            since=spec.Since(field="updateTime", param="updatedAfter", format=spec.TimeFormat.EPOCH_SECONDS),
        ),
    ),
    issues=(RUN,),
)

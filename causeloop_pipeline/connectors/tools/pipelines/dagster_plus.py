"""Dagster and Dagster+: failed runs, queried by GraphQL."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Concat,
    Element,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Literal,
    Match,
    Matches,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among, Both, Filled
from causeloop_pipeline.model.issue import Identifies

RUNS = """
query runs($cursor: String, $limit: Int, $updatedAfter: Float) {
  runsOrError(cursor: $cursor, limit: $limit, filter: {statuses: [%s], updatedAfter: $updatedAfter}) {
    ... on Runs { results {
      runId jobName status startTime endTime updateTime creationTime tags { key value }
      repositoryOrigin { repositoryName repositoryLocationName }
      assetSelection { path } %s
    } }
    ... on PythonError { message }
  }
}
"""
WHY = """
      eventConnection(limit: 1000) { events { __typename
        ... on ExecutionStepFailureEvent { stepKey error { className message cause { className message } } }
        ... on RunFailureEvent { message error { className message } }
      } }"""
EVENTS = "eventConnection.events"


def find_event(kind: str, take: str) -> Element:
    """What the first event of a kind says."""
    return Element(EVENTS, key="__typename", equals=kind, take=take)


CHECKS = """
query checks {
  assetNodes { assetChecksOrError { ... on AssetChecks { checks {
    name assetKey { path }
    executionForLatestMaterialization {
      runId status timestamp evaluation { success severity description }
    }
  } } } }
}
"""
CHECKED = "executionForLatestMaterialization"
CHECK = Join((Text("{assetKey.path.-1}"), "name"), ".")
ASSET_CHECK = IssueMapping(
    name="asset check",
    identifies=Identifies.EVENT,
    when=Every((Has("assetKey.path"), Has(f"{CHECKED}.status"))),
    title=(
        Concat((CHECK, Literal(": "), Match(f"{CHECKED}.evaluation.description", r"^\s*([^\n]+)"))),
        Concat((CHECK, Literal(" failed"))),
    ),
    body=f"{CHECKED}.evaluation.description",
    severity=(f"{CHECKED}.evaluation.severity", f"{CHECKED}.status"),
    status=f"{CHECKED}.status",
    service="assetKey.path.-1",
    error_type=CHECK,
    external_url=Text(f"{{config.base_url}}/runs/{{{CHECKED}.runId}}"),
    source_created_at=Instant(f"{CHECKED}.timestamp", TimeFormat.EPOCH_SECONDS),
    job=Text("check/{assetKey.path.0}/{assetKey.path.-1}/{name}"),
    succeeded=Is(f"{CHECKED}.status", ("succeeded",)),
)
"""A failed check does not fail its run, unless it blocks what comes after it."""

STEP = find_event("ExecutionStepFailureEvent", "stepKey")
# The error of Dagster itself only says which step failed; a `Failure` that is raised on purpose has no cause.
RAISED = (
    find_event("ExecutionStepFailureEvent", "error.cause.message"),
    Match(find_event("ExecutionStepFailureEvent", "error.message"), r"^(?:[a-z_]\w*\.)*([^\n]+)"),
    find_event("RunFailureEvent", "error.message"),
    find_event("RunFailureEvent", "message"),
    "error.message",
    "failureMessage",
)
CAUSE = Match(RAISED, r"^\s*([^\n]+)")
IS_OF_ASSETS = Matches(("jobName", "pipelineName"), r"^__ASSET_JOB")
ASSET = "assetSelection.0.path.-1"
JOB = (Choose(IS_OF_ASSETS, ASSET), "jobName", "pipelineName")
PARTITION = Element("tags", key="key", equals="dagster/partition")
RUN = IssueMapping(
    name="run",
    identifies=Identifies.EVENT,
    when=Every((Has("runId"), Has("status"))),
    title=(
        Choose(
            IS_OF_ASSETS,
            Concat((STEP, Literal(": "), CAUSE)),
            Concat((JOB, Literal("."), STEP, Literal(": "), CAUSE)),
        ),
        Concat((JOB, Literal(": "), CAUSE)),
        Concat((JOB, Literal(" "), "status")),
    ),
    body=RAISED,
    severity="status",
    status="status",
    service=JOB,
    error_type=(
        find_event("ExecutionStepFailureEvent", "error.cause.className"),
        Match(CAUSE, r"^([A-Za-z_]\w*):"),
        Literal("run_failed"),
    ),
    team=Element("tags", key="key", equals="team"),
    environment=(
        Element("tags", key="key", equals="environment"),
        Element("tags", key="key", equals="dagster/deployment"),
        "deploymentName",
    ),
    external_url=Text("{config.base_url}/runs/{runId}"),
    source_created_at=Instant(("startTime", "creationTime"), TimeFormat.EPOCH_SECONDS),
    resolved_at=Instant(("endTime", "updateTime"), TimeFormat.EPOCH_SECONDS),
    job=(Concat((JOB, Literal("/"), PARTITION)), *JOB),
    succeeded=Is("status", ("success",)),
    attributes={
        "location": "repositoryOrigin.repositoryLocationName",
        "step": STEP,
        "partition": PARTITION,
    },
)


def poll_runs(name: str, query: str, size: int) -> spec.Pull:
    """The list of runs of some statuses; why they failed makes a page long."""
    return spec.Pull(
        name=name,
        path="/graphql",
        method="POST",
        graphql=query,
        records="data.runsOrError.results",
        pages=spec.LastRecordPages(path="runId", param="cursor", size=size),
        schema=spec.RecordSchema(
            key="runId",
            updated_at=("updateTime", "endTime", "startTime"),
            times=spec.TimeFormat.EPOCH_SECONDS,
            keep=Among("status", ("failure", "canceled", "success")),
        ),
        since=spec.Since(field="updateTime", param="updatedAfter", format=spec.TimeFormat.EPOCH_SECONDS),
    )


CONNECTOR = spec.Connector(
    name="dagster_plus",
    title="Dagster",
    category=spec.Category.DATA,
    docs_url="https://docs.dagster.io/api/graphql",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field(
            "token",
            "User token",
            help="Of a Dagster+ user with the role Viewer; open source Dagster has none.",
            required=False,
        ),
    ),
    auth=spec.FirstOf((spec.Headers((("Dagster-Cloud-Api-Token", "{token}"),)), spec.Anonymous())),
    pulls=(
        poll_runs("runs", RUNS % ("FAILURE, CANCELED", WHY), size=25),
        poll_runs("successes", RUNS % ("SUCCESS", ""), size=100),
        spec.Pull(
            name="checks",
            path="/graphql",
            method="POST",
            graphql=CHECKS,
            records="data.assetNodes",
            within="assetChecksOrError.checks",
            pages=spec.OnePage(),
            schema=spec.RecordSchema(
                key=f"check/{{{CHECKED}.runId}}/{{assetKey.path.0}}/{{assetKey.path.-1}}/{{name}}",
                updated_at=(f"{CHECKED}.timestamp",),
                times=spec.TimeFormat.EPOCH_SECONDS,
                kind="check",
                keep=Both(Filled(CHECKED), Among(f"{CHECKED}.status", ("failed", "succeeded"))),
            ),
            since=spec.Since(field=f"{CHECKED}.timestamp", format=spec.TimeFormat.EPOCH_SECONDS),
            optional=True,
        ),
    ),
    issues=(RUN, ASSET_CHECK),
)

"""Buildkite: failed builds, and passed builds of pipelines that deploy, polled and pushed."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Is,
    Join,
    Kind,
    Literal,
    Not,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among, Both, Named
from causeloop_pipeline.model.issue import Identifies

FAILURES = ("failed", "failing", "broken", "timed_out", "expired", "unreachable")
PASSED = ("passed",)
PIPELINE = ("pipeline.name", "pipeline.slug")
FINISHED = ("finished_at", "finishedAt")
OTHER_EVENTS = frozenset(
    {
        "ping",
        "build.scheduled",
        "build.running",
        "job.scheduled",
        "job.started",
        "job.activated",
        "agent.connected",
        "agent.disconnected",
        "agent.stopping",
        "agent.lost",
        "agent.stopped",
        "agent.blocked",
    }
)

BUILD = IssueMapping(
    name="build",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Some((Kind(("graphql",)), Every((Kind(("run",)), Not(Has("uuid")))))),
            Every((Has("state"), Has("number"), Some((Has("message"), Has("commit"), Has("pipeline"))))),
        )
    ),
    title=Join((PIPELINE, ("message", Text("Build {number}"))), ": "),
    body="cancel_reason",
    severity="state",
    status="state",
    service=("pipeline.slug", "pipeline.name"),
    error_type=Literal("build_failed"),
    team=("pipeline.teams.0.slug", "team.slug"),
    environment=("env.ENVIRONMENT", "env.DEPLOY_ENV", "meta_data.environment", "branch"),
    external_url=(
        "web_url",
        "url",
        Text("https://buildkite.com/{config.organization}/{pipeline.slug}/builds/{number}"),
    ),
    source_created_at=("started_at", "created_at", "startedAt", "createdAt", "occurred_at"),
    resolved_at=(*FINISHED, "occurred_at"),
    job=Text("{pipeline.slug}/{branch}"),
    succeeded=Is("state", PASSED),
    attributes={
        "number": "number",
        "commit": "commit",
        "origin": "source",
        "creator": "creator.name",
    },
)
JOB = IssueMapping(
    name="job",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Kind(("job",)),
            Every((Has("state"), Has("type"), Some((Has("step_key"), Has("exit_status"), Has("command"))))),
        )
    ),
    title=Join((PIPELINE, ("name", "label", "step_key", "command")), ": "),
    severity="state",
    status="state",
    service=("pipeline.slug", "pipeline.name"),
    error_type=Literal("job_failed"),
    environment=("build.branch",),
    external_url=("web_url", "url"),
    source_created_at=("started_at", "created_at", "occurred_at"),
    resolved_at=("finished_at", "occurred_at"),
    job=Text("{pipeline.slug}/{build.branch}"),
    attributes={"exit_status": "exit_status", "step": "step_key"},
)
DEPLOYING = ChangeMapping(
    name="deploying build",
    when=Every((Has("state"), Has("number"), Has("commit"))),
    change_kind=Literal("deploy"),
    title=Join((PIPELINE, "message"), ": "),
    service=("pipeline.slug", "pipeline.name"),
    environment=("env.ENVIRONMENT", "env.DEPLOY_ENV", "meta_data.environment", "branch"),
    external_url=("web_url", "url"),
    changed_at=(*FINISHED, "created_at", "createdAt"),
)
BUILD_RECORD = spec.RecordSchema(
    updated_at=(*FINISHED, "started_at", "created_at"), kind="run", keep=Among("state", (*FAILURES, *PASSED))
)
DEPLOYING_BUILD = spec.RecordSchema(
    key="deploy/{id}",
    updated_at=FINISHED,
    kind="change",
    keep=Both(Among("state", PASSED), Named(("pipeline.slug", "pipeline.name", "web_url"))),
)


def poll_builds(name: str, state: str, schema: spec.RecordSchema) -> spec.Pull:
    """The builds of the organization that ended in one state."""
    return spec.Pull(
        name=name,
        path="/v2/organizations/{organization}/builds",
        params=(("state", state),),
        records="",
        pages=spec.LinkPages(),
        schema=schema,
        since=spec.Since(field="finished_at", param="finished_from", overlap=timedelta(hours=1)),
    )


CONNECTOR = spec.Connector(
    name="buildkite",
    title="Buildkite",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://buildkite.com/docs/apis/rest-api/builds",
    plan="free",
    base_url="https://api.buildkite.com",
    site=("organization",),
    credentials=(
        spec.Field("token", "API access token", help="With the scopes read_builds and read_pipelines."),
    ),
    config=(
        spec.Field("organization", "Organization", help="Its slug, such as acme.", pattern=r"[A-Za-z0-9_-]+"),
    ),
    auth=spec.Bearer("{token}"),
    pulls=(
        poll_builds("builds", "failed", BUILD_RECORD),
        poll_builds("passed_builds", "passed", BUILD_RECORD),
        poll_builds("deploying_builds", "passed", DEPLOYING_BUILD),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature(
                "x-buildkite-signature",
                prefix="signature=",
                separator=",",
                signed="{timestamp}.{body}",
                timestamp_prefix="timestamp=",
            ),
            spec.SharedSecret("x-buildkite-token"),
        ),
        ignore=(spec.Condition(path="event", values=OTHER_EVENTS),),
        events=(
            *(
                spec.WebhookEvent(
                    record=f"detail.{name}",
                    when=spec.Condition(path=f"detail.{name}.uuid"),
                    schema=spec.RecordSchema(
                        key=key, updated_at=("occurred_at",), kind=kind, keep=Among("state", words)
                    ),
                    add=(("pipeline", "detail.pipeline"), ("build", "detail.build"), ("occurred_at", "time")),
                )
                for name, key, kind, words in (
                    ("job", "job/{uuid}", "job", FAILURES),
                    ("build", "uuid", "graphql", (*FAILURES, *PASSED)),
                )
            ),
            spec.WebhookEvent(
                record="job",
                schema=spec.RecordSchema(
                    key="job/{id}",
                    updated_at=("finished_at", "started_at"),
                    kind="job",
                    keep=Among("state", FAILURES),
                ),
                add=(("pipeline", "pipeline"), ("build", "build")),
            ),
            spec.WebhookEvent(
                record="build",
                when=spec.Condition(path="build.state", values=frozenset({"passed"})),
                schema=DEPLOYING_BUILD,
                add=(("pipeline", "pipeline"),),
            ),
            spec.WebhookEvent(record="build", schema=BUILD_RECORD, add=(("pipeline", "pipeline"),)),
            spec.WebhookEvent(
                record="node",
                schema=spec.RecordSchema(
                    key="uuid",
                    updated_at=("finishedAt", "startedAt", "createdAt"),
                    kind="graphql",
                    keep=Among("state", (*FAILURES, *PASSED)),
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="step_key"),
                schema=spec.RecordSchema(
                    key="job/{id}",
                    updated_at=("finished_at", "started_at"),
                    kind="job",
                    keep=Among("state", FAILURES),
                ),
            ),
        ),
        setup="Organization settings › Notification services › Webhook: the event build.finished.",
    ),
    rate_limit=spec.RateLimit(remaining="ratelimit-remaining", reset="ratelimit-reset"),
    issues=(JOB, BUILD),
    changes=(DEPLOYING,),
)

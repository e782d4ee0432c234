"""Buildbot: builds that failed, and the successes of the same builder and branch, polled and pushed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Literal,
    Match,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

BUILDER = ("properties.buildername.0", "builder.name")
FAILED, PASSED = ("2", "4"), ("0", "1")
"""Failure and exception; success and warnings. What was skipped, retried or cancelled is neither."""
PROGRAM = r"^failed '(?:[^' ]*/)?([^'/ ]+)"
"""Of the step that failed, as in `failed '/srv/bin/pytest -q ...' (failure)`."""
BUILD = IssueMapping(
    name="build",
    identifies=Identifies.EVENT,
    when=Every((Has("buildid"), Has("results"))),
    title=(Concat((BUILDER, Literal(": "), "state_string")), Concat((BUILDER, Text(" #{number}")))),
    body="state_string",
    severity=Text("results {results}"),
    status=Text("results {results}"),
    service=("properties.project.0", *BUILDER),
    error_type=(Match("state_string", PROGRAM), Literal("build_failed")),
    team="properties.owner.0",
    environment=("properties.branch.0", "properties.environment.0"),
    external_url=("url", Text("{config.base_url}/#/builders/{builderid}/builds/{number}")),
    source_created_at=("started_at", Instant("started_at", TimeFormat.EPOCH_SECONDS)),
    resolved_at=("complete_at", Instant("complete_at", TimeFormat.EPOCH_SECONDS)),
    job=Join(("builderid", "properties.branch.0"), "/"),
    succeeded=Is("results", PASSED),
    attributes={"number": "number", "worker": "properties.workername.0", "reason": "properties.reason.0"},
)
LISTED = spec.RecordSchema(
    key="buildid",
    updated_at=("complete_at", "started_at"),
    times=TimeFormat.EPOCH_SECONDS,
    keep=Among("results", (*FAILED, *PASSED)),
)
PUSHED = spec.RecordSchema(
    key="buildid", updated_at=(), kind="pushed", keep=Among("results", (*FAILED, *PASSED))
)

CONNECTOR = spec.Connector(
    name="buildbot",
    title="Buildbot",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.buildbot.net/latest/developer/rest.html",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("user", "User name", help="Where the web server asks for one.", required=False),
        spec.Field("password", "Password", required=False),
    ),
    config=(
        spec.Field(
            "base_url",
            "Address of Buildbot",
            help="Such as https://ci.acme.example.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.FirstOf((spec.Basic("{user}", "{password}"), spec.Anonymous())),
    pulls=(
        spec.Pull(
            name="builds",
            path="/api/v2/builds",
            params=(("complete", "true"), ("property", "*"), ("order", "complete_at")),
            records="builds",
            pages=spec.OffsetPages(),
            schema=LISTED,
            since=spec.Since(field="complete_at", param="complete_at__ge", format=TimeFormat.EPOCH_SECONDS),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.BasicSecret()),
        ignore=(spec.Condition(path="complete", values=frozenset({"False"})),),
        events=(spec.WebhookEvent(record="", when=spec.Condition(path="buildid"), schema=PUSHED),),
        setup="master.cfg: reporters.HttpStatusPush with the address, headers X-Causeloop-Token, and a "
        "BuildStatusGenerator with BuildStartEndStatusGenerator's properties (add_logs false).",
    ),
    issues=(BUILD,),
)

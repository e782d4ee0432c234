"""Bitbucket Cloud issues, failed pipelines and deployments, polled and pushed."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.named_errors import find_error
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Is, Kind, Literal, Some, Text
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among, Both
from causeloop_pipeline.model.issue import Identifies

ISSUE = IssueMapping(
    name="issue",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Has("state"), Has("created_on"))),
    title="title",
    body="content.raw",
    severity="priority",
    status="state",
    service=("component.name", "component", "repository.full_name"),
    error_type=find_error("title"),
    team="repository.full_name",
    external_url="links.html.href",
    source_created_at="created_on",
    resolved_at="updated_on",
    attributes={"kind": ("kind", "type"), "milestone": "milestone.name", "version": "version.name"},
)
PIPELINE = IssueMapping(
    name="pipeline",
    identifies=Identifies.EVENT,
    when=Every((Kind(("pipeline",)), Has("state"))),
    title=(
        Text("Pipeline on {target.ref_name} {state.result.name}"),
        Text("Pipeline {build_number} {state.name}"),
    ),
    body="state.result.error.message",
    severity=("state.result.name", "state.name"),
    status=("state.result.name", "state.name"),
    service=("repository.full_name", "target.ref_name"),
    error_type=Literal("pipeline_failed"),
    environment="target.ref_name",
    external_url=(
        "links.html.href",
        "links.self.href",
        Text("https://bitbucket.org/{repository.full_name}/pipelines/results/{build_number}"),
    ),
    source_created_at="created_on",
    resolved_at="completed_on",
    job=Text("{repository.full_name}/{target.ref_name}"),
    succeeded=Is("state.result.name", ("successful",)),
    attributes={"commit": "target.commit.hash", "number": "build_number"},
)
STATUS = IssueMapping(
    name="build status",
    identifies=Identifies.EVENT,
    when=Every((Kind(("build_status",)), Has("key"))),
    title=(Text("{name} {state}"), Text("{key} {state}")),
    body="description",
    severity="state",
    status="state",
    service=("repository_name", "name"),
    error_type=Literal("build_failed"),
    environment="refname",
    external_url="url",
    source_created_at="created_on",
    resolved_at="updated_on",
    job=(Text("build/{repository_name}/{key}/{refname}"), Text("build/{repository_name}/{key}")),
    succeeded=Is("state", ("successful",)),
)
DEPLOYMENT = ChangeMapping(
    name="deployment",
    when=Some((Has("release"), Has("environment"))),
    change_kind=Literal("deploy"),
    title=(Text("{release.name} to {environment.name}"), "release.name"),
    service="repository.full_name",
    environment="environment.name",
    external_url=("state.url", "release.url"),
    changed_at=("state.completed_on", "last_update_time", "release.created_on"),
)
ISSUE_SCHEMA = spec.RecordSchema(key="{repository.full_name}/{id}", updated_at=("updated_on", "created_on"))
PIPELINE_SCHEMA = spec.RecordSchema(
    key="pipeline/{uuid}",
    updated_at=("completed_on", "created_on"),
    kind="pipeline",
    keep=Both(
        Among("state.name", ("completed", "failed", "error", "halted")),
        Among("state.result.name", ("failed", "error", "expired", "successful")),
    ),
)
DEPLOYMENT_SCHEMA = spec.RecordSchema(
    key="deployment/{uuid}",
    updated_at=("last_update_time", "state.completed_on"),
    kind="change",
    keep=Among("state.name", ("completed",)),
)
STATUS_SCHEMA = spec.RecordSchema(
    key="build/{key}/{commit}",
    updated_at=("updated_on", "created_on"),
    kind="build_status",
    keep=Among("state", ("failed", "stopped", "successful")),
)

CONNECTOR = spec.Connector(
    name="bitbucket",
    title="Bitbucket Cloud",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developer.atlassian.com/cloud/bitbucket/rest/api-group-issue-tracker/",
    plan="free",
    base_url="https://api.bitbucket.org",
    site=(),
    credentials=(spec.Field("token", "Access token", help="Of the repository, project or workspace."),),
    config=(
        spec.Field(
            "repositories", "Repositories", help="workspace/name", pattern=r"[\w.-]+/[\w.-]+", type="list"
        ),
    ),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="issues",
            path="/2.0/repositories/{item}/issues",
            params=(("sort", "updated_on"),),
            records="values",
            pages=spec.NextUrlPages(url="next", size=100, size_param="pagelen"),
            schema=ISSUE_SCHEMA,
            since=spec.Since(field="updated_on", param="q", template="updated_on > {since}"),
            for_each="repositories",
            optional=True,
        ),
        spec.Pull(
            name="pipelines",
            path="/2.0/repositories/{item}/pipelines",
            params=(("sort", "-created_on"),),
            records="values",
            pages=spec.NextUrlPages(url="next", size=100, size_param="pagelen"),
            schema=PIPELINE_SCHEMA,
            since=spec.Since(field="created_on", newest_first=True),
            for_each="repositories",
            optional=True,
        ),
        spec.Pull(
            name="deployments",
            path="/2.0/repositories/{item}/deployments",
            records="values",
            pages=spec.NextUrlPages(url="next", size=100, size_param="pagelen"),
            schema=DEPLOYMENT_SCHEMA,
            since=spec.Since(field="last_update_time"),
            for_each="repositories",
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        ignore=(
            *(spec.Condition(path=path) for path in ("pullrequest", "pullRequest", "push", "fork")),
            spec.Condition(path="eventKey", values=frozenset({"repo:refs_changed", "repo:modified"})),
        ),
        signatures=(spec.HmacSignature("x-hub-signature", prefix="sha256="),),
        delivery_header="x-request-uuid",
        events=(
            spec.WebhookEvent(
                record="issue",
                schema=ISSUE_SCHEMA,
                add=(("repository", "repository"),),
            ),
            *(
                spec.WebhookEvent(
                    record="commit_status",
                    when=spec.Condition(path=commit),
                    schema=STATUS_SCHEMA,
                    add=(("repository_name", "repository.full_name"), ("commit", commit)),
                )
                for commit in ("commit_status.links.commit.href", "commit_status.commit.hash")
            ),
        ),
        setup="Repository settings › Webhooks: issue and build status triggers, with a secret.",
    ),
    issues=(PIPELINE, STATUS, ISSUE),
    changes=(DEPLOYMENT,),
)

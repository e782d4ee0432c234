"""GitHub issues, failed workflow runs, deployments and releases of chosen repositories, polled and pushed."""

from dataclasses import replace
from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.ticket_marker import is_foreign_issue
from causeloop_pipeline.connectors.workflow_runs import FAILED, has_failed

REPOSITORY = r"[\w-]+/[\w.-]+"
ISSUE = spec.Shape(kind="issue", unless="pull_request", keep=is_foreign_issue)
RUN = spec.Shape(key="run/{repository.full_name}/{id}", kind="run", keep=has_failed)
# Previews come and go with every pull request, and a draft is not out yet.
DEPLOY = spec.Shape("deployment/{id}", kind="change", keep=lambda it: not it.get("transient_environment"))
RELEASE = spec.Shape("release/{id}", ("published_at",), kind="change", keep=lambda it: not it.get("draft"))
REREAD = spec.Refresh("/repos/{repo}/actions/runs/{id}", "", r"run/(?P<repo>[^/]+/[^/]+)/(?P<id>\d+)")
UPDATED = spec.Since("updated_at", param="since", ascending=True, restart_after=100)
# The filter looks at creation, hours before a run fails; no search gives more than 1,000.
CREATED = spec.Since("created_at", "created", "{since}..{until}", overlap=timedelta(days=1), cap=1000)
LIST = (("state", "all"), ("sort", "updated"), ("direction", "asc"))
EACH, PAGES, REPO = "repositories", spec.LinkPages(), "/repos/{each}/"
RUNS = spec.Pull("runs", f"{REPO}actions/runs", "workflow_runs", PAGES, RUN, CREATED, each=EACH)
DEPLOYS = spec.Pull("deployments", f"{REPO}deployments", "", PAGES, DEPLOY, each=EACH, optional=True)
RELEASES = spec.Pull("releases", f"{REPO}releases", "", PAGES, RELEASE, each=EACH, optional=True)
PUSHED = (("deployment", DEPLOY), ("release", RELEASE), ("workflow_run", RUN))
TOKEN = "Fine-grained: Actions, Issues (write for tickets); for changes Deployments, Contents."  # noqa: S105

CONNECTOR = spec.Connector(
    name="github",
    title="GitHub",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.github.com/en/rest/issues/issues#list-repository-issues",
    plan="free",
    base_url="https://api.github.com",
    credentials=(spec.Field("token", "Access token", TOKEN),),
    config=(
        spec.Field("repositories", "Repositories", "owner/name", pattern=REPOSITORY, type="list"),
        spec.Field("ticket_repository", "Tickets go to", "Empty: the first one.", False, None, REPOSITORY),
    ),
    auth=spec.Bearer("{token}"),
    headers=(("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")),
    pulls=(
        spec.Pull("issues", f"{REPO}issues", "", PAGES, ISSUE, UPDATED, LIST, each=EACH),
        replace(DEPLOYS, since=spec.Since("created_at", newest_first=True)),
        replace(RELEASES, since=spec.Since("published_at", newest_first=True)),
        *(replace(RUNS, name=f"runs_{end}", params=(("status", end),), refresh=REREAD) for end in FAILED),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-hub-signature-256", prefix="sha256="),),
        delivery_header="x-github-delivery",
        ignore=(spec.When("zen"),),
        events=(
            spec.Event("issue", None, ISSUE, (("action", "action"),)),
            *(spec.Event(at, None, shape) for at, shape in PUSHED),
        ),
        setup="Settings › Webhooks: application/json, events Issues, Workflow runs, Deployments, Releases.",
    ),
    rate_limit=spec.RateLimit(statuses=frozenset({403, 429, 503})),
    tickets=True,
)

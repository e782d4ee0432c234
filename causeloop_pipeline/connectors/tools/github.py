"""GitHub issues and failed workflow runs of chosen repositories, polled and pushed."""

from dataclasses import replace
from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.own_tickets import is_foreign_issue

REPOSITORY = r"[\w-]+/[\w.-]+"
FAILED = ("failure", "timed_out", "startup_failure")


def has_failed(run: spec.Record) -> bool:
    """A failed run, or a later attempt of one, which shows how it ended."""
    return run.get("conclusion") in FAILED or (run.get("run_attempt") or 1) > 1


ISSUE = spec.Shape(kind="issue", unless="pull_request", keep=is_foreign_issue)
RUN = spec.Shape(key="run/{repository.full_name}/{id}", kind="run", keep=has_failed)
REREAD = spec.Refresh("/repos/{repo}/actions/runs/{id}", "", r"run/(?P<repo>[^/]+/[^/]+)/(?P<id>\d+)")
UPDATED = spec.Since("updated_at", param="since", ascending=True, restart_after=100)
# The filter looks at creation, hours before a run fails; no search gives more than 1,000.
CREATED = spec.Since("created_at", "created", "{since}..{until}", overlap=timedelta(days=1), cap=1000)
LIST = (("state", "all"), ("sort", "updated"), ("direction", "asc"))
EACH, PAGES = "repositories", spec.LinkPages()
ISSUES = spec.Pull("issues", "/repos/{each}/issues", "", PAGES, ISSUE, UPDATED, LIST, each=EACH)
RUNS = spec.Pull("runs", "/repos/{each}/actions/runs", "workflow_runs", PAGES, RUN, CREATED, each=EACH)

CONNECTOR = spec.Connector(
    name="github",
    title="GitHub",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.github.com/en/rest/issues/issues#list-repository-issues",
    plan="free",
    base_url="https://api.github.com",
    credentials=(spec.Field("token", "Access token", "Fine-grained: Actions, Issues (write for tickets)."),),
    config=(
        spec.Field("repositories", "Repositories", "owner/name", pattern=REPOSITORY, type="list"),
        spec.Field("ticket_repository", "Tickets go to", "Empty: the first one.", False, None, REPOSITORY),
    ),
    auth=spec.Bearer("{token}"),
    headers=(("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")),
    pulls=(
        ISSUES,
        *(replace(RUNS, name=f"runs_{end}", params=(("status", end),), refresh=REREAD) for end in FAILED),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-hub-signature-256", prefix="sha256="),),
        delivery_header="x-github-delivery",
        ignore=(spec.When("zen"),),
        events=(
            spec.Event("issue", None, ISSUE, (("action", "action"),)),
            spec.Event("workflow_run", None, RUN),
        ),
        setup="Settings › Webhooks: content type application/json, events Issues and Workflow runs.",
    ),
    rate_limit=spec.RateLimit(statuses=frozenset({403, 429, 503})),
    tickets=True,
)

"""GitHub's issues, filtered by update, workflow runs, by creation, and deployments; paged by Link headers."""

from collections.abc import Sequence
from typing import Any, TypeVar

from causeloop_pipeline.demo.deployments import Deployment
from causeloop_pipeline.demo.exchange import (
    VendorRequest,
    VendorResponse,
    format_utc,
    parse_iso,
    repeat_at_edges,
)
from causeloop_pipeline.demo.story import Failure

PATHS = (
    r"/repos/(?P<repository>[^/]+/[^/]+)/issues",
    r"/repos/(?P<repository>[^/]+/[^/]+)/(?P<changes>deployments|releases)",
    r"/repos/(?P<repository>[^/]+/[^/]+)/actions/(?P<runs>runs)",
    r"/repos/(?P<repository>[^/]+/[^/]+)/actions/runs/(?P<run>\d+)",
)
RATE_LIMIT_HEADERS = {"retry-after": "1", "x-ratelimit-remaining": "0"}
Item = TypeVar("Item")
LABELS = {"p1": "sev1", "p2": "sev2", "p3": "medium", "p4": "low"}


def read_token(request: VendorRequest) -> str | None:
    """A bearer token."""
    return request.authorization("Bearer ")


def list_repositories(failures: Sequence[Failure]) -> list[str]:
    """The repositories of these failures."""
    return sorted({name_repository(failure) for failure in failures if failure.source == "github"})


def name_repository(of: Failure | Deployment) -> str:
    """Owner and name."""
    return f"{of.workspace}-engineering/{of.service}"


def answer(request: VendorRequest, parts: dict[str, str]) -> VendorResponse:
    """A page of issues, of runs, of deployments, or one run; these repositories make no releases."""
    failures = [failure for failure in request.failures if name_repository(failure) == parts["repository"]]
    deployments = [item for item in request.deployments if name_repository(item) == parts["repository"]]
    if not failures and not deployments:
        return VendorResponse({"message": "Not Found"}, 404)
    if "changes" in parts:
        page, headers = _write_page(request, deployments[::-1] if parts["changes"] == "deployments" else [])
        return VendorResponse([write_deployment(item) for item in page], headers=headers)
    if "run" in parts:
        matching = [
            failure for failure in failures if failure.kind == "run" and str(_number(failure)) == parts["run"]
        ]
        return (
            VendorResponse(write_run(matching[0], request))
            if matching
            else VendorResponse({"message": "Not Found"}, 404)
        )
    return _list_runs(request, failures) if "runs" in parts else _list_issues(request, failures)


def _list_issues(request: VendorRequest, failures: Sequence[Failure]) -> VendorResponse:
    since = request.moment("since")
    opened = [failure for failure in failures if failure.kind == "issue"]
    changed = sorted(opened, key=lambda failure: (failure.last_update(request.now), failure.number))
    matching = [failure for failure in changed if since is None or failure.last_update(request.now) >= since]
    page, headers = _write_page(request, repeat_at_edges(matching))
    return VendorResponse([write_issue(failure, request) for failure in page], headers=headers)


def _list_runs(request: VendorRequest, failures: Sequence[Failure]) -> VendorResponse:
    low, _, high = request.query.get("created", "..").partition("..")
    runs = [
        failure for failure in failures if failure.kind == "run" and request.query.get("status") == "failure"
    ]
    matching = [
        failure
        for failure in reversed(runs)
        if (not low or failure.created_at >= parse_iso(low))
        and (not high or failure.created_at <= parse_iso(high))
    ]
    page, headers = _write_page(request, matching)
    return VendorResponse(
        {"total_count": len(matching), "workflow_runs": [write_run(f, request) for f in page]},
        headers=headers,
    )


def _write_page(request: VendorRequest, matching: Sequence[Item]) -> tuple[Sequence[Item], dict[str, str]]:
    size, page = min(request.number("per_page", 30), 100), request.number("page", 1)
    headers = {"x-ratelimit-remaining": "4999"}
    if page * size < len(matching):
        headers["link"] = f'<{request.url(page=page + 1)}>; rel="next"'
    return matching[(page - 1) * size : page * size], headers


def write_deployment(deployment: Deployment) -> dict[str, Any]:
    """One deployment."""
    name = name_repository(deployment)
    return {
        "id": 8_000_000 + deployment.number,
        "url": f"https://api.github.example/repos/{name}/deployments/{8_000_000 + deployment.number}",
        "ref": f"v{deployment.version}",
        "task": "deploy",
        "environment": "production",
        "description": f"{deployment.service} {deployment.version}",
        "repository_url": f"https://api.github.example/repos/{name}",
        "created_at": format_utc(deployment.at),
        "updated_at": format_utc(deployment.at),
        "transient_environment": False,
        "production_environment": True,
    }


def write_issue(failure: Failure, request: VendorRequest) -> dict[str, Any]:
    """One issue as it is now."""
    closed = failure.status(request.now) == "resolved"
    name = name_repository(failure)
    labels = (LABELS[failure.severity], f"team:{failure.team}", f"env:{failure.environment}")
    return {
        "id": int(failure.external_id),
        "number": failure.number,
        "title": failure.title,
        "body": failure.body,
        "state": "closed" if closed else "open",
        "state_reason": "completed" if closed else None,
        "labels": [{"name": label} for label in labels],
        "repository_url": f"https://api.github.example/repos/{name}",
        "html_url": f"https://github.example/{name}/issues/{failure.number}",
        "created_at": format_utc(failure.created_at),
        "updated_at": format_utc(failure.last_update(request.now)),
        "closed_at": format_utc(failure.resolved_at) if closed else None,
        "closed_by": {"login": failure.ended_by.lower().replace(" ", "-")} if closed else None,
    }


def write_run(failure: Failure, request: VendorRequest) -> dict[str, Any]:
    """One workflow run that failed."""
    name = name_repository(failure)
    return {
        "id": _number(failure),
        "name": failure.title,
        "display_title": failure.body,
        "status": "completed",
        "conclusion": "failure",
        "event": "push",
        "head_branch": failure.environment,
        "run_number": failure.number,
        "run_attempt": 1,
        "repository": {"full_name": name, "name": failure.service},
        "html_url": f"https://github.example/{name}/actions/runs/{_number(failure)}",
        "created_at": format_utc(failure.created_at),
        "updated_at": format_utc(min(failure.acknowledged_at, request.now)),
    }


def _number(failure: Failure) -> int:
    return int(failure.external_id.rpartition("/")[2])

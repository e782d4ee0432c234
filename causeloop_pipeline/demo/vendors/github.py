"""GitHub's issues, filtered by update, workflow runs, by creation, and deployments; paged by Link headers."""

from collections.abc import Sequence
from typing import Any, TypeVar

from causeloop_pipeline.demo.deployments import Deployment
from causeloop_pipeline.demo.exchange import Answered, Asked, iso, repeating, zulu
from causeloop_pipeline.demo.story import Failure

PATHS = (
    r"/repos/(?P<repository>[^/]+/[^/]+)/issues",
    r"/repos/(?P<repository>[^/]+/[^/]+)/(?P<changes>deployments|releases)",
    r"/repos/(?P<repository>[^/]+/[^/]+)/actions/(?P<runs>runs)",
    r"/repos/(?P<repository>[^/]+/[^/]+)/actions/runs/(?P<run>\d+)",
)
WAIT = {"retry-after": "1", "x-ratelimit-remaining": "0"}
Listed = TypeVar("Listed")
LABELS = {"p1": "sev1", "p2": "sev2", "p3": "medium", "p4": "low"}


def token(asked: Asked) -> str | None:
    """A bearer token."""
    return asked.authorization("Bearer ")


def repositories(told: Sequence[Failure]) -> list[str]:
    """The repositories in which these failures happened."""
    return sorted({repository(failure) for failure in told if failure.source == "github"})


def repository(of: Failure | Deployment) -> str:
    """Owner and name."""
    return f"{of.workspace}-engineering/{of.service}"


def answer(asked: Asked, parts: dict[str, str]) -> Answered:
    """A page of issues, of runs, of deployments, or one run; these repositories make no releases."""
    told = [failure for failure in asked.told if repository(failure) == parts["repository"]]
    deployed = [one for one in asked.deployed if repository(one) == parts["repository"]]
    if not told and not deployed:
        return Answered({"message": "Not Found"}, 404)
    if "changes" in parts:
        page, headers = _paged(asked, deployed[::-1] if parts["changes"] == "deployments" else [])
        return Answered([deployment(one) for one in page], headers=headers)
    if "run" in parts:
        found = [
            failure for failure in told if failure.kind == "run" and str(_number(failure)) == parts["run"]
        ]
        return Answered(run(found[0], asked)) if found else Answered({"message": "Not Found"}, 404)
    return _runs(asked, told) if "runs" in parts else _issues(asked, told)


def _issues(asked: Asked, told: Sequence[Failure]) -> Answered:
    since = asked.moment("since")
    opened = [failure for failure in told if failure.kind == "issue"]
    changed = sorted(opened, key=lambda failure: (failure.updated_at(asked.now), failure.number))
    matching = [failure for failure in changed if since is None or failure.updated_at(asked.now) >= since]
    page, headers = _paged(asked, repeating(matching))
    return Answered([issue(failure, asked) for failure in page], headers=headers)


def _runs(asked: Asked, told: Sequence[Failure]) -> Answered:
    low, _, high = asked.query.get("created", "..").partition("..")
    runs = [failure for failure in told if failure.kind == "run" and asked.query.get("status") == "failure"]
    matching = [
        failure
        for failure in reversed(runs)
        if (not low or failure.created_at >= iso(low)) and (not high or failure.created_at <= iso(high))
    ]
    page, headers = _paged(asked, matching)
    return Answered(
        {"total_count": len(matching), "workflow_runs": [run(f, asked) for f in page]}, headers=headers
    )


def _paged(asked: Asked, matching: Sequence[Listed]) -> tuple[Sequence[Listed], dict[str, str]]:
    size, page = min(asked.number("per_page", 30), 100), asked.number("page", 1)
    headers = {"x-ratelimit-remaining": "4999"}
    if page * size < len(matching):
        headers["link"] = f'<{asked.url(page=page + 1)}>; rel="next"'
    return matching[(page - 1) * size : page * size], headers


def deployment(one: Deployment) -> dict[str, Any]:
    """One deployment."""
    name = repository(one)
    return {
        "id": 8_000_000 + one.number,
        "url": f"https://api.github.example/repos/{name}/deployments/{8_000_000 + one.number}",
        "ref": f"v{one.version}",
        "task": "deploy",
        "environment": "production",
        "description": f"{one.service} {one.version}",
        "repository_url": f"https://api.github.example/repos/{name}",
        "created_at": zulu(one.at),
        "updated_at": zulu(one.at),
        "transient_environment": False,
        "production_environment": True,
    }


def issue(failure: Failure, asked: Asked) -> dict[str, Any]:
    """One issue as it stands now."""
    closed = failure.status(asked.now) == "resolved"
    name = repository(failure)
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
        "created_at": zulu(failure.created_at),
        "updated_at": zulu(failure.updated_at(asked.now)),
        "closed_at": zulu(failure.resolved_at) if closed else None,
    }


def run(failure: Failure, asked: Asked) -> dict[str, Any]:
    """One workflow run that failed."""
    name = repository(failure)
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
        "created_at": zulu(failure.created_at),
        "updated_at": zulu(min(failure.acknowledged_at, asked.now)),
    }


def _number(failure: Failure) -> int:
    return int(failure.external_id.rpartition("/")[2])

"""GitHub's and Jira's issues on loopback, as far as tickets need them: made, listed, searched and closed."""

import itertools
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.support.fake_tool import ReceivedRequest, Reply

REPOSITORY = "acme/shop"


@dataclass
class FakeGitHub:
    """One repository, newest issue first."""

    issues: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __call__(self, request: ReceivedRequest) -> Reply:
        with self.lock:
            if request.headers.get("authorization") != "Bearer planted-token":
                return Reply({"message": "Bad credentials"}, 401)
            if not request.path.startswith(f"/repos/{REPOSITORY}/issues"):
                return Reply({"message": "Not Found"}, 404)
            if request.method == "POST":
                return Reply(self.add(**json.loads(request.body)), 201)
            number = request.path.removeprefix(f"/repos/{REPOSITORY}/issues").strip("/")
            if number:
                matching = [issue for issue in self.issues if str(issue["number"]) == number]
                if matching and request.method == "PATCH":
                    matching[0].update(json.loads(request.body))
                return Reply(matching[0]) if matching else Reply({"message": "Gone"}, 410)
            size, page = int(request.query["per_page"]), int(request.query["page"])
            return Reply(self.issues[(page - 1) * size : page * size])

    def close(self) -> None:
        """All issues are done."""
        for issue in self.issues:
            issue["state"] = "closed"

    def add(self, title: str, body: str, created_at: datetime | None = None) -> dict[str, Any]:
        """Open an issue."""
        number = next(self.numbers)
        issue = {
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "created_at": (created_at or datetime.now(UTC)).isoformat(),
            "html_url": f"https://github.example/{REPOSITORY}/issues/{number}",
        }
        self.issues.insert(0, issue)
        return issue


@dataclass
class FakeJira:
    """One site; its search finds labels."""

    issues: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: ReceivedRequest) -> Reply:
        with self.lock:
            if request.path == "/rest/api/3/search/jql":
                marked = [
                    issue
                    for issue in self.issues
                    if f'"{issue["fields"]["labels"][1]}"' in request.query["jql"]
                ]
                return Reply({"issues": marked, "isLast": True})
            if request.method == "POST" and request.path == "/rest/api/3/issue":
                return self.create(json.loads(request.body)["fields"])
            key = request.path.removeprefix("/rest/api/3/issue/")
            matching = [issue for issue in self.issues if issue["key"] == key]
            return Reply(matching[0]) if matching else Reply({"errorMessages": ["Issue does not exist"]}, 404)

    def close(self) -> None:
        """All issues are done."""
        for issue in self.issues:
            issue["fields"]["status"] = {"statusCategory": {"key": "done"}}

    def create(self, fields: dict[str, Any]) -> Reply:
        """Open an issue, unless its project is unknown."""
        if fields["project"] != {"key": "OPS"}:
            return Reply({"errors": {"project": "valid project is required"}}, 400)
        status = {"statusCategory": {"key": "new"}}
        issue = {"key": f"OPS-{len(self.issues) + 1}", "fields": {**fields, "status": status}}
        self.issues.append(issue)
        return Reply({"id": "1", "key": issue["key"], "self": "x"}, 201)

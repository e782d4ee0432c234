"""GitHub's and Jira's issues on loopback, as far as comments and closing need them."""

import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.support.fake_tool import ReceivedRequest, Reply

REPOSITORY = "acme/shop"


@dataclass
class CommentedGitHub:
    """One repository: the comments of each issue by its number, and the states of the issues."""

    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: ReceivedRequest) -> Reply:
        with self.lock:
            if request.headers.get("authorization") != "Bearer planted-token":
                return Reply({"message": "Bad credentials"}, 401)
            path = request.path.removeprefix(f"/repos/{REPOSITORY}/issues/")
            if edited := re.fullmatch(r"comments/(\d+)", path):
                return self.edit(int(edited[1]), json.loads(request.body))
            if listed := re.fullmatch(r"(\d+)/comments", path):
                comments = self.comments.setdefault(int(listed[1]), [])
                if request.method == "POST":
                    return Reply(self.add(comments, **json.loads(request.body)), 201)
                size, page = int(request.query["per_page"]), int(request.query["page"])
                return Reply(comments[(page - 1) * size : page * size])
            if issue := re.fullmatch(r"\d+", path):
                number = int(issue[0])
                if request.method == "PATCH":
                    self.states[number] = json.loads(request.body)["state"]
                return Reply({"number": number, "state": self.states.get(number, "open")})
            return Reply({"message": "Not Found"}, 404)

    def add(self, comments: list[dict[str, Any]], body: str) -> dict[str, Any]:
        """Write a comment."""
        number = 1 + sum(map(len, self.comments.values()))
        comment = {"id": number, "body": body, "html_url": f"https://github.example/comments/{number}"}
        comments.append(comment)
        return comment

    def edit(self, number: int, document: dict[str, str]) -> Reply:
        """Write a comment again, unless it is gone."""
        matching = [each for comments in self.comments.values() for each in comments if each["id"] == number]
        if not matching:
            return Reply({"message": "Not Found"}, 404)
        matching[0].update(document)
        return Reply(matching[0])


@dataclass
class CommentedJira:
    """One site with one issue, OPS-11, whose workflow has a transition that ends it."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    category: str = "indeterminate"

    def __call__(self, request: ReceivedRequest) -> Reply:
        path = request.path.removeprefix("/rest/api/3/issue/OPS-11")
        if path == "":
            return Reply({"key": "OPS-11", "fields": {"status": {"statusCategory": {"key": self.category}}}})
        if path == "/transitions" and request.method == "POST":
            assert json.loads(request.body) == {"transition": {"id": "31"}}
            self.category = "done"
            return Reply(status=204, raw=b"")
        if path == "/transitions":
            return Reply(
                {
                    "transitions": [
                        {"id": "21", "to": {"statusCategory": {"key": "indeterminate"}}},
                        {"id": "31", "to": {"statusCategory": {"key": "done"}}},
                    ]
                }
            )
        if path == "/comment" and request.method == "POST":
            self.comments.append({"id": str(len(self.comments) + 1), **json.loads(request.body)})
            return Reply(self.comments[-1], 201)
        if path == "/comment":
            start = int(request.query["startAt"])
            return Reply({"comments": self.comments[start : start + int(request.query["maxResults"])]})
        if edited := re.fullmatch(r"/comment/(\d+)", path):
            self.comments[int(edited[1]) - 1].update(json.loads(request.body))
            return Reply(self.comments[int(edited[1]) - 1])
        return Reply({"errorMessages": ["Issue does not exist"]}, 404)

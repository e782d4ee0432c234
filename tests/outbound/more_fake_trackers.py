"""GitLab, Linear, Asana, ServiceNow and Azure DevOps on loopback, as far as tickets need them."""

import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.support.fake_tool import ReceivedRequest, Reply

GONE = Reply({"message": "not found"}, 404)


@dataclass
class FakeTracker:
    """A tracker with a list of issues; each tool says how one is made, found and closed."""

    issues: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: ReceivedRequest) -> Reply:
        with self.lock:
            return self.answer(request)

    def answer(self, request: ReceivedRequest) -> Reply:
        """The answer to one request."""
        raise NotImplementedError

    def find(self, name: str, value: Any) -> dict[str, Any] | None:
        """The issue with a value in a field."""
        return next((issue for issue in self.issues if str(issue[name]) == str(value)), None)


class FakeGitLab(FakeTracker):
    """One project's issues, found by label."""

    def answer(self, request: ReceivedRequest) -> Reply:
        if request.headers.get("private-token") != "planted-token":
            return Reply({"message": "401 Unauthorized"}, 401)
        match = re.fullmatch(r"/api/v4/projects/([^/]+)/issues(?:/(\d+))?", request.path)
        if match is None or unquote(match[1]) != "acme/shop":
            return GONE
        if request.method == "POST":
            sent = json.loads(request.body)
            labels = sent["labels"].split(",")
            number = len(self.issues) + 1
            url = f"https://gitlab.example/acme/shop/-/issues/{number}"
            self.issues.append({**sent, "labels": labels, "iid": number, "state": "opened", "web_url": url})
            return Reply(self.issues[-1], 201)
        if match[2]:
            issue = self.find("iid", match[2])
            if issue and request.method == "PUT":
                issue.update(json.loads(request.body))
            return Reply(issue) if issue else GONE
        return Reply([issue for issue in self.issues if request.query["labels"] in issue["labels"]])

    def close(self) -> None:
        """All issues are done."""
        for issue in self.issues:
            issue["state"] = "closed"


class FakeLinear(FakeTracker):
    """One workspace with the team WEB; clients choose the ids of issues."""

    def answer(self, request: ReceivedRequest) -> Reply:
        if request.headers.get("authorization") != "planted-token":
            return Reply({"errors": [{"message": "Authentication required"}]}, 401)
        sent = json.loads(request.body)
        variables = sent["variables"]
        if "teams(" in sent["query"]:
            nodes = [{"id": "team-1"}] if variables["key"] == "WEB" else []
            return Reply({"data": {"teams": {"nodes": nodes}}})
        if "issueCreate" in sent["query"]:
            entered = variables["input"]
            if self.find("id", entered["id"]):
                return Reply({"errors": [{"message": "an issue with this id exists"}], "data": None})
            issue = {**entered, "url": "https://linear.example/WEB-1", "state": {"type": "unstarted"}}
            self.issues.append(issue)
            return Reply({"data": {"issueCreate": {"success": True, "issue": issue}}})
        existing = self.find("id", variables["id"])
        return Reply({"data": {"issues": {"nodes": [existing] if existing else []}}})

    def close(self) -> None:
        """All issues are done."""
        for issue in self.issues:
            issue["state"] = {"type": "completed"}


class FakeAsana(FakeTracker):
    """One project's tasks, two to a page."""

    def answer(self, request: ReceivedRequest) -> Reply:
        if request.headers.get("authorization") != "Bearer planted-token":
            return Reply({"errors": [{"message": "Not Authorized"}]}, 401)
        gid = request.path.removeprefix("/api/1.0/tasks").strip("/")
        if request.method == "POST":
            gid = str(len(self.issues) + 12001)
            task = {"gid": gid, "completed": False, "permalink_url": f"https://asana.example/0/1/{gid}"}
            self.issues.append({**task, **json.loads(request.body)["data"]})
            return Reply({"data": self.issues[-1]}, 201)
        if gid:
            existing = self.find("gid", gid)
            return Reply({"data": existing}) if existing else GONE
        start = int(request.query.get("offset", 0))
        following = {"offset": str(start + 2)} if start + 2 < len(self.issues) else None
        return Reply({"data": self.issues[start : start + 2], "next_page": following})

    def close(self) -> None:
        """All tasks are done."""
        for task in self.issues:
            task["completed"] = True


class FakeServiceNow(FakeTracker):
    """One instance's incidents, found by what they are correlated with."""

    def answer(self, request: ReceivedRequest) -> Reply:
        sys_id = request.path.removeprefix("/api/now/table/incident").strip("/")
        if request.method == "POST":
            number = len(self.issues) + 1
            record = {"sys_id": f"{number:032x}", "number": f"INC{number:07}", "state": "1"}
            self.issues.append({**record, **json.loads(request.body)})
            return Reply({"result": self.issues[-1]}, 201)
        if sys_id:
            existing = self.find("sys_id", sys_id)
            return Reply({"result": existing}) if existing else GONE
        query = request.query["sysparm_query"].partition("^")[0].removeprefix("correlation_id=")
        return Reply({"result": [record for record in self.issues if record["correlation_id"] == query]})

    def close(self) -> None:
        """All incidents are done."""
        for record in self.issues:
            record["state"] = "6"


class FakeAzureDevOps(FakeTracker):
    """One project's work items, found by tag."""

    def answer(self, request: ReceivedRequest) -> Reply:
        rest = unquote(request.path).removeprefix("/acme/").removeprefix("shop/").removeprefix("_apis/wit/")
        if rest.startswith("workitems/$"):
            assert request.headers["content-type"] == "application/json-patch+json"
            fields = {
                entry["path"].removeprefix("/fields/"): entry["value"] for entry in json.loads(request.body)
            }
            fields |= {"System.State": "New", "System.TeamProject": "shop", "System.WorkItemType": rest[11:]}
            self.issues.append({"id": len(self.issues) + 297, "fields": fields})
            return Reply(self.issues[-1])
        if rest == "wiql":
            tag = re.findall(r"CONTAINS '([^']+)'", json.loads(request.body)["query"])[0]
            tagged = [item["id"] for item in self.issues if tag in item["fields"]["System.Tags"].split("; ")]
            return Reply({"workItems": [{"id": number} for number in tagged]})
        item = self.find("id", rest.removeprefix("workitems/"))
        return Reply(item) if item else GONE

    def close(self) -> None:
        """All work items are done."""
        for item in self.issues:
            item["fields"]["System.State"] = "Closed"

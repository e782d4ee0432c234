"""Forgejo, Redmine, YouTrack and Zammad on loopback, as far as tickets need them."""

import json
import re
from typing import Any
from urllib.parse import unquote

from tests.outbound.more_fake_trackers import GONE, FakeTracker
from tests.support.fake_tool import ReceivedRequest, Reply

REFUSED = Reply({"message": "not signed in"}, 401)


class FakeForgejo(FakeTracker):
    """One repository's issues, two to a page."""

    def answer(self, request: ReceivedRequest) -> Reply:
        if request.headers.get("authorization") != "token planted-token":
            return REFUSED
        match = re.fullmatch(r"/api/v1/repos/acme/shop/issues(?:/(\d+))?", unquote(request.path))
        if match is None:
            return GONE
        if request.method == "POST":
            number = len(self.issues) + 1
            url = f"https://git.example/acme/shop/issues/{number}"
            self.issues.append(
                {**json.loads(request.body), "number": number, "state": "open", "html_url": url}
            )
            return Reply(self.issues[-1], 201)
        if match[1]:
            issue = self.find("number", match[1])
            return Reply(issue) if issue else GONE
        start = (int(request.query["page"]) - 1) * 2
        return Reply(list(reversed(self.issues))[start : start + 2])

    def close(self) -> None:
        """All issues are done."""
        for issue in self.issues:
            issue["state"] = "closed"


class FakeRedmine(FakeTracker):
    """One project's issues."""

    def answer(self, request: ReceivedRequest) -> Reply:
        if request.headers.get("x-redmine-api-key") != "planted-token":
            return REFUSED
        if request.method == "POST":
            issue = json.loads(request.body)["issue"]
            assert issue["project_id"] == "shop"
            state: dict[str, Any] = {"status": {"name": "New", "is_closed": False}, "closed_on": None}
            self.issues.append({**issue, **state, "id": len(self.issues) + 1})
            return Reply({"issue": self.issues[-1]}, 201)
        if match := re.fullmatch(r"/issues/(\d+)\.json", request.path):
            issue = self.find("id", match[1])
            return Reply({"issue": issue}) if issue else GONE
        assert request.query["project_id"] == "shop"
        start = int(request.query["offset"])
        return Reply({"issues": self.issues[start : start + 100], "total_count": len(self.issues)})

    def close(self) -> None:
        """All issues are done."""
        for issue in self.issues:
            issue["status"] = {"name": "Done", "is_closed": True}


class FakeYouTrack(FakeTracker):
    """One project's issues."""

    def answer(self, request: ReceivedRequest) -> Reply:
        if request.headers.get("authorization") != "Bearer planted-token":
            return REFUSED
        if request.path == "/api/admin/projects/SHOP":
            return Reply({"id": "0-7"})
        if request.method == "POST":
            issue = json.loads(request.body)
            assert issue["project"] == {"id": "0-7"}
            self.issues.append({**issue, "idReadable": f"SHOP-{len(self.issues) + 1}", "resolved": None})
            return Reply(self.issues[-1])
        if number := request.path.removeprefix("/api/issues").strip("/"):
            issue = self.find("idReadable", number)
            return Reply(issue) if issue else GONE
        start = int(request.query["$skip"])
        return Reply(self.issues[start : start + 100])

    def close(self) -> None:
        """All issues are done."""
        for issue in self.issues:
            issue["resolved"] = 1772438400000


class FakeZammad(FakeTracker):
    """One group's tickets, found by a condition."""

    def answer(self, request: ReceivedRequest) -> Reply:
        if request.headers.get("authorization") != "Token token=planted-token":
            return REFUSED
        if request.path == "/api/v1/tickets/search":
            condition = json.loads(request.body)["condition"]["ticket.note"]
            return Reply([ticket for ticket in self.issues if condition["value"] in ticket["note"]])
        if request.method == "POST":
            ticket = json.loads(request.body)
            assert (ticket["group"], ticket["customer"]) == ("Users", "ops@acme.example")
            self.issues.append({**ticket, "id": len(self.issues) + 1, "state": "new"})
            return Reply(self.issues[-1], 201)
        ticket = self.find("id", request.path.removeprefix("/api/v1/tickets/"))
        return Reply(ticket) if ticket else GONE

    def close(self) -> None:
        """All tickets are done."""
        for ticket in self.issues:
            ticket["state"] = "closed"

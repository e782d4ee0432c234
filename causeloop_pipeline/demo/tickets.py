"""The tickets that are opened in the demo's GitHub and Jira, kept in a file, as their APIs show them."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from causeloop_pipeline.demo.exchange import BadRequestError, VendorRequest, VendorResponse, format_utc

GITHUB_ISSUES = re.compile(r"/repos/([^/]+/[^/]+)/issues(?:/(\d+))?")
JIRA_ISSUES = re.compile(r"/rest/api/3/issue(?:/([A-Z]+-\d+))?")
JIRA_SEARCH = "/rest/api/3/search/jql"
LABEL = re.compile(r'labels = "([^"]+)"')
FIRST_NUMBER = 9001
"""Higher than the numbers of the demo's own failures."""
JIRA = "jira"
JIRA_STATUSES = {"open": ("To Do", "new"), "closed": ("Done", "done")}

Ticket = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where tickets are opened: a repository, or the one Jira of a workspace."""

    workspace: str
    name: str


@dataclass
class TicketBook:
    """All tickets of all accounts, by the place that they were opened in; `path`: where they are kept."""

    path: Path | None = None
    tickets: dict[Place, list[Ticket]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def load(cls, path: Path) -> "TicketBook":
        """The tickets of an earlier start."""
        stored = json.loads(path.read_text()) if path.exists() else []
        return cls(path, {Place(entry["workspace"], entry["name"]): entry["tickets"] for entry in stored})

    def answer(self, workspace: str, request: VendorRequest) -> VendorResponse | None:
        """The response to a request about tickets; None if it is not about tickets."""
        if match := GITHUB_ISSUES.fullmatch(request.path):
            return self._answer_github(Place(workspace, match[1]), match[2], request)
        if request.path == JIRA_SEARCH and (label := LABEL.match(request.query.get("jql", ""))):
            matches = [t for t in self.list_in(Place(workspace, JIRA)) if label[1] in t["fields"]["labels"]]
            return VendorResponse({"issues": matches})
        if match := JIRA_ISSUES.fullmatch(request.path):
            return self._answer_jira(Place(workspace, JIRA), match[1], request)
        return None

    def list_in(self, place: Place) -> list[Ticket]:
        """The tickets of a place, oldest first."""
        with self.lock:
            return list(self.tickets.get(place, ()))

    def list_all(self) -> list[tuple[Place, Ticket]]:
        """Every ticket with its place, newest first."""
        with self.lock:
            listed = [(place, ticket) for place, tickets in self.tickets.items() for ticket in tickets]
        return sorted(listed, key=lambda entry: -read_number(entry[1]))

    def set_state(self, number: int, state: str) -> bool:
        """Close a ticket, or open it again; False: there is no such one."""
        for place, ticket in self.list_all():
            if read_number(ticket) == number:
                self._change(ticket, {"state": state} if place.name != JIRA else _write_status(state))
                return True
        return False

    def _answer_github(
        self, place: Place, number: str | None, request: VendorRequest
    ) -> VendorResponse | None:
        if request.method == "POST" and number is None:
            return VendorResponse(self._open(place, lambda n: _open_github(n, place.name, request)), 201)
        if number is not None:
            response = _find_or_404(self.list_in(place), "number", int(number))
            if request.method == "PATCH" and response.status == 200:
                self._change(response.body, _read_edit(request))
            return response
        if request.query.get("sort") != "created":
            return None
        newest = self.list_in(place)[::-1] if request.number("page", 1) == 1 else []
        return VendorResponse(newest)

    def _answer_jira(self, place: Place, key: str | None, request: VendorRequest) -> VendorResponse | None:
        if request.method == "POST" and key is None:
            return VendorResponse(self._open(place, lambda n: _open_jira(n, request)), 201)
        return _find_or_404(self.list_in(place), "key", key)

    def _open(self, place: Place, make: Callable[[int], Ticket]) -> Ticket:
        with self.lock:
            number = FIRST_NUMBER + sum(map(len, self.tickets.values()))
            self.tickets.setdefault(place, []).append(ticket := make(number))
            self._store()
            return ticket

    def _change(self, ticket: Ticket, changed: dict[str, Any]) -> None:
        with self.lock:
            ticket.update(
                {**changed, "fields": {**ticket["fields"], **changed["fields"]}}
                if "fields" in changed
                else changed
            )
            self._store()

    def _store(self) -> None:
        if self.path is None:
            return
        entries = [
            {"workspace": place.workspace, "name": place.name, "tickets": tickets}
            for place, tickets in self.tickets.items()
        ]
        draft = self.path.with_name(f"{self.path.name}.new")
        draft.write_text(json.dumps(entries))
        draft.replace(self.path)


def read_number(ticket: Ticket) -> int:
    """The number of a ticket, which no other of the demo has."""
    return int(ticket.get("number") or ticket["key"].rpartition("-")[2])


def _find_or_404(tickets: list[Ticket], name: str, value: Any) -> VendorResponse:
    ticket = next((ticket for ticket in tickets if ticket[name] == value), None)
    return VendorResponse(ticket) if ticket else VendorResponse({"message": "Not Found"}, 404)


def _read_edit(request: VendorRequest) -> dict[str, Any]:
    document = json.loads(request.body)
    if document.get("state", "open") not in JIRA_STATUSES:
        raise BadRequestError("state is open or closed")
    return {name: document[name] for name in ("title", "body", "state", "state_reason") if name in document}


def _open_github(number: int, repository: str, request: VendorRequest) -> Ticket:
    document = json.loads(request.body)
    return {
        "number": number,
        "title": document["title"],
        "body": document.get("body"),
        "state": "open",
        "created_at": format_utc(request.now),
        "html_url": f"{request.origin}/{repository}/issues/{number}",
    }


def _open_jira(number: int, request: VendorRequest) -> Ticket:
    fields = json.loads(request.body)["fields"]
    opened = {**fields, **_write_status("open")["fields"]}
    return {"key": f"{fields['project']['key']}-{number}", "fields": opened}


def _write_status(state: str) -> dict[str, Any]:
    name, category = JIRA_STATUSES[state]
    resolution = {"name": "Done"} if state == "closed" else None
    return {
        "fields": {"status": {"name": name, "statusCategory": {"key": category}}, "resolution": resolution}
    }

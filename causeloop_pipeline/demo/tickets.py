"""The tickets that are opened in the demo's GitHub and Jira: kept in memory, as their APIs show them."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from causeloop_pipeline.demo.exchange import VendorRequest, VendorResponse, format_utc

GITHUB_ISSUES = re.compile(r"/repos/([^/]+/[^/]+)/issues(?:/(\d+))?")
JIRA_ISSUES = re.compile(r"/rest/api/3/issue(?:/([A-Z]+-\d+))?")
JIRA_SEARCH = "/rest/api/3/search/jql"
LABEL = re.compile(r'labels = "([^"]+)"')
FIRST_NUMBER = 9001
"""Higher than the numbers of the demo's own failures."""

Ticket = dict[str, Any]


@dataclass
class TicketBook:
    """All tickets of all accounts, by the place that they were opened in."""

    tickets: dict[tuple[str, str], list[Ticket]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, workspace: str, request: VendorRequest) -> VendorResponse | None:
        """The response to a request about tickets; None if it is not about tickets."""
        if match := GITHUB_ISSUES.fullmatch(request.path):
            return self._answer_github((workspace, match[1]), match[2], request)
        if request.path == JIRA_SEARCH and (label := LABEL.match(request.query.get("jql", ""))):
            matches = [t for t in self._list((workspace, "jira")) if label[1] in t["fields"]["labels"]]
            return VendorResponse({"issues": matches})
        if match := JIRA_ISSUES.fullmatch(request.path):
            return self._answer_jira((workspace, "jira"), match[1], request)
        return None

    def _answer_github(
        self, place: tuple[str, str], number: str | None, request: VendorRequest
    ) -> VendorResponse | None:
        if request.method == "POST" and number is None:
            return VendorResponse(self._open(place, lambda n: _answer_github(n, place[1], request)), 201)
        if number is not None:
            return _find_or_404(self._list(place), "number", int(number))
        if request.query.get("sort") != "created":
            return None
        newest = self._list(place)[::-1] if request.number("page", 1) == 1 else []
        return VendorResponse(newest)

    def _answer_jira(
        self, place: tuple[str, str], key: str | None, request: VendorRequest
    ) -> VendorResponse | None:
        if request.method == "POST" and key is None:
            return VendorResponse(self._open(place, lambda n: _answer_jira(n, request)), 201)
        return _find_or_404(self._list(place), "key", key)

    def _list(self, place: tuple[str, str]) -> list[Ticket]:
        with self.lock:
            return list(self.tickets.get(place, ()))

    def _open(self, place: tuple[str, str], make: Callable[[int], Ticket]) -> Ticket:
        with self.lock:
            opened = self.tickets.setdefault(place, [])
            opened.append(ticket := make(FIRST_NUMBER + len(opened)))
            return ticket


def _find_or_404(tickets: list[Ticket], name: str, value: Any) -> VendorResponse:
    ticket = next((ticket for ticket in tickets if ticket[name] == value), None)
    return VendorResponse(ticket) if ticket else VendorResponse({"message": "Not Found"}, 404)


def _answer_github(number: int, repository: str, request: VendorRequest) -> Ticket:
    document = json.loads(request.body)
    return {
        "number": number,
        "title": document["title"],
        "body": document.get("body"),
        "state": "open",
        "created_at": format_utc(request.now),
        "html_url": f"{request.origin}/{repository}/issues/{number}",
    }


def _answer_jira(number: int, request: VendorRequest) -> Ticket:
    fields = json.loads(request.body)["fields"]
    status = {"name": "To Do", "statusCategory": {"key": "new"}}
    return {"key": f"{fields['project']['key']}-{number}", "fields": {**fields, "status": status}}

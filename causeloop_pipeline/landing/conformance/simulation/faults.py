"""What can go wrong at a tool: each fault bends the answers to some list requests."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.pulls import open_entries
from causeloop_pipeline.connectors.spec import Connector, LinkPages, NextUrlPages, Pull, TokenPages
from causeloop_pipeline.landing.conformance.simulation.json_edit import nest, set_at
from causeloop_pipeline.landing.conformance.simulation.loopback import Answer, ToolRequest
from causeloop_pipeline.landing.conformance.simulation.simulator import Fault, read_credentials

FOREIGN = "https://elsewhere.example/next"
Bend = Callable[[ToolRequest, Answer], Answer]


def bend_one(number: int, bend: Bend) -> Fault:
    """The answer to one request is bent, once."""
    return lambda request, answer, count: bend(request, answer) if count == number else answer


def bend_from(number: int, bend: Bend) -> Fault:
    """The answers from one request on are bent."""
    return lambda request, answer, count: bend(request, answer) if count >= number else answer


class Expires:
    """The first credentials that are seen are refused from the next request on, as after an hour."""

    def __init__(self) -> None:
        self._first: str | None = None

    def __call__(self, request: ToolRequest, answer: Answer, count: int) -> Answer:
        """401 where the credentials of the request have expired."""
        sent = read_credentials(request)
        if self._first is None:
            self._first = sent
        is_over = count >= 1 and _find_token(sent) == _find_token(self._first)
        return Answer({"error": "planted"}, 401) if is_over else answer


def _find_token(text: str) -> str:
    """The fetched token in the credentials; the same text for all others."""
    match = re.search(r"minted-\d+", text)
    return match[0] if match else "credentials that stay"


def stall(until: threading.Event) -> Bend:
    """The tool stops in the middle of its answer."""
    return lambda _request, answer: replace(answer, stall=until)


def answer_status(code: int, **headers: str) -> Bend:
    """An answer of this status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _request, _answer: Answer({"error": "planted"}, code, named)


def cut(_request: ToolRequest, answer: Answer) -> Answer:
    """The connection ends in the middle of the body."""
    return replace(answer, cut=True)


def truncate(_request: ToolRequest, answer: Answer) -> Answer:
    """A complete answer that is half a JSON document."""
    return replace(answer, raw=answer.content[: len(answer.content) // 2])


def list_refusals(connector: Connector) -> dict[str, Bend]:
    """Refusals over the rate limit, one for each way to say how long to wait."""
    now = datetime.now(UTC)
    reset = connector.rate_limit.reset
    styles = {
        "seconds": {"Retry-After": "0"},
        "a date": {"Retry-After": format_datetime(now, usegmt=True)},
        "reset in seconds": {reset: "0"},
        "reset as epoch seconds": {reset: str(int(now.timestamp()))},
        "reset as epoch milliseconds": {reset: str(int(now.timestamp() * 1000))},
        "nothing": {},
    }
    return {name: _refuse(headers) for name, headers in styles.items()}


def _refuse(headers: dict[str, str]) -> Bend:
    return lambda _request, _answer: Answer({}, 429, headers)


def empty_pages(pull: Pull) -> Bend:
    """A page without records that still has a next page."""

    def bend(_request: ToolRequest, answer: Answer) -> Answer:
        document = set_at(answer.document, pull.records, []) if pull.records else []
        return replace(answer, document=document)

    return bend


def lead_elsewhere(pull: Pull) -> Bend | None:
    """The next page is on another host; None for lists whose pages are not links."""
    if isinstance(pull.pages, LinkPages):
        return lambda _request, answer: replace(answer, headers={"Link": f'<{FOREIGN}>; rel="next"'})
    if isinstance(pull.pages, NextUrlPages):
        path = pull.pages.url
        return lambda _request, answer: replace(answer, document=set_at(answer.document, path, FOREIGN))
    return None


class Repeats:
    """The previous page is sent again, once or forever, whatever is requested of the same list."""

    def __init__(self, *, forever: bool) -> None:
        self._forever, self._is_done = forever, False
        self._first: Answer | None = None

    def __call__(self, _request: ToolRequest, answer: Answer, _count: int) -> Answer:
        """The first answer instead of this one, from the second request on."""
        if self._first is None:
            self._first = answer
            return answer
        if self._is_done or answer.list_name != self._first.list_name:
            return answer
        self._is_done = not self._forever
        return self._first


def drift_raw(pull: Pull, change: Callable[[list[Any]], list[Any]]) -> Fault:
    """As `drift`, written so that even half characters pass."""

    def bend(request: ToolRequest, answer: Answer, count: int) -> Answer:
        changed = drift(pull, change)(request, answer, count)
        return replace(changed, raw=json.dumps(changed.document).encode())

    return bend


def drift(pull: Pull, change: Callable[[list[Any]], list[Any]]) -> Fault:
    """The records of every page are changed, as after a new version of the tool."""

    def bend(_request: ToolRequest, answer: Answer, _count: int) -> Answer:
        items = find_value(answer.document, pull.records)
        if not isinstance(items, list):
            return answer
        changed = nest(change(open_entries(items, pull.within)), pull.within)
        return replace(
            answer, document=set_at(answer.document, pull.records, changed) if pull.records else changed
        )

    return bend


def is_by_count(pull: Pull) -> bool:
    """Whether an empty page is the end of the list by the tool's own rules."""
    pages = pull.pages
    if isinstance(pages, TokenPages | NextUrlPages):
        return False
    return not (isinstance(pages, LinkPages) and not pages.ends_on_empty)

"""The pages of the demo's trackers: the tickets that were opened, each with a button that closes it."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from causeloop_pipeline.demo.exchange import VendorRequest, VendorResponse
from causeloop_pipeline.demo.pages import write_page
from causeloop_pipeline.demo.tickets import JIRA, Place, Ticket, TicketBook, read_number

LIST = "/tickets"
PAGES = re.compile(r"/[^/]+/[^/]+/issues/(\d+)|/browse/[A-Z]+-(\d+)|/tickets/(\d+)")
HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)
STATES = {"closed": "Close this ticket", "open": "Open it again"}


def answer_page(book: TicketBook, request: VendorRequest) -> VendorResponse | None:
    """The page of all tickets or of one, or what its button does; None: the address is of neither."""
    if request.path == LIST and request.method == "GET":
        return write_page("Tickets of the demo", _write_list(book))
    match = PAGES.fullmatch(request.path)
    if match is None:
        return None
    number = int(next(filter(None, match.groups())))
    if request.method == "POST":
        return _press_button(book, number, request)
    ticket = next((entry for entry in book.list_all() if read_number(entry[1]) == number), None)
    if ticket is None:
        return write_page("There is no such ticket", f'<p><a href="{LIST}">All tickets</a></p>', 404)
    return write_page(_read(ticket[1], "title", "summary"), "".join(_write_ticket(*ticket)))


def _press_button(book: TicketBook, number: int, request: VendorRequest) -> VendorResponse:
    """Close the ticket or open it again; another site's form is refused."""
    state = dict(parse_qsl(request.body.decode(errors="replace"))).get("state", "")
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin" or state not in STATES:
        return write_page("This was refused", "<p>Press the button on the page of the ticket.</p>", 400)
    if not book.set_state(number, state):
        return write_page("There is no such ticket", f'<p><a href="{LIST}">All tickets</a></p>', 404)
    return VendorResponse("", 303, {"location": f"{LIST}/{number}"}, "text/html; charset=utf-8")


def _write_list(book: TicketBook) -> str:
    rows = [
        f'<li><a href="{LIST}/{read_number(ticket)}">{escape(_read(ticket, "title", "summary"))}</a> '
        f"({escape(_name_place(place))}, {_read_state(ticket)})</li>"
        for place, ticket in book.list_all()
    ]
    none = "<p>None was opened yet: open one on the page of a recommendation.</p>"
    return f"<ul>{''.join(rows)}</ul>" if rows else none


def _write_ticket(place: Place, ticket: Ticket) -> Iterator[str]:
    state = _read_state(ticket)
    other = "closed" if state == "open" else "open"
    yield f'<p>{escape(_name_place(place))} #{read_number(ticket)}: <span class="state">{state}</span></p>'
    yield f"<pre>{escape(_read_text(ticket))}</pre>"
    yield f'<form method="post" action="{LIST}/{read_number(ticket)}">'
    yield f'<button name="state" value="{other}">{STATES[other]}</button></form>'
    yield (
        "<p>Causeloop looks at a new ticket every minute: once it is closed, the fix is claimed, and the "
        "proof begins.</p>"
    )
    yield f'<p><a href="{LIST}">All tickets</a></p>'


def _name_place(place: Place) -> str:
    return f"Jira of {place.workspace}" if place.name == JIRA else place.name


def _read(ticket: Ticket, of_github: str, of_jira: str) -> str:
    return str(ticket[of_github] if of_github in ticket else ticket["fields"][of_jira])


def _read_state(ticket: Ticket) -> str:
    if "state" in ticket:
        return str(ticket["state"])
    return "closed" if ticket["fields"]["status"]["statusCategory"]["key"] == "done" else "open"


def _read_text(ticket: Ticket) -> str:
    if "body" in ticket:
        return HIDDEN.sub("", ticket["body"] or "").strip()
    return "\n\n".join(_list_texts(ticket["fields"].get("description") or {}))


def _list_texts(node: Mapping[str, Any]) -> Iterator[str]:
    """The texts of one of Jira's documents, in order."""
    if "text" in node:
        yield str(node["text"])
    for child in node.get("content", ()):
        yield from _list_texts(child)

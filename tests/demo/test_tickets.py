"""The demo's GitHub and Jira take tickets from the real trackers over HTTP, and show them as they are."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.demo.accounts import list_accounts
from causeloop_pipeline.demo.exchange import VendorRequest
from causeloop_pipeline.demo.server import DemoTools, make_server
from causeloop_pipeline.demo.tickets import FIRST_NUMBER, Place, TicketBook
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.outbound.tickets import Draft, open_ticket
from causeloop_pipeline.outbound.trackers import make_tracker
from tests.demo.story_issues import EPOCH

DRAFT = Draft(
    UUID(int=7), datetime.now(UTC), "Raise the pool", "It runs out.", ("Raise it",), "2 fewer", "http://x/"
)


@pytest.fixture(scope="module")
def demo_url() -> Iterator[str]:
    """The address of the demo's tools."""
    server = make_server(DemoTools(EPOCH, rate_limit_every=0), 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("tool", ["github", "jira"])
def test_a_ticket_is_opened_once_and_can_be_read(demo_url: str, tool: str) -> None:
    account = next(account for account in list_accounts(demo_url) if account.tool == tool)
    egress = EgressPolicy.parse(demo_url.removeprefix("http://"))
    tracker = make_tracker(CONNECTORS[tool], account.config, account.credentials, egress)

    opened = open_ticket(tracker, DRAFT)

    assert open_ticket(tracker, DRAFT) == opened
    assert tracker.read(opened.external_id) == opened
    assert not opened.is_done


@pytest.mark.parametrize("tool", ["github", "jira"])
def test_a_ticket_is_closed_and_opened_again_on_its_own_page(demo_url: str, tool: str) -> None:
    account = next(account for account in list_accounts(demo_url) if account.tool == tool)
    egress = EgressPolicy.parse(demo_url.removeprefix("http://"))
    tracker = make_tracker(CONNECTORS[tool], account.config, account.credentials, egress)
    opened = open_ticket(tracker, replace(DRAFT, recommendation_id=uuid4()))
    assert opened.url

    page = httpx2.get(opened.url)
    (action,) = re.findall(r'action="([^"]+)"', page.text)
    states = []
    for state in ("closed", "open"):
        pressed = httpx2.post(f"{demo_url}{action}", data={"state": state}, follow_redirects=True)
        states.append((pressed.status_code, tracker.read(opened.external_id).is_done))

    assert "Raise the pool" in page.text
    assert "It runs out." in page.text
    assert states == [(200, True), (200, False)]
    assert action in httpx2.get(f"{demo_url}/tickets").text


def test_what_a_ticket_says_cannot_script_its_page(demo_url: str) -> None:
    account = next(account for account in list_accounts(demo_url) if account.tool == "github")
    headers = {"authorization": f"Bearer {account.token}"}
    document = {"title": "<script>x</script>", "body": "<script>y</script>"}
    opened = httpx2.post(f"{demo_url}/repos/acme/shop/issues", json=document, headers=headers).json()

    assert "<script>" not in httpx2.get(opened["html_url"]).text


def test_another_site_closes_no_ticket(demo_url: str) -> None:
    refused = httpx2.post(
        f"{demo_url}/tickets/9001", data={"state": "closed"}, headers={"sec-fetch-site": "cross-site"}
    )

    assert refused.status_code == 400


def test_tickets_outlive_the_server(tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    request = VendorRequest(
        "/repos/acme/shop/issues",
        {},
        {},
        "http://demo",
        datetime.now(UTC),
        method="POST",
        body=b'{"title": "x"}',
    )
    book = TicketBook.load(path)
    book.answer("payments", request)
    book.set_state(FIRST_NUMBER, "closed")

    (stored,) = TicketBook.load(path).list_in(Place("payments", "acme/shop"))
    assert (stored["title"], stored["state"]) == ("x", "closed")


def test_whoever_has_no_token_opens_no_ticket(demo_url: str) -> None:
    answer = httpx2.post(f"{demo_url}/repos/acme/shop/issues", json={"title": "x"})

    assert answer.status_code == 404


def test_a_body_that_is_not_a_ticket_is_refused(demo_url: str) -> None:
    account = next(account for account in list_accounts(demo_url) if account.tool == "github")
    headers = {"authorization": f"Bearer {account.token}"}

    answer = httpx2.post(f"{demo_url}/repos/acme/shop/issues", content=b"[", headers=headers)

    assert answer.status_code == 400

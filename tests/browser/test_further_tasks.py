"""Ten tasks of its users, with a mouse, by keys alone and on a phone; prints the presses and the seconds."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import Page, ViewportSize, expect

from causeloop_pipeline.storage.database.session import Database
from tests.api.sample import Sample
from tests.browser.conftest import show
from tests.browser.hands import Hands, Keyboard, Mouse

Task = Callable[[Page, Hands], None]

PHONE: ViewportSize = {"width": 360, "height": 740}


class Phone(Mouse):
    """Taps, on a screen as narrow as a phone's."""

    name = "phone"

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        page.set_viewport_size(PHONE)


def open_more(page: Page, hands: Hands, name: str) -> None:
    """Go to a screen under “More”."""
    hands.press(page.locator(".more-tabs summary"))
    hands.press(page.locator(".more-tabs").get_by_role("link", name=name))


def open_first_pattern(page: Page, hands: Hands) -> None:
    """Go to the riskiest pattern."""
    hands.press(page.get_by_role("link", name="Patterns", exact=True))
    hands.press(page.get_by_role("region", name="Patterns").locator("td.wide a").first)
    expect(page.get_by_role("heading", name="When does it come back?")).to_be_visible()


def see_what_becomes_of_a_file_of_ones_own(page: Page, hands: Hands) -> None:
    """A first owner: upload an export, see what is understood, import it."""
    file = Path(tempfile.gettempdir(), f"{uuid4().hex[:8]} tickets.csv")
    file.write_text("id,title,created_at\n1,Disk full,2026-09-01T08:00\n2,Disk full,2026-09-08T08:00\n")
    try:
        open_more(page, hands, "Connectors")
        hands.press(page.get_by_role("link", name="Upload a file"))
        page.get_by_label("Choose a file").set_input_files(file)
        hands.press(page.get_by_role("button", name="Import 2 issues"))
        expect(page.get_by_text("2 issues came by this file.")).to_be_visible()
    finally:
        file.unlink()


def set_a_webhook_up_and_see_it_arrive(page: Page, hands: Hands) -> None:
    """Pick a tool that pushes, take its address and secret, and see the first delivery."""
    open_more(page, hands, "Connectors")
    hands.press(page.get_by_role("link", name="Connect a tool"))
    hands.write(page.get_by_label("Search"), "uptime kuma")
    hands.press(page.get_by_role("link", name="Uptime Kuma"))
    hands.write(page.get_by_label("Name", exact=True), f"Uptime of the {hands.name}")
    receive = page.get_by_role("button", name="Receive its webhook")
    hands.press(receive.or_(page.get_by_role("button", name="Store", exact=True)).first)
    expect(page.get_by_text("Waiting for the first delivery")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('hashchange'))")  # drawn again, as after any event of the server
    codes = page.locator("details code.wrapped")
    address, secret = codes.nth(0).inner_text(), codes.nth(1).inner_text()
    beat = {"monitorID": 1, "status": 0, "time": "2026-11-29 18:29:41.000", "msg": f"timeout {hands.name}"}
    body = {"heartbeat": beat, "monitor": {"id": 1, "name": "Checkout"}, "msg": "[Checkout] Down timeout"}
    own = page.url.partition("/#")[0]
    delivered = httpx2.post(
        f"{own}{address[address.index('/v1/') :]}", json=body, headers={"x-causeloop-token": secret}
    )
    assert delivered.status_code == 202, delivered.text
    expect(page.get_by_text("1 accepted")).to_have_count(1)


def find_at_three_in_the_morning_what_ended_it_last_time(page: Page, hands: Hands) -> None:
    """From an issue to how its pattern ended before, without a chart in between."""
    open_first_pattern(page, hands)
    hands.press(page.get_by_role("region", name="Issues of this pattern").locator("td.wide a").first)
    expect(page.get_by_role("heading", name="What ended it last time")).to_be_visible()
    place = page.get_by_role("heading", name="What ended it last time").bounding_box()
    similar = page.get_by_role("heading", name="Similar issues").bounding_box()
    assert place is not None
    assert similar is not None
    assert place["y"] < similar["y"]


def see_on_monday_what_failed_and_whom_to_tell(page: Page, hands: Hands) -> None:
    """The weekly report, with an owner beside what failed."""
    open_first_pattern(page, hands)
    hands.press(
        page.get_by_role("button", name="Name an owner")
        .or_(page.get_by_role("button", name="Change owner"))
        .first
    )
    dialog = page.get_by_role("dialog")
    hands.write(dialog.get_by_label("Owner"), f"@acme/{hands.name}")
    hands.press(dialog.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text(f"@acme/{hands.name}").first).to_be_visible()
    open_more(page, hands, "Weekly report")
    expect(page.get_by_role("heading", name="What to fix first")).to_be_visible()
    expect(page.get_by_text(f"tell @acme/{hands.name}").first).to_be_visible()


def disagree_and_take_it_back(page: Page, hands: Hands) -> None:
    """Merge another pattern into one, then undo it where it was done."""
    open_first_pattern(page, hands)
    hands.press(page.get_by_role("button", name="Merge", exact=True))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Its name afterwards")).not_to_have_value("")
    hands.press(dialog.get_by_role("checkbox").first)
    hands.press(dialog.get_by_role("button", name="Merge", exact=True))
    expect(page.get_by_text("Merged: the issues move in the next run.")).to_be_visible()
    hands.press(page.locator("#notices").get_by_role("button", name="Undo"))
    expect(page.get_by_text("Taken back: everything stays as it was.")).to_be_visible()


def claim_a_fix_and_see_its_proof(page: Page, hands: Hands) -> None:
    """Set a recommendation to implemented, read what is compared, and undo the claim."""
    hands.press(
        page.locator("nav")
        .get_by_role("link", name="Recommendations")
        .or_(page.locator("nav").get_by_role("link", name="To fix"))
        .first
    )
    hands.press(page.locator("tbody tr td.wide a").first)
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    before = page.get_by_label("Status").input_value()
    wanted = "in progress" if before == "implemented" else "implemented"
    hands.choose(page.get_by_label("Status"), wanted)
    hands.press(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("The status is saved.")).to_be_visible()
    expect(page.get_by_role("heading", name="Proof")).to_be_visible()
    hands.press(page.locator("#notices").get_by_role("button", name="Undo"))
    expect(page.get_by_text("The former status is back.")).to_be_visible()


def read_one_service_over_a_quarter(page: Page, hands: Hands) -> None:
    """From a service to its last 90 days, and its issues in them as a file."""
    open_more(page, hands, "Services")
    hands.press(page.get_by_role("main").get_by_role("link", name="vouchers"))
    expect(page.get_by_role("heading", name="The last 90 days")).to_be_visible()
    with page.expect_download() as saved:
        hands.press(page.get_by_role("button", name="Save as CSV"))
    assert "Voucher" in Path(saved.value.path()).read_text()


def invite_a_viewer(page: Page, hands: Hands) -> None:
    """Invite a person to read, and take the link for them."""
    open_more(page, hands, "Settings")
    hands.press(page.get_by_role("link", name="Members"))
    hands.press(page.get_by_role("button", name="Invite", exact=True))
    dialog = page.get_by_role("dialog")
    hands.write(dialog.get_by_label("E-mail address"), f"{uuid4().hex[:8]}@example.com")
    hands.press(dialog.get_by_role("button", name="Invite", exact=True))
    expect(page.get_by_label("Shown only once")).to_be_visible()
    hands.press(page.get_by_role("button", name="I have stored it"))


def find_why_a_connector_is_broken(page: Page, hands: Hands) -> None:
    """From the bell to the connector that broke, and what it says."""
    hands.press(page.get_by_role("button", name="Notifications"))
    hands.press(page.get_by_role("listitem").filter(has_text="Feed broken").get_by_role("link").first)
    expect(page.get_by_role("main").get_by_text("it answered 401").first).to_be_visible()


def doubt_a_number(page: Page, hands: Hands) -> None:
    """From what a fix prevents to where the number comes from, and to how accurate such numbers were."""
    hands.press(
        page.locator("nav")
        .get_by_role("link", name="Recommendations")
        .or_(page.locator("nav").get_by_role("link", name="To fix"))
        .first
    )
    hands.press(page.locator("tbody tr td.wide a").first)
    expect(page.get_by_role("heading", name="Why", exact=True)).to_be_visible()
    hands.press(page.locator("nav").get_by_role("link", name="Predictions", exact=True))
    expect(page.get_by_role("heading", name="Prediction accuracy")).to_be_visible()


TASKS: list[Task] = [
    see_what_becomes_of_a_file_of_ones_own,
    set_a_webhook_up_and_see_it_arrive,
    find_at_three_in_the_morning_what_ended_it_last_time,
    see_on_monday_what_failed_and_whom_to_tell,
    disagree_and_take_it_back,
    claim_a_fix_and_see_its_proof,
    read_one_service_over_a_quarter,
    invite_a_viewer,
    find_why_a_connector_is_broken,
    doubt_a_number,
]


@pytest.mark.parametrize("kind", [Mouse, Keyboard, Phone])
def test_ten_further_tasks_are_done_from_beginning_to_end(
    page: Page, shop: Sample, database: Database, kind: type[Mouse] | type[Keyboard]
) -> None:
    break_the_feed(database, shop)
    hands = kind(page)
    for number, task in enumerate(TASKS, start=1):
        show(page, "/")
        began, presses = time.perf_counter(), hands.presses
        task(page, hands)
        seconds = time.perf_counter() - began
        count = hands.presses - presses
        print(f"{hands.name:8} {number:2} {task.__name__:52} {count:3} presses {seconds:5.1f} s")


def break_the_feed(database: Database, shop: Sample) -> None:
    """Let a connector of the workspace fail, as after its token was revoked."""
    with database.workspace(shop.workspace_id) as session:
        session.execute(
            "insert into app.sync_run (workspace_id, connector_id, status, error, started_at, finished_at) "
            "values (%s, %s, 'failed', 'it answered 401', now(), now())",
            (shop.workspace_id, shop.ids["connector_id"]),
        )

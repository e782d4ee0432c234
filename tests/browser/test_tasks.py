"""Ten real tasks from beginning to end, with a mouse and with nothing but a keyboard; prints the times."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.api.sample import Sample
from tests.browser.conftest import show
from tests.browser.hands import Hands, Keyboard, Mouse

Task = Callable[[Page, Hands], None]


def find_the_worst_pattern(page: Page, hands: Hands) -> None:
    """From the overview to the pattern with the highest risk: what it is, when it returns, what to do."""
    hands.press(page.get_by_role("link", name="Patterns", exact=True))
    hands.press(page.get_by_role("row").nth(1).locator("td.wide a").first)
    expect(page.get_by_role("heading", name="When does it come back?")).to_be_visible()
    expect(page.get_by_role("heading", name="What to do?")).to_be_visible()


def see_why_an_issue_is_in_it(page: Page, hands: Hands) -> None:
    """From a pattern's issues to the reasons of one of them."""
    find_the_worst_pattern(page, hands)
    members = page.get_by_role("region", name="Issues of this pattern")
    hands.press(members.locator("td.wide a").first)
    expect(page.get_by_text("Assigned by")).to_be_visible()
    expect(page.get_by_text("Closest other pattern")).to_be_visible()


def unlink_an_issue_and_take_it_back(page: Page, hands: Hands) -> None:
    """Unlink one issue of a pattern, then undo it."""
    find_the_worst_pattern(page, hands)
    unlink = page.get_by_role("button", name="Unlink:").first
    hands.press(unlink)
    expect(page.get_by_text("Leaves this pattern in the next run.")).to_be_visible()
    hands.press(page.get_by_role("button", name="Undo", exact=True))
    expect(page.get_by_text("The issue stays in this pattern.").first).to_be_visible()


def merge_two_patterns(page: Page, hands: Hands) -> None:
    """Merge another pattern into the worst one."""
    find_the_worst_pattern(page, hands)
    hands.press(page.get_by_role("button", name="Merge", exact=True))
    dialog = page.get_by_role("dialog")
    hands.press(dialog.get_by_role("checkbox").first)
    hands.press(dialog.get_by_role("button", name="Merge", exact=True))
    expect(page.get_by_text("Merged: the issues move in the next run.").first).to_be_visible()


def open_a_ticket(page: Page, hands: Hands) -> None:
    """Push the first recommendation to a tracker."""
    hands.press(page.get_by_role("link", name="Recommendations", exact=True))
    hands.press(page.locator("tbody tr td.wide a").first)
    expect(page.get_by_role("heading", name="Ticket")).to_be_visible()
    again = page.get_by_role("button", name="Open a ticket")
    if page.get_by_text("being opened").count():  # there is one ticket, however often it is pushed
        return
    hands.press(again)
    expect(page.get_by_text("being opened").first).to_be_visible()


def do_what_is_recommended(page: Page, hands: Hands) -> None:
    """Tick a step of the plan, set the fix to implemented, and find what is compared."""
    hands.press(page.get_by_role("link", name="Recommendations", exact=True))
    hands.press(page.locator("tbody tr td.wide a").last)
    step = page.locator(".plan input").first
    hands.press(step)
    expect(page.get_by_text("– ticked").first).to_be_visible()
    hands.choose(page.get_by_label("Status"), "implemented")
    hands.press(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("The status is saved.").first).to_be_visible()
    expect(page.get_by_role("heading", name="Proof")).to_be_visible()


def report_an_issue(page: Page, hands: Hands) -> None:
    """Report a failure that no tool has recorded."""
    hands.press(page.get_by_role("link", name="Issues", exact=True))
    hands.press(page.get_by_role("button", name="Report an issue"))
    dialog = page.get_by_role("dialog")
    hands.write(dialog.get_by_label("Title"), f"The lift stands still ({hands.name})")
    hands.write(dialog.get_by_label("Service"), "lift")
    hands.choose(dialog.get_by_label("Severity"), "p2 – high")
    hands.press(dialog.get_by_role("button", name="Report", exact=True))
    expect(page.get_by_role("heading", level=1, name="The lift stands still")).to_be_visible()


def create_an_alert_rule(page: Page, hands: Hands) -> None:
    """Have a message sent by e-mail before something comes back."""
    hands.press(page.locator(".more-tabs summary"))
    hands.press(page.get_by_role("link", name="Alerts", exact=True))
    hands.press(page.get_by_role("button", name="Create a rule"))
    dialog = page.get_by_role("dialog")
    hands.write(dialog.get_by_label("Name"), f"Nights by {hands.name}")
    hands.choose(dialog.get_by_label("Send to"), "e-mail")
    hands.write(dialog.get_by_label("Address"), "night-shift@example.com")
    hands.press(dialog.get_by_role("button", name="Create", exact=True))
    expect(page.get_by_role("heading", name=f"Nights by {hands.name}")).to_be_visible()


def connect_a_tool(page: Page, hands: Hands) -> None:
    """Pick the tool, enter what it needs, and see how its test went."""
    hands.press(page.locator(".more-tabs summary"))
    hands.press(page.get_by_role("link", name="Connectors", exact=True))
    hands.press(page.get_by_role("link", name="Connect a tool"))
    hands.write(page.get_by_label("Search"), "zendesk")
    hands.press(page.get_by_role("link", name="Zendesk Support"))
    hands.write(page.get_by_label("Name", exact=True), f"Support desk of the {hands.name}")
    hands.write(page.get_by_label("Account e-mail"), "bot@example.com")
    hands.write(page.get_by_label("API token"), "secret-token")
    hands.write(page.get_by_label("Subdomain"), "acme")
    hands.write(page.get_by_label("API address"), "http://127.0.0.1:9")
    hands.press(page.get_by_role("button", name="Test", exact=True))
    hands.press(page.get_by_role("button", name="Store without polling"))
    expect(page.get_by_role("heading", level=1, name="Support desk of the")).to_be_visible()
    expect(page.locator(".connection-test")).to_be_visible()


def recompute_and_read_the_graph(page: Page, hands: Hands) -> None:
    """Ask for a recompute of the clusters, then read why two patterns are related."""
    hands.press(page.locator(".more-tabs summary"))
    hands.press(page.get_by_role("link", name="Clusters", exact=True))
    hands.press(page.get_by_role("button", name="Recompute"))
    expect(page.get_by_text("Recompute waiting for its run").first).to_be_visible()
    hands.press(page.get_by_text("As a table").first)
    expect(page.get_by_role("region", name="Edges of the pattern graph")).to_be_visible()


TASKS: list[Task] = [
    find_the_worst_pattern,
    see_why_an_issue_is_in_it,
    unlink_an_issue_and_take_it_back,
    merge_two_patterns,
    open_a_ticket,
    do_what_is_recommended,
    report_an_issue,
    create_an_alert_rule,
    connect_a_tool,
    recompute_and_read_the_graph,
]


@pytest.mark.parametrize("kind", [Mouse, Keyboard])
def test_ten_tasks_are_done_from_beginning_to_end(
    page: Page, shop: Sample, kind: type[Mouse] | type[Keyboard]
) -> None:
    hands = kind(page)
    for number, task in enumerate(TASKS, start=1):
        show(page, "/")
        began = time.perf_counter()
        task(page, hands)
        print(f"{hands.name:8} {number:2} {task.__name__:36} {time.perf_counter() - began:5.1f} s")

"""What a person may do is done where it is seen, by mouse and by keyboard."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.api.sample import Sample
from tests.browser.conftest import open_signed_in, show
from tests.browser.screens import list_screens

FOR_READERS = (
    "overview",
    "patterns",
    "pattern",
    "recommendations",
    "recommendation",
    "predictions",
    "prediction",
    "clusters",
    "issues",
    "issue",
    "changes",
    "report",
    "account",
)
FOR_ANALYSTS = ("pattern", "recommendation", "issue", "connectors", "connector", "new connector")
FOR_ADMINS = ("alerts", "settings", "members", "keys", "export", "audit")
SCREENS_OF = {"viewer": FOR_READERS, "analyst": FOR_ANALYSTS, "admin": FOR_ADMINS}
"""What each role has beside the one below it; what an owner sees is gone through by the other tests."""
CHANGES = (
    "Rename|Merge|Assign|Snooze|Edit|Unlink|Save|Add|Grade|Dismiss|Recompute|Report an issue|Open a ticket"
)


def test_an_issue_is_reported_corrected_and_linked_to_a_pattern(page: Page) -> None:
    show(page, "/issues", "Issues")
    page.get_by_role("button", name="Report an issue").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("The till prints nothing")
    dialog.get_by_label("Service").fill("till")
    dialog.get_by_role("button", name="Report", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="The till prints nothing")).to_be_visible()

    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("dialog").get_by_label("Severity").select_option("p1")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.locator(".under-title .severity")).to_have_text("p1")

    page.get_by_role("button", name="Link to a pattern").click()
    page.get_by_role("dialog").get_by_role("radio").first.check()
    page.get_by_role("dialog").get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_text("Corrections by people:")).to_be_visible()


def test_a_pattern_is_renamed_snoozed_assigned_and_merged(page: Page, shop: Sample) -> None:
    show(page, f"/patterns/{shop.ids['other_pattern_id']}")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Tills without paper")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", level=1, name="Tills without paper")).to_be_visible()

    page.get_by_role("button", name="Snooze").click()
    page.get_by_role("dialog").get_by_role("button", name="7 days").click()
    expect(page.get_by_role("button", name="End snooze")).to_be_visible()

    page.get_by_role("button", name="Assign", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Assign").click()
    expect(page.get_by_role("button", name="Assigned to")).to_be_visible()

    page.get_by_role("button", name="Merge").click()
    page.get_by_role("dialog").get_by_role("checkbox").first.check()
    page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    expect(page.get_by_text("Merged: the issues move in the next run.")).to_be_visible()


def test_a_refused_value_is_named_beside_its_field(page: Page) -> None:
    show(page, "/alerts", "Alerts")
    page.get_by_role("button", name="Create a rule").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Nights")
    dialog.get_by_label("Address").fill("not an address")
    dialog.get_by_role("button", name="Create").click()

    expect(dialog.locator(".field-error:not(:empty), .form-error:not(:empty)").first).to_be_visible()
    expect(dialog.get_by_label("Name")).to_have_value("Nights")


def test_an_admin_invites_somebody_and_gets_the_link_to_pass_on(page: Page) -> None:
    show(page, "/settings/members", "Settings")
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill("new.colleague@example.com")
    dialog.get_by_role("button", name="Invite").click()

    expect(page.get_by_label("Shown only once")).to_have_value(re.compile("#accept="))
    expect(page.get_by_role("row", name="new.colleague@example.com")).to_be_visible()


def test_a_connector_is_set_up_in_steps_and_waits_for_its_test(page: Page) -> None:
    show(page, "/connectors", "Connectors")
    page.get_by_role("link", name="Connect a tool").click()
    page.get_by_label("Search").fill("zendesk")
    page.get_by_role("link", name="Zendesk Support").click()
    page.get_by_label("Name", exact=True).fill("Support desk")
    page.get_by_label("Account e-mail").fill("bot@example.com")
    page.get_by_label("API token").fill("secret-token")
    page.get_by_label("Subdomain").fill("acme")
    page.get_by_label("API address").fill("http://127.0.0.1:9")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("it failed")).to_be_visible()
    page.get_by_role("button", name="Store without polling").click()

    expect(page.get_by_role("heading", level=1, name="Support desk")).to_be_visible()
    expect(page.get_by_text("paused")).to_be_visible()
    expect(page.get_by_text("it failed")).to_be_visible()


def test_the_keyboard_alone_searches_walks_opens_and_goes_anywhere(page: Page) -> None:
    show(page, "/issues", "Issues")
    page.keyboard.press("j")
    page.keyboard.press("j")
    title = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.type("conn")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Connectors")).to_be_visible()

    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", level=1, name="Patterns")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Search names")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    page.locator("body").press("Escape")


def test_rows_are_selected_by_keys_alone_and_keep_the_focus(page: Page) -> None:
    show(page, "/issues?service=vouchers", "Issues")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("2 issues selected")).to_be_visible()

    page.keyboard.press("x")
    expect(page.get_by_text("1 issue selected")).to_be_visible()


def test_a_chart_tells_its_values_to_the_keyboard(page: Page, shop: Sample) -> None:
    show(page, f"/patterns/{shop.ids['pattern_id']}")
    chart = page.get_by_role("group", name="left and right arrow keys read the values").first
    chart.focus()
    page.keyboard.press("ArrowRight")

    expect(chart.get_by_role("status")).to_contain_text("issue")


def test_a_view_is_saved_found_again_and_removed(page: Page) -> None:
    show(page, "/issues", "Issues")
    expect(page.get_by_role("button", name="Save this view")).to_be_hidden()
    page.locator("#filter-q").fill("severity:p1 -team:ops -team:core")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save this view").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Critical ones")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Critical ones")).to_have_attribute("aria-current", "true")

    show(page, "/patterns", "Patterns")
    show(page, "/issues", "Issues")
    expect(page.get_by_label("Severity", exact=True)).to_have_value("")
    page.get_by_role("link", name="Critical ones").click()
    expect(page.locator(".chip")).to_have_text(["Severity p1×", "Team not ops×", "Team not core×"])
    page.get_by_role("button", name="Remove the view Critical ones").click()
    expect(page.get_by_role("link", name="Critical ones")).to_have_count(0)


def test_several_issues_are_ticked_and_changed_at_once(page: Page) -> None:
    show(page, "/issues?service=vouchers", "Issues")
    for box in page.locator("tbody").get_by_role("checkbox").all()[:2]:
        box.check()
    expect(page.get_by_text("2 issues selected")).to_be_visible()

    page.get_by_role("button", name="Set severity").click()
    page.get_by_role("dialog").get_by_role("button", name="p2").click()

    expect(page.get_by_text("2 issues changed.")).to_be_visible()
    expect(page.locator("tbody .severity-p2")).to_have_count(2)
    page.locator("tbody").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Link to a pattern").click()
    page.get_by_role("dialog").get_by_role("radio").first.check()
    page.get_by_role("dialog").get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_text("1 issue linked.")).to_be_visible()


def test_a_list_is_downloaded_as_a_file(page: Page, tmp_path: Path) -> None:
    show(page, "/settings/export", "Settings")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()

    assert download.value.suggested_filename == "issues.csv"
    download.value.save_as(tmp_path / "issues.csv")
    with (tmp_path / "issues.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 130
    assert {"title", "severity"} <= rows[0].keys()


@pytest.mark.parametrize("role", SCREENS_OF)
def test_a_role_finds_its_screens_whole_and_a_viewer_nothing_to_change(
    context: BrowserContext, api_url: str, shop: Sample, role: str
) -> None:
    failed, changing = [], {}
    with open_signed_in(context, api_url, shop.credentials[role]) as page:
        tabs = page.get_by_role("navigation", name="Screens")
        connectors = tabs.locator("a", has_text="Connectors")  # in a menu that closes when the bar is built
        expect(connectors).to_have_count(0 if role == "viewer" else 1)
        for name in SCREENS_OF[role]:
            show(page, list_screens(shop)[name])
            failed += [name] * page.locator("main .state.failed").count()
            buttons = page.locator("main").get_by_role("button").all_inner_texts()
            if pressed := [text for text in buttons if text in CHANGES.split("|")]:
                changing[name] = pressed

    assert failed == []
    assert bool(changing) == (role != "viewer"), changing

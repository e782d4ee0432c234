"""Lists are searched by tokens, grouped, and changed row by row or several at once, by mouse and by key."""

import re
from urllib.parse import parse_qs

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.api.sample import Sample
from tests.browser.conftest import open_signed_in, show


def search_box(page: Page) -> Locator:
    """The search of the list."""
    return page.locator("#filter-q")


def query_of(page: Page) -> dict[str, list[str]]:
    """What the address says of the list."""
    return parse_qs(page.url.partition("?")[2])


def chips(page: Page) -> Locator:
    """The filters in force."""
    return page.get_by_role("group", name="Filters in force").locator(".chip")


def test_tokens_become_filters_of_the_address_that_can_be_removed_one_by_one(page: Page) -> None:
    show(page, "/issues", "Issues")
    search_box(page).fill("service:vouchers is:open -severity:p1 rejected")
    page.keyboard.press("Enter")

    expect(page.get_by_text(re.compile("of 130 issues"))).to_be_visible()
    assert query_of(page) == {
        "q": ["rejected"],
        "service": ["vouchers"],
        "status": ["open", "in_loop", "mitigating"],
        "without": ["severity:p1"],
    }
    expect(search_box(page)).to_have_value("rejected")
    expect(chips(page)).to_have_count(5)

    page.reload()
    expect(page.get_by_text(re.compile("of 130 issues"))).to_be_visible()
    page.get_by_role("button", name="Remove the filter: Severity not p1").click()
    expect(chips(page)).to_have_count(4)
    page.get_by_role("button", name="Clear filters").click()
    expect(chips(page)).to_have_count(0)
    assert query_of(page) == {"q": ["rejected"]}


def test_a_filter_is_suggested_and_taken_with_nothing_but_the_keyboard(page: Page) -> None:
    show(page, "/issues", "Issues")
    page.keyboard.press("/")
    page.keyboard.type("sev")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(search_box(page)).to_have_value("severity:")
    expect(options).to_have_count(4)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(chips(page)).to_have_text(["Severity p1×"])
    assert query_of(page) == {"severity": ["p1"]}
    expect(search_box(page)).to_be_focused()


def test_a_token_that_is_no_filter_says_so_and_leaves_the_list_as_it_is(page: Page) -> None:
    show(page, "/issues", "Issues")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(50)
    search_box(page).fill("sevrity:p1")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("“sevrity:” is not a filter of this list")
    expect(rows).to_have_count(50)
    assert query_of(page) == {}
    search_box(page).fill('"sevrity:p1"')
    page.keyboard.press("Enter")
    expect(page.get_by_text("No issue matches these filters.")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_text("")


def test_rows_stand_under_what_they_are_grouped_by(page: Page) -> None:
    show(page, "/issues?group=service", "Issues")
    groups = page.locator("tr.group th")
    expect(groups.filter(has_text="vouchers")).to_have_text("vouchers 130")
    expect(groups.filter(has_text="checkout")).to_be_visible()
    page.get_by_label("Group by").select_option(label="Severity")
    expect(groups.filter(has_text="p3")).to_be_visible()
    assert query_of(page) == {"group": ["severity"]}


def test_patterns_are_assigned_and_snoozed_by_keys_and_it_is_taken_back(page: Page) -> None:
    show(page, "/patterns", "Patterns")
    page.keyboard.press("j")
    first = page.locator("tbody tr").first
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name="Assign to")
    dialog.get_by_label("Member").select_option(index=0)
    dialog.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text("1 pattern assigned.")).to_be_visible()
    expect(first.locator(".row-act")).not_to_have_text("nobody")
    expect(first.locator("td.wide a").first).to_be_focused()
    page.keyboard.press("u")
    expect(page.get_by_text("Taken back: everything is as it was.")).to_be_visible()
    expect(first.locator(".row-act")).to_have_text("nobody")

    page.get_by_label("Select all patterns shown").check()
    count = page.locator("tbody tr").count()
    expect(page.get_by_text(f"{count} patterns selected")).to_be_visible()
    page.locator("main").focus()
    page.keyboard.press("h")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{count} patterns snoozed.")).to_be_visible()
    search_box(page).fill("is:snoozed")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(count)
    page.locator("#notices").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("No pattern matches these filters.")).to_be_visible()


def test_issues_from_one_tick_to_another_get_a_status_and_it_is_taken_back(page: Page) -> None:
    show(page, "/issues?service=vouchers", "Issues")
    boxes = page.locator("tbody .row-checkbox")
    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.get_by_text("3 issues selected")).to_be_visible()
    page.get_by_role("button", name="Set status").click()
    page.get_by_role("dialog").get_by_role("button", name="mitigating").click()
    expect(page.get_by_text("3 issues changed.")).to_be_visible()
    expect(page.get_by_role("cell", name="mitigating", exact=True)).to_have_count(3)
    page.keyboard.press("u")
    expect(page.get_by_role("cell", name="mitigating", exact=True)).to_have_count(0)


def test_the_one_search_takes_the_same_tokens(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("service:vouchers severity:p3")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="130 issues with these filters")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Issues")).to_be_visible()
    assert query_of(page) == {"service": ["vouchers"], "severity": ["p3"]}
    page.keyboard.press("Control+k")
    page.keyboard.type("sevrity:p3 ")
    expect(dialog.get_by_text("“sevrity:” is not a filter")).to_be_visible()


def test_a_provider_mark_is_taken_back_beside_the_notice_and_on_the_page(page: Page, shop: Sample) -> None:
    show(page, f"/issues/{shop.ids['issue_id']}")
    for take_back in ("Undo", "Take back"):
        page.get_by_role("button", name="Name a provider").click()
        page.get_by_role("textbox", name="Provider").fill("Acme Pay")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(page.get_by_text("Acme Pay, as")).to_be_visible()
        page.get_by_role("button", name=take_back, exact=True).click()
        expect(page.get_by_text("Acme Pay, as")).to_have_count(0)


def test_a_viewer_searches_and_groups_but_is_offered_no_change(
    context: BrowserContext, api_url: str, shop: Sample
) -> None:
    with open_signed_in(context, api_url, shop.credentials["viewer"]) as tab:
        for path in ("/issues", "/patterns", "/recommendations"):
            show(tab, path)
            expect(tab.locator("tbody tr").first).to_be_visible()
            expect(tab.locator(".row-checkbox, .row-act, .bulk")).to_have_count(0)
            tab.keyboard.press("j")
            for key in "aihsplx":
                tab.keyboard.press(key)
            expect(tab.get_by_role("dialog")).to_have_count(0)
            expect(tab.get_by_label("Group by")).to_be_visible()

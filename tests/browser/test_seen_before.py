"""Somebody pastes a failure, and reads which pattern it repeats."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import show


def test_a_pasted_failure_is_answered_on_the_page(page: Page) -> None:
    show(page, "/seen-before")
    page.get_by_label("What failed").fill("Voucher 7 is rejected\nat checkout")
    page.get_by_role("button", name="Ask").click()

    expect(page.get_by_role("heading", name="Answer")).to_be_visible()
    expect(page.get_by_text("new", exact=False).first).to_be_visible()

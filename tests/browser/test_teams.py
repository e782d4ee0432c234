"""A service and the team that owns it: one leads to the other, and both are read, printed and saved."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.api.sample import Sample
from tests.browser.conftest import show

TEAM = "@acme/voucher-crew"


def read_figures(page: Page) -> list[str]:
    return page.locator("main .tile").all_inner_texts()


def test_a_team_that_owns_a_service_has_a_page_of_what_failed_there(page: Page, shop: Sample) -> None:
    show(page, "/services?name=vouchers")
    of_service = read_figures(page)
    page.get_by_role("button", name="Name an owner").or_(
        page.get_by_role("button", name="Change owner")
    ).click()
    page.get_by_role("dialog").get_by_label("Owner").fill(TEAM)
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()

    page.get_by_role("main").get_by_role("link", name=TEAM).first.click()

    expect(page.get_by_role("heading", level=1, name=TEAM)).to_be_visible()
    assert read_figures(page) == of_service
    assert "Failures" in of_service[0]
    page.get_by_role("link", name="365 days").click()
    expect(page.get_by_role("heading", name="The last 365 days")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    assert saved.value.suggested_filename.endswith("365 days.csv")
    lines = Path(saved.value.path()).read_text().splitlines()
    assert len(lines) > 100
    assert all(",vouchers," in line for line in lines[1:])
    page.get_by_role("link", name="vouchers", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="vouchers")).to_be_visible()


def test_teams_are_listed_with_what_they_own_and_printed_without_what_can_be_pressed(page: Page) -> None:
    show(page, "/teams")
    page.get_by_role("table", name="Teams").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Who knows it")).to_be_visible()

    page.emulate_media(media="print")

    expect(page.get_by_role("heading", name="Why it fails")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    assert page.pdf().startswith(b"%PDF-")

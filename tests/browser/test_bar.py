"""The bar: the theme is remembered, the bell tells what is new, the menu leads to other workspaces."""

from uuid import uuid4

import psycopg
from playwright.sync_api import BrowserContext, Page, expect

from causeloop_pipeline.storage.app.tenants import add_member, create_workspace
from tests.api.people import new_person
from tests.browser.conftest import show, sign_in_with_password
from tests.conftest import new_workspace

GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(246, 246, 243)", "rgb(18, 21, 23)"


def test_the_chosen_theme_is_there_before_anything_is_painted_and_follows_the_system_again(
    page: Page,
) -> None:
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Menu:").click()
    page.get_by_label("Dark").check()
    assert page.evaluate(GROUND) == DARK

    page.reload(wait_until="commit")
    page.wait_for_load_state("domcontentloaded")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate(GROUND) == DARK
    page.get_by_role("button", name="Menu:").click()
    page.get_by_label("System").check()
    assert page.evaluate(GROUND) == LIGHT
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(GROUND) == DARK


def test_the_bell_counts_what_is_new_until_somebody_looks(page: Page) -> None:
    bell = page.get_by_role("button", name="Notifications")
    expect(bell).to_have_attribute("aria-label", "Notifications, 1 new")

    bell.click()

    expect(page.get_by_text("15 came true, 15 did not")).to_be_visible()
    expect(bell).to_have_attribute("aria-label", "Notifications")
    page.keyboard.press("Escape")
    expect(page.get_by_text("15 came true, 15 did not")).to_be_hidden()
    page.reload()
    expect(bell).to_have_attribute("aria-label", "Notifications")


def test_the_search_closes_at_the_first_escape_whatever_was_typed(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("zebra crossing")
    expect(page.get_by_role("dialog").get_by_text("Nothing has these words.")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_person_goes_from_one_workspace_to_another_and_archives_and_restores_it(
    context: BrowserContext, api_url: str, owner: psycopg.Connection
) -> None:
    first = new_workspace(owner, "enterprise")
    user_id, email = new_person(owner, first, "owner")
    row = owner.execute(
        "select organization_id from app.workspace where workspace_id = %s", (first,)
    ).fetchone()
    assert row is not None
    name = f"Warehouse {uuid4().hex[:6]}"
    other = create_workspace(owner, row[0], f"warehouse-{uuid4().hex[:6]}", name, "UTC")
    add_member(owner, other, user_id, "owner")
    page = context.new_page()
    sign_in_with_password(page, api_url, email)
    page.get_by_label("Workspace").select_option(str(first))
    page.get_by_role("button", name="Sign in", exact=True).click()
    menu = page.get_by_role("button", name="Menu:")
    expect(menu).not_to_have_accessible_name(f"Menu: {name}")

    menu.click()
    page.get_by_role("button", name=name).click()
    expect(menu).to_have_accessible_name(f"Menu: {name}")
    page.reload()
    expect(menu).to_have_accessible_name(f"Menu: {name}")

    show(page, "/settings/organization", "Settings")
    page.get_by_role("button", name="Archive", exact=True).click()
    slug = page.get_by_text("Type warehouse-").inner_text().split()[1]
    page.get_by_label("Short name of the workspace").fill(slug)
    page.get_by_role("button", name="Archive the workspace").click()
    expect(page.get_by_role("button", name="Restore")).to_be_visible()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("button", name="Archive", exact=True)).to_be_visible()


def test_on_a_phone_a_notice_covers_nothing_of_an_open_menu(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    show(page, "/issues")
    with page.expect_download():
        page.get_by_role("button", name="Save as CSV").click()
    notice = page.locator("#notices .notice")
    expect(notice).to_be_visible()

    page.locator(".more-tabs summary").click()
    page.locator(".more-tabs").get_by_role("link", name="Settings").click(timeout=1_500)

    expect(page.get_by_role("heading", level=1, name="Settings")).to_be_visible()
    expect(notice).to_be_visible()

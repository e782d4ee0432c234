"""Signing in, signing out, and coming back to the screen that was requested."""

from uuid import uuid4

import psycopg
from playwright.sync_api import BrowserContext, expect

from causeloop_pipeline.storage.app.tenants import add_member, create_user
from tests.api.sample import HASHER, PASSWORD, Sample
from tests.browser.conftest import open_signed_in, show, sign_in, sign_in_with_password, sign_out
from tests.browser.test_accessibility import RULES, find_violations
from tests.conftest import Installation, new_workspace


def test_a_wrong_key_says_so_and_a_right_one_opens_the_overview(
    context: BrowserContext, api_url: str, shop: Sample
) -> None:
    page = context.new_page()
    page.goto(api_url)
    page.get_by_label("Service-account key").fill("cl_0_0_wrong")
    page.get_by_role("button", name="Use this key").click()
    expect(page.get_by_role("alert")).not_to_be_empty()

    sign_in(page, api_url, shop.credentials["viewer"])

    expect(page.get_by_text("Fix first")).to_be_visible()


def test_a_person_signs_in_with_a_password_opens_a_new_tab_and_signs_out(
    context: BrowserContext, api_url: str, shop: Sample, installation: Installation
) -> None:
    with psycopg.connect(installation.owner_url) as owner:
        row = owner.execute(
            "select email from app.users where user_id = %s", (shop.ids["user_id"],)
        ).fetchone()
    assert row is not None
    page = context.new_page()
    sign_in_with_password(page, api_url, row[0])
    expect(page.get_by_role("navigation", name="Screens")).to_be_visible()

    tab = context.new_page()
    tab.goto(f"{api_url}/#/patterns")
    expect(tab.get_by_role("heading", level=1, name="Patterns")).to_be_visible()

    sign_out(page)
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_a_member_of_several_workspaces_chooses_one_without_anything_failing(
    context: BrowserContext, api_url: str, shop: Sample, owner: psycopg.Connection
) -> None:
    email = f"{uuid4().hex}@example.com"
    user_id = create_user(owner, email, "Two", HASHER.hash(PASSWORD))
    for workspace_id in (shop.workspace_id, new_workspace(owner)):
        add_member(owner, workspace_id, user_id, "viewer")
    page, failed = context.new_page(), list[str]()
    page.on("response", lambda each: failed.append(each.url) if each.status >= 400 else None)

    sign_in_with_password(page, api_url, email)
    page.get_by_label("Workspace").select_option(str(shop.workspace_id))
    expect(page.get_by_role("alert")).to_be_empty()
    assert find_violations(page, RULES) == []
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("navigation", name="Screens")).to_be_visible()
    assert failed == []


def test_the_screen_that_was_requested_is_shown_after_signing_in(
    context: BrowserContext, api_url: str, shop: Sample
) -> None:
    page = context.new_page()
    page.goto(f"{api_url}/#/patterns?sort=-issue_count")
    page.get_by_label("Service-account key").fill(shop.credentials["viewer"])
    page.get_by_role("button", name="Use this key").click()

    expect(page.get_by_role("heading", level=1, name="Patterns")).to_be_visible()
    expect(page.get_by_label("Order")).to_have_value("-issue_count")


def test_a_viewer_sees_no_lever_that_is_refused_and_an_owner_sees_them_all(
    context: BrowserContext, api_url: str, shop: Sample
) -> None:
    with open_signed_in(context, api_url, shop.credentials["owner"]) as page:
        pattern = f"/patterns/{shop.ids['pattern_id']}"
        show(page, pattern)
        for lever in ("Rename", "Merge", "Assign", "Snooze"):
            expect(page.get_by_role("button", name=lever, exact=True)).to_be_visible()

        sign_out(page)
        sign_in(page, api_url, shop.credentials["viewer"])
        show(page, pattern)

        expect(page.get_by_role("button", name="Copy link")).to_be_visible()
        for lever in ("Rename", "Merge", "Assign", "Snooze"):
            expect(page.get_by_role("button", name=lever, exact=True)).to_have_count(0)

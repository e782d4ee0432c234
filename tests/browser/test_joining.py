"""Joining a workspace: by a link, at the identity provider, and as somebody who is signed in already."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.provisioning import offer_password_reset
from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.oidc_issuer import AUDIENCE, Issuer, running_issuer
from tests.api.people import new_person
from tests.browser.conftest import sign_in_with_password
from tests.browser.test_accessibility import RULES, find_violations
from tests.conftest import new_workspace

PASSWORD = "a violin under the old bridge"


@pytest.fixture
def issuer(api_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """The identity provider that the installation trusts."""
    with running_issuer() as running:
        monkeypatch.setattr("api.auth.oidc.MIN_FETCH_INTERVAL_SECONDS", 0)
        monkeypatch.setattr(settings(), "oidc_issuer", running.url)
        monkeypatch.setattr(settings(), "oidc_audience", AUDIENCE)
        monkeypatch.setattr(settings(), "public_url", api_url)
        running.subject = uuid4().hex
        yield running


@pytest.fixture
def workspace_id(owner: psycopg.Connection) -> UUID:
    """A workspace that somebody is invited to."""
    return new_workspace(owner, "enterprise")


def invite(api_url: str, owner: psycopg.Connection, workspace_id: UUID, email: str) -> str:
    """The link of an invitation, as whoever invites sees it."""
    headers = {"authorization": f"Bearer {create_service_key(owner, workspace_id, 'k', 'admin')}"}
    body = {"email": email, "role": "analyst"}
    invited = httpx2.post(f"{api_url}/v1/members", json=body, headers=headers).json()
    return f"{api_url}/#accept={invited['invitation_link'].partition('#accept=')[2]}"


def check_page(page: Page, name: str) -> None:
    """No barrier, in light and in dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert find_violations(page, RULES) == []
        if folder := os.environ.get("SCREENS"):
            page.screenshot(path=Path(folder) / f"{name}-{scheme}.png")


def test_a_new_person_reads_that_the_password_opens_this_organization_only(
    context: BrowserContext, api_url: str, owner: psycopg.Connection, workspace_id: UUID
) -> None:
    page = context.new_page()
    page.goto(invite(api_url, owner, workspace_id, f"{uuid4().hex}@example.com"))

    expect(page.get_by_role("heading", level=1)).to_contain_text("Join Workspace")
    expect(page.get_by_text("You are invited as analyst")).to_be_visible()
    expect(page.get_by_text("only.")).to_contain_text("It opens Org")
    check_page(page, "new_password")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Accept and sign in").click()
    expect(page.get_by_role("button", name="Menu:")).to_be_visible()


def test_who_has_an_account_accepts_with_its_password_or_from_the_menu(
    context: BrowserContext, api_url: str, owner: psycopg.Connection, workspace_id: UUID
) -> None:
    _, email = new_person(owner, new_workspace(owner))
    link = invite(api_url, owner, workspace_id, email)
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_label("The password of your account")).to_be_visible()
    check_page(page, "password")

    sign_in_with_password(page, f"{api_url}/?", email)
    page.get_by_role("button", name="Menu:").click()
    page.get_by_role("button", name="Join Workspace").click()
    expect(page.get_by_role("dialog")).to_contain_text("as analyst")
    check_page(page, "menu")
    page.get_by_role("dialog").get_by_role("button", name="Join", exact=True).click()

    name = owner.execute("select name from app.workspace where workspace_id = %s", (workspace_id,)).fetchone()
    assert name is not None
    expect(page.get_by_role("button", name=f"Menu: {name[0]}")).to_be_visible()


def test_at_the_identity_provider_nobody_joins_without_saying_so(
    context: BrowserContext, api_url: str, owner: psycopg.Connection, workspace_id: UUID, issuer: Issuer
) -> None:
    email = f"{uuid4().hex}@example.com"
    invite(api_url, owner, workspace_id, email)
    issuer.claims = {"email": email, "email_verified": True}
    page = context.new_page()
    page.goto(api_url)
    page.get_by_role("button", name="Sign in with single sign-on").click()
    expect(page.get_by_role("heading", level=1, name="Join a workspace?")).to_be_visible()
    expect(page.get_by_text("as analyst")).to_be_visible()
    check_page(page, "join")
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_role("button", name="Sign in with single sign-on")).to_be_visible()

    page.get_by_role("button", name="Sign in with single sign-on").click()
    page.get_by_role("button", name="Join Workspace").click()
    expect(page.get_by_role("button", name="Menu:")).to_be_visible()

    second = invite(api_url, owner, new_workspace(owner), email)
    guest = context.new_page()
    guest.goto(second)
    expect(guest.get_by_text("You join after signing in.")).to_be_visible()
    check_page(guest, "single_sign_on")
    guest.get_by_role("button", name="Sign in with single sign-on").click()
    expect(guest.get_by_role("heading", level=1, name="Join a workspace?")).to_be_visible()


def test_a_link_that_sets_a_password_says_whose_before_it_signs_in(
    context: BrowserContext, api_url: str, owner: psycopg.Connection, workspace_id: UUID
) -> None:
    _, email = new_person(owner, workspace_id)
    page = context.new_page()
    page.goto(f"{api_url}/#reset={offer_password_reset(owner, email)}")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text(f"The password of {email} is set.")).to_be_visible()
    check_page(page, "reset")
    page.get_by_role("button", name=f"Sign in as {email}").click()
    expect(page.get_by_role("button", name="Menu:")).to_be_visible()


def test_whoever_invites_reads_what_the_link_does(
    context: BrowserContext, api_url: str, owner: psycopg.Connection, workspace_id: UUID
) -> None:
    _, email = new_person(owner, workspace_id, "owner")
    page = context.new_page()
    sign_in_with_password(page, api_url, email)
    expect(page.get_by_role("button", name="Menu:")).to_be_visible()
    page.goto(f"{api_url}/#/settings/members")
    page.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_role("dialog").get_by_label("E-mail address").fill(f"{uuid4().hex}@example.com")
    page.get_by_role("dialog").get_by_role("button", name="Invite", exact=True).click()

    expect(page.get_by_role("dialog")).to_contain_text("opens this organization only")
    check_page(page, "invited")

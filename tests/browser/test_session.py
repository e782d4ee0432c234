"""A browser's session: kept where no script can read it, shared by tabs, ended in all of them."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import BrowserContext, expect

from causeloop_pipeline.settings import settings
from tests.api.oidc_issuer import AUDIENCE, Issuer, running_issuer
from tests.api.people import new_person
from tests.browser.conftest import sign_in_with_password, sign_out
from tests.conftest import new_workspace

STORED = "JSON.stringify([document.cookie, {...sessionStorage}, {...localStorage}])"
EMPTY = '["",{},{}]'


@pytest.fixture
def email(owner: psycopg.Connection) -> str:
    """A member of an empty workspace."""
    return new_person(owner, new_workspace(owner, "enterprise"), "owner")[1]


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


def test_a_new_tab_is_signed_in_and_signing_out_ends_both(
    context: BrowserContext, api_url: str, email: str
) -> None:
    first = context.new_page()
    sign_in_with_password(first, api_url, email)
    expect(first.get_by_role("button", name="Menu:")).to_be_visible()
    second = context.new_page()
    second.goto(api_url)

    expect(second.get_by_role("button", name="Menu:")).to_be_visible()
    assert [tab.evaluate(STORED) for tab in (first, second)] == [EMPTY, EMPTY]
    (cookie,) = [cookie for cookie in context.cookies() if cookie["name"].startswith("causeloop-session")]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")

    sign_out(first)
    expect(first.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    second.reload()
    expect(second.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_people_come_back_from_the_identity_provider_signed_in_or_with_the_reason(
    context: BrowserContext, api_url: str, email: str, issuer: Issuer
) -> None:
    tab = context.new_page()
    tab.goto(api_url)
    tab.get_by_role("button", name="Sign in with single sign-on").click()
    expect(tab.get_by_text("ask an admin for an invitation")).to_be_visible()

    issuer.claims = {"email": email, "email_verified": True}
    tab.get_by_role("button", name="Sign in with single sign-on").click()
    expect(tab.get_by_role("button", name="Menu:")).to_be_visible()
    assert tab.evaluate(STORED) == EMPTY

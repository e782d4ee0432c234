"""A real browser on the dashboard of a running API; skipped where no browser is installed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import api_url, application
from tests.api.sample import PASSWORD, Sample, make_sample
from tests.api.sample_rows import insert_row
from tests.conftest import Installation
from tests.support.computed_ids import select_issue_id
from tests.support.single_occurrences import add_single_occurrences

__all__ = ["api_url", "application"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ISSUES = 130
MILLISECONDS = 60_000
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine, for a module only: its event loop would keep other tests from theirs."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no browser is on this machine: install chromium to run these tests")
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def shop(installation: Installation) -> Sample:
    """A workspace of this module with a row of every kind, and more issues than one page of a list holds."""
    database = Database(installation.pipeline_url)
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        sample = make_sample(owner, database)
    with database.workspace(sample.workspace_id) as session:
        for number in range(ISSUES):
            _insert_issue(session, sample, number)
        add_single_occurrences(session)
    return sample


def _insert_issue(session: Any, sample: Sample, number: int) -> None:
    created = datetime.now(UTC) - timedelta(days=30, minutes=number)
    insert_row(
        session,
        "core.issue",
        sample,
        issue_id=select_issue_id(session, sample.workspace_id, "jira", f"SHOP-{number}"),
        source="jira",
        external_id=f"SHOP-{number}",
        title=f"Voucher {number} is rejected",
        body="at checkout",
        severity="p3",
        status="open",
        service="vouchers",
        source_created_at=created,
        source_updated_at=created,
        ingested_at=created,
        attributes="{}",
    )


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile of its own."""
    with _open_profile(browser) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def owners_profile(browser: Browser, api_url: str, shop: Sample) -> Iterator[BrowserContext]:
    """A profile in which an owner has signed in, for the tests of a module that only need a tab of it."""
    with _open_profile(browser) as profile:
        tab = profile.new_page()
        sign_in(tab, api_url, shop.credentials["owner"])
        tab.close()
        yield profile


@pytest.fixture
def page(owners_profile: BrowserContext, api_url: str) -> Iterator[Page]:
    """A new tab of the owner's; a script that fails, or that the policy stops, fails the test."""
    with _open_watched_tab(owners_profile) as tab:
        tab.goto(api_url)
        expect(tab.get_by_role("navigation", name="Screens")).to_be_visible()
        yield tab


@contextmanager
def open_signed_in(context: BrowserContext, api_url: str, key: str) -> Iterator[Page]:
    """A tab that is signed in with a key."""
    with _open_watched_tab(context) as tab:
        sign_in(tab, api_url, key)
        yield tab


@contextmanager
def _open_profile(browser: Browser) -> Iterator[BrowserContext]:
    profile = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    profile.set_default_timeout(MILLISECONDS)
    yield profile
    profile.close()


@contextmanager
def _open_watched_tab(context: BrowserContext) -> Iterator[Page]:
    tab, failures = context.new_page(), list[str]()
    tab.on("pageerror", lambda error: failures.append(str(error)))
    tab.on(
        "console",
        lambda message: failures.append(message.text) if "Content Security" in message.text else None,
    )
    yield tab
    tab.close()
    assert failures == []


def sign_in(tab: Page, api_url: str, key: str) -> None:
    """Sign in with a key, as a person does."""
    tab.goto(api_url)
    tab.get_by_label("Service-account key").fill(key)
    tab.get_by_role("button", name="Use this key").click()
    expect(tab.get_by_role("navigation", name="Screens")).to_be_visible()


def sign_in_with_password(tab: Page, api_url: str, email: str, password: str = PASSWORD) -> None:
    """Sign in with a password, as a person does."""
    tab.goto(api_url)
    tab.get_by_label("E-mail").fill(email)
    tab.get_by_label("Password", exact=True).fill(password)
    tab.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(tab: Page) -> None:
    """Sign out, as a person does."""
    tab.get_by_role("button", name="Menu:").click()
    tab.get_by_role("button", name="Sign out", exact=True).click()


def show(tab: Page, path: str, heading: str | None = None) -> None:
    """Go to a screen and wait until all of its parts are there."""
    tab.evaluate("path => { location.hash = `#${path}`; }", path)
    if heading:
        expect(tab.get_by_role("heading", level=1, name=heading)).to_be_visible()
    expect(tab.locator("main h1").first).to_be_attached()
    expect(tab.locator(".loading")).to_have_count(0)


def execute_as_superuser(installation: Installation, statement: str, parameters: tuple[Any, ...]) -> None:
    """Run a statement that no role of the product may run."""
    url = f"{installation.superuser_url.rsplit('/', 1)[0]}/causeloop"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement, parameters)


@pytest.fixture
def publish(installation: Installation, shop: Sample) -> Any:
    """Finishes a stage of the workspace, as a run does: every open dashboard learns of it."""

    def finish() -> None:
        execute_as_superuser(
            installation,
            "insert into app.workspace_freshness (workspace_id, stage, computed_at, as_of, run_id) "
            "values (%s, %s, now(), now(), 'r')",
            (shop.workspace_id, f"stage-{uuid4().hex[:8]}"),
        )

    return finish

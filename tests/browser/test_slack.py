"""An admin connects Slack, chooses a mode, and disconnects it, on the page of the settings."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from causeloop_pipeline.settings import settings
from tests.browser.conftest import show
from tests.support.fake_slack import BOT_TOKEN, SIGNING_SECRET, FakeSlack
from tests.support.fake_tool import fake_tool


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """Slack on loopback, which the API reaches."""
    fake = FakeSlack()
    with fake_tool(fake) as running:
        monkeypatch.setenv("CAUSELOOP_SLACK_URL", running.url)
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{running.port}")
        settings.cache_clear()
        yield fake
    settings.cache_clear()


def test_slack_is_connected_changed_and_disconnected(page: Page, slack: FakeSlack) -> None:
    show(page, "/settings/slack")
    form = page.locator("#slack-secrets")
    form.get_by_label("Bot token").fill("xoxb-of-nobody-at-all")
    form.get_by_label("Signing secret").fill(SIGNING_SECRET)
    form.get_by_label("Channel").fill("C0001")
    form.get_by_role("button", name="Connect").click()
    expect(form.get_by_text("is no longer accepted")).to_be_visible()

    form.get_by_label("Bot token").fill(BOT_TOKEN)
    form.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("Slack is connected.")).to_be_visible()
    expect(page.get_by_text("Acme", exact=True)).to_be_visible()
    expect(page.get_by_text(BOT_TOKEN)).to_have_count(0)

    page.locator("#slack").get_by_label("Mode").select_option("shadow")
    page.locator("#slack").get_by_role("button", name="Save").click()
    expect(page.get_by_text("nothing is sent").first).to_be_visible()

    page.get_by_role("button", name="Disconnect").click()
    page.get_by_role("button", name="Disconnect Slack").click()
    expect(page.get_by_text("No app is connected.")).to_be_visible()

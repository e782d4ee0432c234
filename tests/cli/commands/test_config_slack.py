"""A configuration file sets a Slack app up; its secrets are named in it, compared, and never printed."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from causeloop_pipeline.cli import app
from causeloop_pipeline.settings import settings
from tests.support.fake_slack import BOT_TOKEN, SIGNING_SECRET, FakeSlack
from tests.support.fake_tool import fake_tool

FILE = """\
version: 1
slack:
  bot_token: {env: SLACK_BOT_TOKEN}
  signing_secret: {env: SLACK_SIGNING_SECRET}
  channel_id: C0001
  mode: MODE
"""
SECRETS = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}


@pytest.fixture(autouse=True)
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """Slack on loopback, which the command reaches."""
    fake = FakeSlack()
    with fake_tool(fake) as running:
        monkeypatch.setenv("CAUSELOOP_SLACK_URL", running.url)
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{running.port}")
        settings.cache_clear()
        yield fake
    settings.cache_clear()


def run(*words: object, **environment: str) -> Result:
    return CliRunner().invoke(app, ["config", *map(str, words)], env=environment)


def write(folder: Path, mode: str) -> Path:
    path = folder / "acme.yaml"
    path.write_text(FILE.replace("MODE", mode))
    return path


def test_it_is_set_up_once_changed_and_exported(workspace_id: UUID, tmp_path: Path, slack: FakeSlack) -> None:
    made = run("apply", workspace_id, write(tmp_path, "shadow"), **SECRETS)
    repeated = run("plan", workspace_id, write(tmp_path, "shadow"), "--exit-code")
    calls = slack.calls.count("auth.test")
    changed = run("apply", workspace_id, write(tmp_path, "live"))
    exported = run("export", workspace_id)

    assert made.exit_code == 0, made.output
    assert "+ Slack app" in made.output
    assert repeated.exit_code == 0, repeated.output
    assert "mode: shadow → live" in changed.output
    assert slack.calls.count("auth.test") == calls
    assert "channel_id: C0001" in exported.output
    assert "SLACK_BOT_TOKEN" in exported.output
    for secret in (BOT_TOKEN, SIGNING_SECRET):
        assert secret not in made.output + changed.output + exported.output


def test_a_token_that_slack_does_not_accept_changes_nothing(workspace_id: UUID, tmp_path: Path) -> None:
    environment = SECRETS | {"SLACK_BOT_TOKEN": "xoxb-of-nobody-at-all"}
    refused = run("apply", workspace_id, write(tmp_path, "live"), **environment)

    assert refused.exit_code != 0
    assert "is no longer accepted" in refused.output
    assert "of-nobody" not in refused.output

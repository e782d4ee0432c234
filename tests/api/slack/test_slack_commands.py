"""`/causeloop` answers whoever typed it, under their role, and nobody else."""

import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.sample import Sample
from tests.api.seen_before.conftest import add_fingerprints
from tests.api.slack.conftest import SlackTeam


def test_a_failure_that_was_seen_before_is_found_by_its_text(
    team: SlackTeam, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_fingerprints(database, team.sample)
    monkeypatch.setattr("api.slack.receiving.acknowledged.SECONDS_TO_ANSWER", 60)
    answered = team.sender.command(
        "UVIEWER", f"seen-before Checkout times out after 3 s {team.sample.canary}"
    )

    assert answered.json()["response_type"] == "ephemeral"
    assert team.sample.canary in answered.json()["text"]
    assert "/#/seen-before|Ask in Causeloop>" in answered.json()["text"]


def test_what_is_due_is_listed(team: SlackTeam) -> None:
    text = team.sender.command("UVIEWER", "due 30").json()["text"]

    assert text.startswith("Likely in the next 30 days:")
    assert f"|Checkout timeout {team.sample.canary}>" in text


@pytest.mark.parametrize("text", ["help", "", "seen-before", "due 8", "drop everything"])
def test_help_lists_the_commands(team: SlackTeam, text: str) -> None:
    assert "`/causeloop due [DAYS]`" in team.sender.command("UVIEWER", text).json()["text"]


def test_a_stranger_learns_nothing(team: SlackTeam, other_sample: Sample) -> None:
    team.fake.add_person("USTRANGER", f"analyst-{other_sample.canary}@example.com")
    text = team.sender.command("USTRANGER", "due").json()["text"]

    assert team.sample.canary in text  # the owner's name, whom to ask
    assert "Checkout timeout" not in text
    assert "ask" in text


def test_another_team_is_refused(team: SlackTeam) -> None:
    assert team.sender.command("UVIEWER", "due", team="T0OTHER").status_code == 403


def test_what_takes_longer_is_answered_afterwards(team: SlackTeam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.slack.receiving.acknowledged.SECONDS_TO_ANSWER", 0.2)
    team.fake.may_answer.clear()
    first = team.sender.command("UVIEWER", "due 30").json()["text"]
    team.fake.may_answer.set()

    assert first == "This takes a moment: the answer follows."
    assert team.fake.await_answer()["text"].startswith("Likely in the next 30 days:")

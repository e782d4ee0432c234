"""The demo's year holds a fix of each kind of verdict, on whichever day somebody starts it."""

from collections import Counter
from datetime import timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.act.proof import prove_fixes
from causeloop_pipeline.demo.causes import read_demo_workspaces
from causeloop_pipeline.demo.postmortems import list_postmortems
from causeloop_pipeline.demo.story import list_failures, list_fixes
from causeloop_pipeline.landing.postmortems.reading import read_postmortem
from tests.demo.story_issues import NOW

DAYS_LATER = (0, 97, 181)


def judge_fixes(days_later: int) -> dict[str, str]:
    """The verdict on each planted fix, as if the story began so many days later."""
    now = NOW + timedelta(days=days_later)
    verdicts: dict[str, str] = {}
    for workspace in read_demo_workspaces():
        failures = [each for each in list_failures(workspace, now.date()) if each.created_at <= now]
        fixes = list_fixes(workspace, now.date())
        proofs = prove_fixes(
            pl.DataFrame(
                [(fix.cause, fix.cause, fix.at) for fix in fixes],
                schema=["recommendation_id", "pattern_id", "fixed_at"],
                orient="row",
            ),
            pl.DataFrame(
                [(each.cause, each.created_at, each.service) for each in failures if each.cause],
                schema=["pattern_id", "occurred_at", "service"],
                orient="row",
            ),
            as_of=now,
        )
        verdicts |= dict(proofs.select("pattern_id", "verdict").iter_rows())
    return verdicts


@pytest.mark.slow
def test_on_most_days_the_planted_fixes_are_judged_as_they_were_meant() -> None:
    judged = [judge_fixes(days) for days in DAYS_LATER]
    for cause in ("double-charge", "refund-rounding", "vpn-concentrator-reboot", "hl7-queue-stalled"):
        assert {verdicts[cause] for verdicts in judged} == {"held"}
    assert {verdicts["redis-evictions"] for verdicts in judged} == {"moved"}
    assert {verdicts["tls-certificate-expiring"] for verdicts in judged} == {"not_provable_yet"}
    assert Counter(verdicts["ledger-pool-exhausted"] for verdicts in judged)["partly"] >= 2
    assert Counter(verdicts["search-index-stale"] for verdicts in judged)["failed"] >= 2


def test_the_documents_of_the_year_state_their_fix_as_done_on_its_day() -> None:
    documents = [
        document
        for workspace in read_demo_workspaces()
        for document in list_postmortems(workspace, NOW.date())
    ]
    assert len(documents) == 2
    for document in documents:
        read = read_postmortem(document.text.encode(), document.file_name)
        done = [(item.kind.value, item.status.done_on) for item in read.items if item.status.is_done]
        assert ("fix", document.fix.at.date()) in done
        assert [kind for kind, _ in done].count("fix") == 1
        assert "{" not in document.text

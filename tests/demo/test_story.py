from collections import Counter
from datetime import timedelta

import pytest

from causeloop_pipeline.demo.causes import read_demo_workspaces
from causeloop_pipeline.demo.story import (
    REPEATED_IDS,
    list_failures,
    list_fixes,
    list_visible_failures,
    map_true_causes,
)
from tests.demo.story_issues import EPOCH, NOW

WORKSPACES = ("clinical-it", "payments", "storefront")


def test_two_organizations_with_three_workspaces_hold_between_6000_and_10000_failures_of_a_year():
    settings = read_demo_workspaces()
    assert sorted(settings) == sorted(WORKSPACES)
    assert len({setting.organization for setting in settings.values()}) == 2
    failed = [failure for workspace in WORKSPACES for failure in list_visible_failures(workspace, EPOCH, NOW)]
    assert 6_000 <= len(failed) <= 10_000
    assert timedelta(days=360) <= NOW - min(failure.created_at for failure in failed) <= timedelta(days=367)


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_a_workspace_has_at_least_fifteen_causes_and_some_failures_that_occurred_once(workspace):
    counts = Counter(failure.cause for failure in list_visible_failures(workspace, EPOCH, NOW))
    assert len(counts) - 1 >= 15
    assert counts[None] >= 20
    assert min(count for cause, count in counts.items() if cause) >= 30


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_an_external_id_names_one_failure_or_what_fails_again_and_again(workspace):
    visible = list_visible_failures(workspace, EPOCH, NOW)
    assert len({failure.key for failure in visible}) == len(visible)
    firing = [failure for failure in visible if failure.source in REPEATED_IDS]
    named = {(failure.source, failure.external_id) for failure in firing}
    assert len(named) == len({failure.cause for failure in firing})
    assert len(map_true_causes(workspace, EPOCH, NOW)) == len(visible) - len(firing) + len(named)


def test_the_story_is_the_same_whenever_it_is_built():
    list_failures.cache_clear()
    before = list_failures("payments", EPOCH)
    list_failures.cache_clear()
    assert list_failures("payments", EPOCH) == before


def test_another_seed_makes_another_year():
    assert list_failures("payments", EPOCH, seed=1) != list_failures("payments", EPOCH, seed=2)


def test_as_time_passes_the_past_stays_and_new_failures_appear():
    today = {f.external_id: (f.title, f.created_at) for f in list_visible_failures("payments", EPOCH, NOW)}
    later = {
        f.external_id: (f.title, f.created_at)
        for f in list_visible_failures("payments", EPOCH, NOW + timedelta(days=7))
    }
    assert today.items() < later.items()


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_two_fixes_held_and_the_others_did_not(workspace):
    planted = list_fixes(workspace, EPOCH)
    not_held = 1 if workspace == "clinical-it" else 2
    assert sorted(fix.held for fix in planted) == [False] * not_held + [True, True]
    for fix in planted:
        after = [
            failure
            for failure in list_failures(workspace, EPOCH)
            if failure.cause == fix.cause and fix.at + timedelta(days=1) <= failure.created_at <= NOW
        ]
        before = [
            f for f in list_failures(workspace, EPOCH) if f.cause == fix.cause and f.created_at < fix.at
        ]
        assert before
        assert bool(after) is not fix.held


def test_a_failure_is_open_then_mitigated_then_resolved():
    failure = next(f for f in list_failures("payments", EPOCH) if f.resolved_at)
    assert failure.status(failure.visible_at) == "open"
    assert failure.status(failure.acknowledged_at) == "mitigating"
    assert failure.resolved_at is not None
    assert failure.status(failure.resolved_at) == "resolved"
    assert failure.last_update(failure.resolved_at) == failure.resolved_at


def test_some_events_arrive_late():
    late = [f for f in list_failures("storefront", EPOCH) if f.visible_at > f.created_at]
    assert 0 < len(late) < 0.05 * len(list_failures("storefront", EPOCH))


def test_nightly_causes_occur_at_night_and_weekly_ones_on_their_day():
    from zoneinfo import ZoneInfo

    local = [
        failure.created_at.astimezone(ZoneInfo("Europe/Berlin"))
        for failure in list_failures("payments", EPOCH)
        if failure.cause == "settlement-export-late"
    ]
    assert {moment.weekday() for moment in local} == {0}
    assert {moment.hour for moment in local} <= set(range(5, 10))

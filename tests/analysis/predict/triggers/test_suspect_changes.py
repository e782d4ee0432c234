"""Text, place and time point to the change that broke it; where none stands out, nothing is named."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.predict.recurrence.history import number_occurrences
from causeloop_pipeline.analysis.predict.triggers.suspect_changes import (
    MIN_CHANCE,
    fit_weights,
    rank_changes,
    select_suspects,
)
from causeloop_pipeline.analysis.predict.triggers.suspect_pairs import (
    FEATURES,
    MAX_LEAD_DAYS,
    SUSPECT_SCHEMA,
    pair_failures_with_changes,
)
from causeloop_pipeline.analysis.predict.triggers.triggers import find_triggers
from tests.support.recurring_failures import AS_OF, at, occurrences

TOPICS = ("card payments", "search index", "invoice export", "login session", "mail digest", "stock import")


def suspects(*rows):
    return pl.concat([SUSPECT_SCHEMA.to_frame(), pl.DataFrame(list(rows))], how="diagonal")


def change(number, title, days_ago, **fields):
    return {"id": f"C-{number}", "at": at(days_ago), "title": title, **fields}


UNRELATED = [
    change(number, f"Tidy {TOPICS[number % len(TOPICS)]} page {number}", 3 * number + 2, place="web")
    for number in range(20)
]


def test_text_place_and_time_together_find_the_change_among_many():
    failure = suspects(
        {"id": "F", "at": at(1), "title": "Rounding of VAT in the checkout total is wrong", "place": "shop"}
    )
    culprit = change(99, "Round VAT per line in the checkout total", 4, place="shop")
    ranked = rank_changes(failure, suspects(culprit, *UNRELATED))
    assert ranked.row(0, named=True)["change_id"] == "C-99"
    assert select_suspects(ranked)["change_id"].to_list() == ["C-99"]


def test_a_change_that_the_failure_names_by_its_id_comes_first():
    named = suspects(
        {"id": "F", "at": at(1), "title": "Page is blank", "body": "Broken since C-7, see there"}
    )
    ranked = rank_changes(named, suspects(*UNRELATED))
    first = ranked.row(0, named=True)
    assert (first["change_id"], first["rank"]) == ("C-7", 1)
    assert first["chance"] > 0.8


def test_nothing_is_shown_where_no_change_stands_out():
    failure = suspects({"id": "F", "at": at(1), "title": "Fan of rack 3 is loud", "place": "building"})
    ranked = rank_changes(failure, suspects(*UNRELATED))
    assert ranked.height == 20
    assert select_suspects(ranked).is_empty()


def test_chances_of_one_failure_add_up_to_less_than_one_and_fall_with_the_rank():
    failure = suspects({"id": "F", "at": at(1), "title": "card payments page 0 fails", "place": "web"})
    chances = rank_changes(failure, suspects(*UNRELATED))["chance"]
    assert 0 < chances.sum() < 1
    assert chances.is_sorted(descending=True)


def test_changes_after_the_failure_or_more_than_90_days_before_are_not_suspects():
    failure = suspects({"id": "F", "at": at(10), "title": "x"})
    others = suspects(
        change(1, "x", 9.9), change(2, "x", 10.1), change(3, "x", 10 + MAX_LEAD_DAYS + 1), change(4, "x", 99)
    )
    assert set(rank_changes(failure, others)["change_id"]) == {"C-2", "C-4"}


def test_failures_without_changes_before_them_have_no_rows():
    failures = suspects({"id": "F", "at": at(50), "title": "x"}, {"id": "G", "at": at(1), "title": "x"})
    assert set(rank_changes(failures, suspects(change(1, "y", 5)))["failure_id"]) == {"G"}
    assert rank_changes(failures, SUSPECT_SCHEMA.to_frame()).is_empty()


def test_weights_are_learned_from_failures_whose_change_is_known():
    random = np.random.default_rng(3)
    changes = [
        change(number, f"Change {TOPICS[number % 6]} part{number}", float(random.uniform(1, 80)), place="web")
        for number in range(60)
    ]
    failures = [
        {
            "id": f"F-{number}",
            "at": made["at"] + timedelta(hours=5),
            "title": f"{TOPICS[number % 6]} part{number} fails",
            "place": "web",
        }
        for number, made in enumerate(changes[:40])
    ]
    pairs = pair_failures_with_changes(suspects(*failures), suspects(*changes))
    weights = fit_weights(pairs, pairs.failure == pairs.change)
    assert set(weights.by_feature) == set(FEATURES)
    assert weights.by_feature["text"] > 0
    assert weights.by_feature["lead"] < 0
    assert weights.by_feature["components"] == weights.by_feature["named"] == 0  # never seen
    ranked = rank_changes(suspects(*failures), suspects(*changes), weights)
    first = ranked.filter(pl.col("rank") == 1)
    assert (first["failure_id"].str.slice(2) == first["change_id"].str.slice(2)).mean() > 0.9


@pytest.mark.parametrize("title", [None, "", "’’’ ??? 日本語 #1"])
def test_texts_without_words_are_ranked_by_time_alone(title):
    failure = suspects({"id": "F", "at": at(1), "title": title})
    ranked = rank_changes(failure, suspects(change(1, None, 30), change(2, title, 2)))
    assert ranked["change_id"].to_list() == ["C-2", "C-1"]
    assert ranked["chance"].is_finite().all()


def release(title, days_ago, service):
    return {"changed_at": at(days_ago), "kind": "release", "service": service, "title": title}


CULPRIT = release("Round VAT per line in the checkout total", 41, "checkout")
RELEASES = [release(f"Release {number} of search", 5 * number + 1.0, "search") for number in range(30)]
NAMES = {"effect": "VAT in the checkout total is wrong: rounded per line", "old": "Search is slow"}


def onset_findings(days_ago, releases, names=NAMES):
    rows = occurrences({"effect": days_ago, "old": list(range(3, 300, 9))})
    numbered = number_occurrences(rows, AS_OF, "UTC")
    triggers = find_triggers(numbered, pl.DataFrame(releases), as_of=AS_OF, names=names)
    evidence = triggers.filter(pl.col("pattern_id") == "effect")["evidence"].item()
    return [finding for finding in evidence if "brought this pattern" in finding["text"]]


def test_a_pattern_that_began_after_a_change_of_the_same_thing_names_it_with_its_chance():
    (finding,) = onset_findings([40, 30, 12], [CULPRIT, *RELEASES])
    assert finding["kind"] == "release"
    assert finding["count"] is None
    assert finding["text"].startswith(
        "“Round VAT per line in the checkout total” (release of checkout) came 24 hours before the first "
        "occurrence: a chance of "
    )


def test_a_pattern_that_was_there_before_the_change_does_not_name_it():
    assert onset_findings([250, 40, 30, 12], [CULPRIT, *RELEASES]) == []


def test_a_pattern_without_a_change_that_stands_out_names_none():
    assert onset_findings([40, 30, 12], RELEASES) == []
    assert MIN_CHANCE >= 0.2


@pytest.mark.parametrize("number", range(0, 30, 7))
def test_a_number_in_the_name_of_a_pattern_is_not_a_name_of_a_change(number):
    names = {**NAMES, "effect": f"Disk {number} is full"}
    unnumbered = [{**made, "title": f"Search release {'x' * row}"} for row, made in enumerate(RELEASES)]
    assert onset_findings([40, 30, 12], unnumbered, names) == []


def test_only_the_changes_of_a_chance_are_listed_and_keep_their_ranks():
    failure = suspects({"id": "F", "at": at(1), "title": "Card payments are slow", "place": "web"})
    ranked = rank_changes(failure, suspects(*UNRELATED))
    some_chance = ranked["chance"][4]
    listed = rank_changes(failure, suspects(*UNRELATED), min_chance=some_chance)
    assert listed.equals(ranked.filter(pl.col("chance") >= some_chance))
    assert 0 < listed.height < ranked.height

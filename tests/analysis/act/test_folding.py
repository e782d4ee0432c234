"""Many that say the same are one recommendation beside the best ones, and none of them is lost."""

import polars as pl

from causeloop_pipeline.analysis.act.folding import MAX_OWN
from tests.support.advising import advise, failing

OTHERS = pl.col("pattern_ids").list.len() > 1


def recommend(count: int, shops: int = 1, **options: object) -> pl.DataFrame:
    patterns = {
        f"p{number:02d}": failing(
            f"p{number:02d}", f"GET /{number}: read timed out", service=f"shop {number % shops}"
        )
        for number in range(count)
    }
    chances: dict[str, float | None] = {key: 0.9 - 0.01 * number for number, key in enumerate(patterns)}
    return advise(patterns, chances, **options)


def test_the_best_stand_alone_and_one_row_holds_all_others() -> None:
    ranked = recommend(MAX_OWN + 5)
    others = ranked.filter(OTHERS).row(0, named=True)

    assert ranked.height == MAX_OWN + 1
    assert others["title"] == "Bound and align the timeouts of shop 0: 5 more patterns"
    assert others["pattern_ids"] == [f"p{number}" for number in range(MAX_OWN, MAX_OWN + 5)]
    assert others["steps"][0].startswith("Begin with “GET /10: read timed out” (6 issues), “GET /11")
    assert (others["type"], others["effort"], others["impact"]) == ("config_change", "high", "medium")


def test_what_the_others_prevent_is_the_sum_of_what_each_does() -> None:
    first = recommend(MAX_OWN + 1)["expected_loops_prevented"][-1]
    folded = recommend(MAX_OWN + 2).filter(OTHERS).row(0, named=True)

    assert 1.9 * first < folded["expected_loops_prevented"] < 2 * first
    assert folded["expected_low"] <= folded["expected_loops_prevented"] <= folded["expected_high"]


def test_a_single_one_more_is_not_folded() -> None:
    assert recommend(MAX_OWN + 1).filter(OTHERS).is_empty()


def test_what_people_work_on_keeps_its_own_row() -> None:
    own = recommend(MAX_OWN + 1)
    worked_on = own.filter(pl.col("pattern_ids").list.contains("p10"))["recommendation_id"][0]
    state = pl.DataFrame({"recommendation_id": [worked_on], "status": ["in_progress"]})
    again = recommend(MAX_OWN + 5, existing=state)

    assert worked_on in again["recommendation_id"]
    assert again.filter(pl.col("title").str.contains("4 more patterns")).height == 1


def test_the_row_of_the_others_stays_away_once_people_dismissed_it() -> None:
    folded = recommend(MAX_OWN + 5).filter(OTHERS)["recommendation_id"][0]
    state = pl.DataFrame({"recommendation_id": [folded], "status": ["dismissed"]})
    assert recommend(MAX_OWN + 6, existing=state).height == MAX_OWN


def test_one_remedy_in_many_places_is_not_folded() -> None:
    assert recommend(MAX_OWN + 5, shops=5).filter(OTHERS).is_empty()

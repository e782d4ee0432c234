"""Many that say the same are one recommendation beside the best ones, and none of them is lost."""

import polars as pl

from causeloop_pipeline.analysis.act.folding import MAX_OWN
from tests.support.advising import advise, failing

CONFIDENT = pl.lit(0.9).alias("confidence")
THIN = pl.lit(0.3).alias("confidence")


def suggest(count: int, text: str = "it broke", changed: pl.Expr = THIN, **options: object) -> pl.DataFrame:
    shops = int(str(options.pop("shops", 3)))
    patterns = {
        f"p{number:02d}": failing(f"p{number:02d}", f"{text} {number}", service=f"shop {number % shops}")
        for number in range(count)
    }
    chances: dict[str, float | None] = {key: 0.9 - 0.01 * number for number, key in enumerate(patterns)}
    return advise(patterns, chances, changed=changed, **options)


def test_the_best_suggestions_stand_alone_and_one_row_holds_all_others() -> None:
    ranked = suggest(MAX_OWN + 5)
    others = ranked.row(MAX_OWN, named=True)

    assert ranked.height == MAX_OWN + 1
    assert others["title"] == "Check 5 more suggestions, those that recur most first"
    assert others["pattern_ids"] == [f"p{number}" for number in range(MAX_OWN, MAX_OWN + 5)]
    assert others["steps"][0].startswith("Begin with “it broke 10” (6 issues), “it broke 11” (6 issues)")
    assert others["steps"][1] == "Check those of one service together: 2 in shop 1, 2 in shop 2."
    assert (others["effort"], others["impact"]) == ("high", "medium")


def test_what_the_others_prevent_is_the_sum_of_what_each_does() -> None:
    first = suggest(MAX_OWN + 1)["expected_loops_prevented"][-1]
    folded = suggest(MAX_OWN + 2).row(-1, named=True)

    assert 1.9 * first < folded["expected_loops_prevented"] < 2 * first
    assert folded["expected_low"] <= folded["expected_loops_prevented"] <= folded["expected_high"]


def test_a_single_suggestion_more_is_not_folded() -> None:
    titles = suggest(MAX_OWN + 1)["title"].to_list()
    assert all(title.startswith("Check whether the issues of") for title in titles)


def test_a_suggestion_that_people_work_on_keeps_its_own_row() -> None:
    own = suggest(MAX_OWN + 1)
    worked_on = own.filter(pl.col("pattern_ids").list.contains("p10"))["recommendation_id"][0]
    state = pl.DataFrame({"recommendation_id": [worked_on], "status": ["in_progress"]})
    again = suggest(MAX_OWN + 5, existing=state)

    assert worked_on in again["recommendation_id"]
    assert again.filter(pl.col("title").str.contains("4 more suggestions")).height == 1


def test_the_row_of_the_others_stays_away_once_people_dismissed_it() -> None:
    folded = suggest(MAX_OWN + 5)["recommendation_id"][-1]
    state = pl.DataFrame({"recommendation_id": [folded], "status": ["dismissed"]})
    assert suggest(MAX_OWN + 6, existing=state).height == MAX_OWN


def test_observations_of_unknown_causes_are_folded_whatever_is_to_be_noted() -> None:
    ranked = suggest(MAX_OWN + 5, changed=CONFIDENT)
    others = ranked.row(MAX_OWN, named=True)

    assert ranked.height == MAX_OWN + 1
    assert others["title"] == "Observe 5 more patterns of unknown cause, those that recur most first"
    assert others["type"] == "monitoring"
    assert others["steps"][-1] == (
        "Note host and release at the next occurrence of 5 of them: "
        "it tells whether it is one machine or one release."
    )


def test_one_remedy_in_one_place_is_folded_and_in_many_places_is_not() -> None:
    folded = suggest(MAX_OWN + 5, "read timed out", CONFIDENT, shops=1)
    others = folded.filter(pl.col("pattern_ids").list.len() > 1).row(0, named=True)

    assert folded.height == MAX_OWN + 1
    assert others["title"] == "Bound and align the timeouts of shop 0: 5 more patterns"
    assert "read as timeout failures of shop 0, beside the 10" in others["rationale"]
    assert any("timeout of shop 0 for it" in step for step in others["steps"])
    assert suggest(MAX_OWN + 5, "read timed out", CONFIDENT, shops=MAX_OWN + 5).height == MAX_OWN + 5


def test_bugs_that_differ_are_not_folded_although_they_are_in_one_place() -> None:
    ranked = suggest(MAX_OWN + 5, "NullPointerException in step", CONFIDENT, shops=1)

    assert all(title.startswith("Handle the missing value behind") for title in ranked["title"])
    assert ranked.height == MAX_OWN + 5

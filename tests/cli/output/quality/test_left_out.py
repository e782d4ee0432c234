"""The part on grouping without a set's family, and what makes its command fail."""

import polars as pl

from causeloop_pipeline.analysis.evaluation.grouping_report import REPORT_SCHEMA
from causeloop_pipeline.cli.output.quality.grouping import MeasuredSet
from causeloop_pipeline.cli.output.quality.known_sets import KNOWN_SETS
from causeloop_pipeline.cli.output.quality.left_out import (
    MIN_MEANS,
    describe_left_out,
    list_missed_goals,
)

COUNTED = [name for name, public_set in KNOWN_SETS.items() if public_set.is_in_means]

ALONE = {"f1": 0.6, "ece": 0.12, "ece_30_verdicts": 0.07}
ALONE |= {"predicted@0.5": 0.55, "observed@0.5": 0.75, "patterns@0.5": 3.0}
ALONE |= {"predicted@0.9": 0.95, "observed@0.9": 0.95, "patterns@0.9": 1.0}


def make_set(name: str, *, f1: float = 0.4, titles: float = 0.1, tfidf: float = 0.3) -> MeasuredSet:
    rows = [
        ("causeloop", "precision", 0.5, None, None),
        ("causeloop", "recall", 0.25, None, None),
        ("causeloop", "f1", f1, 0.2, 1.0),
        *(("causeloop", name, value, None, None) for name, value in MIN_MEANS.items() if name != "f1"),
        ("causeloop", "ece", 0.05, None, None),
        ("causeloop", "ece_30_verdicts", 0.04, None, None),
        *(("causeloop, duplicates alone", name, value, None, None) for name, value in ALONE.items()),
        ("exact titles", "f1", titles, None, None),
        ("tf-idf average link", "f1", tfidf, None, None),
        ("tf-idf average link", "recall@10", 0.65, None, None),
    ]
    return MeasuredSet(name, 1_234, 0, pl.DataFrame(rows, schema=REPORT_SCHEMA, orient="row"))


def test_each_set_is_written_with_its_family_beside_the_naive_methods() -> None:
    part = describe_left_out([make_set("somebody's own"), make_set("tracker_language")])
    of_family, of_itself = [line for line in part.splitlines() if "| .50 / .25 / .40 |" in line]
    assert of_family.startswith("| bug reports of a programming language | language |")
    assert of_itself.startswith("| somebody's own | somebody's own |")
    assert "| .20 to 1.00 | .10 | .30 |" in of_family
    assert "Means over the 2 sets: F1 0.400" in part
    assert "A naive method is ahead in F1 on: no set." in part
    assert "| somebody's own | .60 | .12 | .07 | .65 | .80 |" in part
    assert "F1 of exact titles 0.100, TF-IDF average link 0.300" in part


def test_a_naive_method_that_wins_is_a_failure() -> None:
    assert list_missed_goals([make_set("one")]) == []
    (missed,) = list_missed_goals([make_set("one"), make_set("two", titles=0.45)])
    assert missed == "two: exact titles has F1 0.450, grouping 0.400"
    (missed,) = list_missed_goals([make_set("one", tfidf=0.41)])
    assert missed.startswith("one: TF-IDF average link")


def test_the_page_names_the_sets_where_a_naive_method_wins() -> None:
    ahead = make_set("two", titles=0.45)
    assert "ahead in F1 on: two (exact titles 0.450, grouping 0.400)." in describe_left_out([ahead])


def test_a_mean_below_its_floor_is_a_failure_once_all_sets_are_there() -> None:
    low = [make_set(name, f1=MIN_MEANS["f1"] - 0.01, titles=-1.0, tfidf=-1.0) for name in COUNTED]
    assert list_missed_goals(low[1:]) == []
    (missed,) = list_missed_goals(low)
    assert missed.startswith("mean F1")

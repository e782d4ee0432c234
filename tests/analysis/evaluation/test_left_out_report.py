"""Each set is grouped by what was fitted without its family."""

from collections.abc import Sequence

import polars as pl
import pytest

from bench.data.issue_streams import draw_reports
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import SHIPPED, PairParameters
from causeloop_pipeline.analysis.evaluation import left_out_report
from causeloop_pipeline.analysis.evaluation.left_out_report import (
    FamilySet,
    TooFewFamiliesError,
    evaluate_left_out,
)
from causeloop_pipeline.analysis.evaluation.pair_training.labelled_pairs import LabelledTracker

Fits = list[list[str]]


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> Fits:
    """The families of each fit, which gives what is shipped."""
    families: Fits = []

    def fit(trackers: Sequence[LabelledTracker]) -> PairParameters:
        families.append([tracker.family for tracker in trackers])
        return SHIPPED

    def evaluate(*_: object, **__: object) -> pl.DataFrame:
        return pl.DataFrame()

    monkeypatch.setattr(left_out_report, "fit_parameters", fit)
    monkeypatch.setattr(left_out_report, "evaluate_grouping", evaluate)
    return families


def draw_set(name: str, family: str | None) -> FamilySet:
    issues, labels = draw_reports(40, len(name))
    return FamilySet(name, family, issues, labels)


def test_a_fit_holds_the_sets_of_all_other_families(fits: Fits) -> None:
    sets = [
        draw_set("one", "a"),
        draw_set("other", "a"),
        draw_set("third", "b"),
        draw_set("unlabelled", None),
    ]
    assert [each.name for each, _, _ in evaluate_left_out(sets)] == [each.name for each in sets]
    assert fits == [["b"], ["a", "a"], ["a", "a", "b"]]


def test_leaving_out_the_only_family_leaves_nothing_to_fit_to(fits: Fits) -> None:
    with pytest.raises(TooFewFamiliesError):
        next(evaluate_left_out([draw_set("one", "a"), draw_set("other", "a")]))
    assert fits == []

"""User feedback is compared with the confidence that the pair was displayed at."""

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.grouping.agglomeration import (
    Edges,
    GroupedAtoms,
    SimilaritySums,
    group_atoms,
    sum_similarities,
)
from causeloop_pipeline.analysis.detect.grouping.atoms import Atoms
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_SIMILARITY, Recalibration
from causeloop_pipeline.analysis.detect.grouping.feedback import (
    find_displayed_confidence,
    learn_from_verdicts,
)
from causeloop_pipeline.model.frames import FEEDBACK_SCHEMA

TABLE = pl.DataFrame({"issue_id": ["a", "b", "c", "d"]})


def group_four_issues() -> tuple[GroupedAtoms, SimilaritySums]:
    """a and b are one group, c is a little like a, and d is a copy of c that a user took out."""
    atoms = Atoms(
        atom_of_row=np.arange(4),
        unit_of_atom=np.arange(4),
        first_row=np.arange(4),
        keys=["text:a", "text:b", "text:c", "text:c"],
        cannot_link=[(2, 3)],
        linked_to={},
    )
    value = np.array([0.8, 0.2])
    edges = Edges(np.array([0, 0]), np.array([1, 2]), value, value)
    grouped = group_atoms(atoms, edges, None, 0.3)
    return grouped, sum_similarities(grouped)


@pytest.mark.parametrize(
    ("left", "right", "confidence"),
    [(0, 1, 0.8), (2, 0, 0.2), (2, 3, ATOM_SIMILARITY["text"])],
    ids=["one pattern", "two patterns that were compared", "copies that a user separated"],
)
def test_a_pair_was_displayed_at_its_pattern_s_confidence_or_at_its_similarity(
    left: int, right: int, confidence: float
) -> None:
    displayed = find_displayed_confidence(*group_four_issues(), np.array([left]), np.array([right]))
    assert displayed == pytest.approx([confidence])


def test_a_pair_that_was_never_compared_has_no_confidence() -> None:
    assert np.isnan(find_displayed_confidence(*group_four_issues(), np.array([1]), np.array([3]))).all()


def test_without_usable_verdicts_confidence_stays_as_it_is() -> None:
    grouped, sums = group_four_issues()
    assert learn_from_verdicts(TABLE, grouped, sums, None) == Recalibration()
    unusable = [("a", "gone", True), ("b", "d", True), ("a", None, False)] * 20
    verdicts = pl.DataFrame(unusable, schema=FEEDBACK_SCHEMA, orient="row")
    assert learn_from_verdicts(TABLE, grouped, sums, verdicts) == Recalibration()


def test_many_verdicts_against_a_pattern_lower_its_confidence() -> None:
    grouped, sums = group_four_issues()
    verdicts = pl.DataFrame([("a", "b", False)] * 40, schema=FEEDBACK_SCHEMA, orient="row")
    learned = learn_from_verdicts(TABLE, grouped, sums, verdicts)
    assert learned.apply(np.array([0.8]))[0] < 0.5

"""Texts are compared by pairs: probabilities by source, each pair once, whatever the blocks are."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.similarity import candidate_pairs
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import (
    PairwiseSimilarity,
    compare_texts,
    measure_copies,
    select_text_rows,
)
from tests.support.failure_texts import REPORTS, human_issues, issue_frame
from tests.support.one_off_titles import ONE_OFF


def compare(issues: pl.DataFrame) -> PairwiseSimilarity:
    return compare_texts(select_text_rows(canonical_issues(issues)))


def test_each_pair_of_texts_comes_once_with_the_smaller_row_first() -> None:
    pairs = compare(human_issues([*REPORTS, *ONE_OFF])).pairs
    assert (pairs.left < pairs.right).all()
    assert len(set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))) == len(pairs.left)


def test_every_pair_has_a_probability_between_never_and_certain() -> None:
    similarity = compare(human_issues([*REPORTS, *ONE_OFF]))
    assert ((similarity.probability > 0) & (similarity.probability < 1)).all()


def test_each_source_has_its_own_base_rate_and_a_mixed_pair_the_lower_one() -> None:
    copies = [{"title": title, "body": title, "source": "twins"} for title in ONE_OFF[:20] for _ in range(2)]
    singles = [{"title": title, "source": "singles"} for title in REPORTS]
    similarity = compare(issue_frame([*copies, *singles]))
    rates = similarity.model.base_rates
    assert rates["twins"].slope > rates["singles"].slope

    source = np.array(["twins"] * len(copies) + ["singles"] * len(singles))
    pairs = similarity.pairs
    is_mixed = source[pairs.left] != source[pairs.right]
    score = similarity.model.score_with_time(pairs)
    expected = np.minimum(rates["singles"].probability(score), rates["twins"].probability(score))
    assert is_mixed.any()
    assert similarity.probability[is_mixed] == pytest.approx(expected[is_mixed])


def test_issues_without_a_source_and_without_text_are_compared_too() -> None:
    similarity = compare(issue_frame([{"title": None, "source": None}] * 3))
    assert len(similarity.pairs.left) == 0
    assert set(similarity.model.base_rates) == {""}


def test_overlapping_blocks_count_a_pair_once(monkeypatch: pytest.MonkeyPatch) -> None:
    issues = human_issues(list(REPORTS) * 2)
    split = candidate_pairs.split_blocks
    monkeypatch.setattr(
        "causeloop_pipeline.analysis.detect.similarity.pairwise_similarity.split_blocks",
        lambda place, created: split(place, created, max_texts=10),
    )
    pairs = compare(issues).pairs
    keys = list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys)


def test_copies_of_one_stack_are_evidence_only_where_the_pairs_of_the_workspace_say_so() -> None:
    frames = ("draw_widget", "take_lock", "read_image", "main")
    stack = "\n".join(f"#{depth} 0x00007f00 in {name} ()" for depth, name in enumerate(frames))
    similarity = compare(issue_frame([{"title": title, "body": stack} for title in ONE_OFF[:12]]))

    def measure(probability: float) -> float | None:
        return measure_copies(
            replace(similarity, probability=np.full(len(similarity.pairs.left), probability))
        )

    assert measure(0.7) == 0.7
    assert measure(0.9) == 0.79
    assert measure(0.6) is None
    assert measure_copies(compare(human_issues(ONE_OFF))) is None

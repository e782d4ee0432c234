"""Measures what the table of base rates holds: `python -m bench.training.base_rates`.

From a tracker of duplicates, workspaces are made in which some groups are whole and of the others one report
is left; beside them a tracker of singletons. Printed per workspace: the most likely log odds of a pair, the
intercept at which as many true pairs are expected as there are, the one that forms the best groups, and what
the table holds for both.
"""

import numpy as np
import polars as pl

from bench.training.pair_weights import read_labelled_issues
from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.grouping.agglomeration import (
    GROWTH_MARGIN,
    MERGE_THRESHOLD,
    MIN_EDGE_PROBABILITY,
)
from causeloop_pipeline.analysis.detect.grouping.average_linkage import SimilarityGraph, average_link
from causeloop_pipeline.analysis.detect.similarity.base_rate import estimate_base_rate, most_likely_odds
from causeloop_pipeline.analysis.detect.similarity.pair_score import Pairs
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import compare_texts, text_rows
from causeloop_pipeline.analysis.evaluation.grouping_metrics import pair_scores

WHOLE_SHARES = (1.0, 0.7, 0.4, 0.2, 0.1, 0.05)
INTERCEPTS = np.arange(-8.5, -1.4, 0.1)


def thin_out(table: pl.DataFrame, whole_share: float, seed: int = 0) -> pl.DataFrame:
    """The issues of a share of the groups, and the first one of each other group."""
    labels = table["label"].unique().sort()
    is_whole = np.random.default_rng(seed).random(len(labels)) < whole_share
    whole = labels.filter(pl.Series(is_whole))
    return table.filter(pl.col("label").is_in(whole.implode()) | pl.col("label").is_first_distinct())


def find_calibrated_intercept(pairs: Pairs, true_pairs: int) -> float:
    """The intercept at which the expected number of true pairs is right."""
    expected = [pairs.probability(float(intercept)).sum() for intercept in INTERCEPTS]
    return float(np.interp(true_pairs, expected, INTERCEPTS))


def find_best_intercept(pairs: Pairs, label: pl.Series) -> tuple[float, dict[str, float]]:
    """The intercept whose groups have the best pairwise F1, smoothed over its neighbours, and the scores."""
    scores = [score_groups(pairs.probability(float(intercept)), pairs, label) for intercept in INTERCEPTS]
    smooth = np.convolve([score["f1"] for score in scores], np.ones(5) / 5.0, "same")
    best = int(smooth.argmax())
    return float(INTERCEPTS[best]), scores[best]


def score_groups(probability: Floats, pairs: Pairs, label: pl.Series) -> dict[str, float]:
    """Pair scores of the groups that these probabilities form."""
    is_edge = probability >= MIN_EDGE_PROBABILITY
    graph = SimilarityGraph(len(label), pairs.left[is_edge], pairs.right[is_edge], probability[is_edge])
    return pair_scores(pl.Series(average_link(graph, MERGE_THRESHOLD, growth=GROWTH_MARGIN)), label)


def main() -> None:
    """Prints one line per workspace."""
    duplicates = read_labelled_issues("eclipse_duplicates")
    workspaces = {f"{share:.0%} of groups whole": thin_out(duplicates, share) for share in WHOLE_SHARES}
    workspaces["singletons"] = read_labelled_issues("hadoop_bug_reports")
    for name, table in workspaces.items():
        pairs, label = compare_texts(text_rows(table)).pairs, table["label"]
        true_pairs = int((label.gather(pairs.left) == label.gather(pairs.right)).sum())
        calibrated = find_calibrated_intercept(pairs, true_pairs)
        intercept, scores = find_best_intercept(pairs, label)
        rate = estimate_base_rate(pairs.score)
        print(
            f"{name:>22}: most likely odds {most_likely_odds(pairs.score):6.2f}, "
            f"calibrated {calibrated:.2f} (table {rate.displayed_intercept:.2f}), "
            f"best {intercept:.2f} (table {rate.merge_intercept:.2f}), "
            f"F1 {scores['f1']:.3f}, precision {scores['precision']:.2f}"
        )


if __name__ == "__main__":
    main()

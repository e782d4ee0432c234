"""What the base rate's table is made from: `python -m bench.base_rates`.

From a tracker of duplicates, workspaces are mixed in which only some groups are whole and of the others one
report is left; beside them a tracker of singletons. Printed per workspace: the most likely log odds of a
pair, the intercept at which as many pairs are expected as are true, the one at which groups are best, and
what is read from the table.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.data.pair_weights import labelled_issues
from causeloop_pipeline.analysis.detect.grouping.agglomeration import EDGE_FLOOR, GROWTH, JOIN
from causeloop_pipeline.analysis.detect.grouping.average_linkage import average_link
from causeloop_pipeline.analysis.detect.similarity.base_rate import base_rate_from, most_likely_odds
from causeloop_pipeline.analysis.detect.similarity.pair_score import Pairs
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import compare_texts, text_rows
from causeloop_pipeline.analysis.evaluation.grouping_metrics import pair_scores

WHOLE = (1.0, 0.7, 0.4, 0.2, 0.1, 0.05)
INTERCEPTS = np.arange(-8.5, -1.4, 0.1)


def mixed(table: pl.DataFrame, whole: float, seed: int = 0) -> pl.DataFrame:
    """The issues of a share of the groups, and the first one of each other group."""
    labels = table["label"].unique().sort()
    kept = labels.filter(pl.Series(np.random.default_rng(seed).random(len(labels)) < whole))
    return table.filter(pl.col("label").is_in(kept.implode()) | pl.col("label").is_first_distinct())


def unbiased(pairs: Pairs, true: int) -> float:
    """The intercept at which the expected number of true pairs is right."""
    expected = [pairs.probability(float(intercept)).sum() for intercept in INTERCEPTS]
    return float(np.interp(true, expected, INTERCEPTS))


def best(pairs: Pairs, label: pl.Series) -> tuple[float, dict[str, float]]:
    """The intercept whose groups have the best pairwise F1, smoothed over its neighbours, and the scores."""
    found = [grouped(pairs.probability(float(at)), pairs, label) for at in INTERCEPTS]
    smooth = np.convolve([scores["f1"] for scores in found], np.ones(5) / 5.0, "same")
    place = int(smooth.argmax())
    return float(INTERCEPTS[place]), found[place]


def grouped(probability: npt.NDArray[np.float64], pairs: Pairs, label: pl.Series) -> dict[str, float]:
    """Pair scores of the groups that these probabilities make."""
    kept = probability >= EDGE_FLOOR
    edges = pairs.left[kept], pairs.right[kept], probability[kept]
    return pair_scores(pl.Series(average_link(len(label), *edges, JOIN, growth=GROWTH)), label)


def main() -> None:
    """One line per workspace."""
    duplicates, singletons = labelled_issues("eclipse_duplicates"), labelled_issues("hadoop_bug_reports")
    workspaces = {f"{whole:.0%} of groups whole": mixed(duplicates, whole) for whole in WHOLE}
    for name, table in {**workspaces, "singletons": singletons}.items():
        pairs, label = compare_texts(text_rows(table)).pairs, table["label"]
        true = int((label.gather(pairs.left) == label.gather(pairs.right)).sum())
        intercept, scores = best(pairs, label)
        read = base_rate_from(pairs.score)
        print(
            f"{name:>22}: most likely odds {most_likely_odds(pairs.score):6.2f}, "
            f"true {unbiased(pairs, true):.2f} (table {read.shown:.2f}), "
            f"best {intercept:.2f} (table {read.joining:.2f}), "
            f"F1 {scores['f1']:.3f}, precision {scores['precision']:.2f}"
        )


if __name__ == "__main__":
    main()

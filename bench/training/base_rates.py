"""Measures what the table of base rates holds: `python -m bench.training.base_rates`.

Printed per labelled tracker: the share of texts that are each other's best candidate, that of texts whose
best candidate is a labelled mate, and what the table makes of the first.
"""

import numpy as np

from bench.training.pair_weights import FAMILIES, read_labelled_issues
from causeloop_pipeline.analysis.detect.similarity.base_rate import estimate_base_rate, find_best_candidates
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import compare_texts, select_text_rows


def main() -> None:
    """Prints one line per tracker."""
    for name in FAMILIES:
        table = read_labelled_issues(name)
        similarity = compare_texts(select_text_rows(table))
        pairs, model = similarity.pairs, similarity.model
        best = find_best_candidates(pairs.left, pairs.right, model.score_with_time(pairs), table.height)
        has_candidate = best.partner >= 0
        label = table["label"].rank("dense").fill_null(0).to_numpy()
        is_mate = has_candidate & (label > 0) & (label == label[best.partner])
        rate = estimate_base_rate(best, np.ones(table.height, dtype=bool))
        expected = float(rate.probability(best.best).mean())
        print(
            f"{name:>28}: mutual {best.is_mutual.mean():.3f}, best is a mate {is_mate.mean():.3f} "
            f"(table {expected:.3f}), slope {rate.slope:.2f}, intercept {rate.intercept:.2f}"
        )


if __name__ == "__main__":
    main()

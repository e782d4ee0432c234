"""Learns the weights of `analysis/detect/seen_before/match_probability.py`.

`python -m bench.training.seen_before [ISSUES]` prints them, and how well each set is answered without it.
Every labelled set is played back: its first part is grouped, its later issues are queried about.
"""

import sys

import numpy as np
from scipy.optimize import minimize

from bench.data.shared_folder import SHARED_FOLDER
from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.seen_before.match_probability import (
    OTHER_TEMPLATE_ODDS,
    WEIGHTS,
    collect_features,
)
from causeloop_pipeline.analysis.evaluation.seen_before_report import (
    QueriedIssue,
    measure_answers,
    query_issues,
)
from causeloop_pipeline.cli.labelled_sets import find_labelled_sets, read_labelled_set

PENALTY, SET_WEIGHT = 1.0, 100.0
MAX_QUERIES = 400


def main() -> None:
    """Print the weights of all sets, and how well each set is answered by those of the other families."""
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else MAX_QUERIES
    queried = {
        path.stem: query_issues(labelled.issues, labelled.labels, limit=limit)
        for path in find_labelled_sets(SHARED_FOLDER / "data" / "grouping", "group_label")
        for labelled in [read_labelled_set(path, "group_label", 1.0)]
    }
    for left_out, own_failures in queried.items():
        weights = learn([failure for name, own in queried.items() if name != left_out for failure in own])
        report = measure_answers(own_failures, weights)
        print(left_out, {name: round(value, 3) for name, value in report.items()})
    print(dict(zip(WEIGHTS, learn([each for own in queried.values() for each in own]).round(3), strict=True)))


def learn(queried: list[QueriedIssue]) -> Floats:
    """The weights under which the true answers are likeliest; each set counts the same."""
    used = [
        failure
        for failure in queried
        if failure.evidence.height and not failure.evidence["same_template"].max()
    ]
    features = np.concatenate([collect_features(failure.evidence) for failure in used])
    offset = OTHER_TEMPLATE_ODDS * np.concatenate(
        [each.evidence["other_template"].to_numpy() for each in used]
    )
    is_right = np.concatenate([failure.is_right for failure in used])
    of_failure = np.repeat(np.arange(len(used)), [failure.evidence.height for failure in used])
    is_new = np.array([not failure.is_right.any() for failure in used], dtype=np.float64)
    weight = SET_WEIGHT * np.array([failure.weight for failure in used])

    def loss_and_gradient(weights: Floats) -> tuple[float, Floats]:
        odds = np.exp(np.clip(features @ weights + offset, -50, 50))
        total = 1.0 + np.bincount(of_failure, odds)
        right = is_new + np.bincount(of_failure, odds * is_right)
        slope = weight[of_failure] * odds * (1.0 / total[of_failure] - is_right / right[of_failure])
        loss = float((weight * (np.log(total) - np.log(right))).sum()) + PENALTY * float((weights**2).sum())
        return loss, np.asarray(features.T @ slope + 2.0 * PENALTY * weights)

    start = np.array(list(WEIGHTS.values()))
    return np.asarray(minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B").x)


if __name__ == "__main__":
    main()

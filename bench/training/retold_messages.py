"""Learns how likely a person's report tells of a group of machines' messages (`REPORT_WEIGHTS`).

`python -m bench.training.retold_messages` prints the weights of all systems, and the calibration of each
system's answers by those of the others, beside that of taking reports for messages of the machine.
"""

import numpy as np
import polars as pl
from scipy.optimize import minimize

from bench.data.shared_folder import SHARED_FOLDER
from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.seen_before.match_probability import REPORT_WEIGHTS, collect_features
from causeloop_pipeline.analysis.evaluation.retold_messages import query_retold
from causeloop_pipeline.analysis.evaluation.seen_before_report import (
    QueriedIssue,
    measure_answers,
    measure_calibration,
)
from causeloop_pipeline.cli.labelled_sets import read_labelled_set

SEEDS = (0, 1)
PENALTY = 1e-4
FILE = SHARED_FOLDER / "data" / "grouping" / "machine_messages.parquet"


def main() -> None:
    """Print the weights of all systems, and how well each system is answered without it."""
    labelled = read_labelled_set(FILE, "group_label", 1.0)
    table = labelled.issues.with_columns(label=labelled.labels)
    queried = {
        system: [each for seed in SEEDS for each in _query(part, seed)]
        for (system,), part in sorted(table.group_by("service"), key=lambda each: str(each[0]))
    }
    for system, own in queried.items():
        weights = learn([each for name, others in queried.items() if name != system for each in others])
        pairs = [pair for each in own for pair in _answer(each, weights)]
        as_message = measure_answers(own)["ece"]
        print(f"{system}: {measure_calibration(pairs):.3f}, taken for its own messages {as_message:.3f}")
    weights = learn([each for own in queried.values() for each in own])
    print(dict(zip(REPORT_WEIGHTS, weights.round(3).tolist(), strict=True)))


def _query(part: pl.DataFrame, seed: int) -> list[QueriedIssue]:
    return query_retold(part.drop("label"), part["label"], report_share=1.0, seed=seed)


def learn(queried: list[QueriedIssue]) -> Floats:
    """The weights under which the true answers are likeliest."""
    used = [
        (collect_features(each.evidence, REPORT_WEIGHTS), each.is_right)
        for each in queried
        if each.is_right.any() or not each.was_seen
    ]

    def measure_loss(weights: Floats) -> float:
        loss = 0.0
        for features, is_right in used:
            utilities = np.append(features @ weights, 0.0)
            right = utilities[:-1][is_right] if is_right.any() else utilities[-1:]
            loss += float(np.logaddexp.reduce(utilities) - np.logaddexp.reduce(right))
        return loss / len(used) + PENALTY * float(weights @ weights)

    return np.asarray(minimize(measure_loss, np.zeros(len(REPORT_WEIGHTS))).x)


def _answer(each: QueriedIssue, weights: Floats) -> list[tuple[float, bool]]:
    """The five likeliest groups and "new": what is displayed, and whether it is true."""
    utilities = np.append(collect_features(each.evidence, REPORT_WEIGHTS) @ weights, 0.0)
    probability = np.exp(utilities - np.logaddexp.reduce(utilities))
    order = np.argsort(-probability[:-1], kind="stable")[:5]
    groups = zip(probability[order].tolist(), each.is_right[order].tolist(), strict=True)
    return [*groups, (float(probability[-1]), not each.was_seen)]


if __name__ == "__main__":
    main()

"""Fits the weights of `analysis/act/family_decision.py`: `python -m bench.training.family_weights`.

A logistic regression of whether the first recognized family is the labelled one, on the labelled titles that
are not held back. Prints the constants, and the precision that five folds of them show.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from bench.data.family_titles import LabelledTitle, read_labelled_titles
from causeloop_pipeline.analysis.act.family_decision import FEATURES, MIN_PROBABILITY, measure_features
from causeloop_pipeline.analysis.detect.clusters.error_families import recognize_families

PENALTY = 1.0


def main() -> None:
    """Fit and print."""
    rows = [row for row in read_labelled_titles() if not row.is_held_back]
    samples = [sample for row in rows if (sample := measure(row)) is not None]
    features = np.array([values for values, _ in samples])
    is_right = np.array([right for _, right in samples])
    model = LogisticRegression(C=PENALTY)
    chances = cross_val_predict(model, features, is_right, cv=5, method="predict_proba")[:, 1]
    named = chances >= MIN_PROBABILITY
    model.fit(features, is_right)
    print(f"INTERCEPT = {model.intercept_[0]:.3f}")
    print(f"WEIGHTS = ({', '.join(f'{weight:.3f}' for weight in model.coef_[0])})  # {', '.join(FEATURES)}")
    print(f"five folds of {len(samples)}: named {named.sum()}, right {is_right[named].mean():.3f}")


def measure(row: LabelledTitle) -> tuple[tuple[float, ...], bool] | None:
    """The features of a title and whether its first family is right; None where no family is recognized."""
    matches = recognize_families(row.text)
    if not matches:
        return None
    values = measure_features(row.text, row.error_type or None, matches)
    return values, matches[0].family == row.family


if __name__ == "__main__":
    main()

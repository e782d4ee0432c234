"""The false discovery rate of many tests."""

from causeloop_pipeline.analysis.arrays import Floats


def adjust_p_values(p_values: Floats, tests: int) -> Floats:
    """Computes q-values by the method of Benjamini and Hochberg (1995).

    In: p-values, and the number of tests (at least as many); tests without a p-value count as p = 1. Out: a
    q-value for each p-value.
    """
    import numpy as np

    order = np.argsort(p_values, kind="stable")
    ranked = p_values[order] * max(tests, p_values.size) / np.arange(1, p_values.size + 1)
    q_values = np.empty_like(p_values)
    q_values[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return q_values

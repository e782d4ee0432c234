"""How good the recurrence predictions are on public failure histories, beside the recency-frequency
reference: `python -m bench.recurrence`.

Rolling origins, second half scored, Brier compared by a paired bootstrap over patterns. For every family the
pretrained prior is trained without it. Prints one line per history and window and exits 1 when a cell is
significantly worse than the reference, too few are significantly better, or a calibration error is too large.
Arguments choose histories by a part of their name.
"""

import json
import sys
from functools import cache
from time import perf_counter

from bench.data.failure_histories import HISTORIES, FailureHistory
from bench.recurrence_prior import trained_prior
from causeloop_pipeline.analysis.evaluation.backtest import backtest
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import RecurrencePrior, read_prior

WINDOWS = (7, 30)
RESAMPLES = 300
BETTER_SHARE = 17 / 19
HEADINGS = (
    "history",
    "days",
    "n",
    "base rate",
    "Brier",
    "reference",
    "gain [95 %]",
    "skill / reference",
    "AUC / reference",
    "ECE / reference",
)
Score = dict[str, float]


@cache
def prior_without(family: str) -> RecurrencePrior:
    """The prior that has never seen this family."""
    return read_prior(json.dumps(trained_prior(family)))


def largest_error(rows: int) -> float:
    """Calibration error that is still good for so many rows."""
    return 0.015 if rows >= 5000 else 0.06 if rows >= 800 else 0.10


def scores_of(history: FailureHistory) -> list[Score]:
    """Backtest scores, one per window."""
    result = backtest(
        history.events(),
        windows=WINDOWS,
        active_within_days=history.active_within,
        prior=prior_without(history.family),
        resamples=RESAMPLES,
    )
    return result.scores.to_dicts()


def line(history: FailureHistory, score: Score) -> str:
    """One row of the quality table."""
    verdict = (
        "better" if score["brier_gain_low"] > 0 else "WORSE" if score["brier_gain_high"] < 0 else "equal"
    )
    gain = f"{score['brier_gain']:+.4f} [{score['brier_gain_low']:+.4f}, {score['brier_gain_high']:+.4f}]"
    pairs = [f"{score[name]:.3f} / {score['reference_' + name]:.3f}" for name in ("skill", "auc", "ece")]
    scored = [f"{score['base_rate']:.3f}", f"{score['brier']:.4f}", f"{score['reference_brier']:.4f}"]
    cells = [history.name, str(score["window_days"]), f"{score['n']:,}", *scored, f"{gain} {verdict}", *pairs]
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Print the table; 0 when every goal is met."""
    wanted = sys.argv[1:]
    chosen = [history for history in HISTORIES if not wanted or any(part in history.name for part in wanted)]
    begin = perf_counter()
    print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
    cells: list[Score] = []
    for history in chosen:
        for score in scores_of(history):
            cells.append(score)
            print(line(history, score), flush=True)
    better = sum(cell["brier_gain_low"] > 0 for cell in cells)
    worse = sum(cell["brier_gain_high"] < 0 for cell in cells)
    loose = sum(cell["ece"] > largest_error(int(cell["n"])) for cell in cells)
    met = better >= BETTER_SHARE * len(cells) and not worse and not loose
    print(
        f"recurrence: {'met' if met else 'MISSED'}: significantly better in {better} of {len(cells)} "
        f"cells, worse in {worse}, calibration too loose in {loose} "
        f"(goals: ≥ {BETTER_SHARE:.0%}, 0, 0; {perf_counter() - begin:.0f} s)"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

"""How good the recurrence predictions are on public failure histories, beside a simple reference.

Run `python -m bench.recurrence`. The reference is a logistic regression on recency and frequency. Rolling
origins, second half scored, Brier compared by a paired bootstrap over patterns. For every family the
pretrained prior is trained without it. Prints one line per history and window and exits 1 when a cell is
significantly worse than the reference, too few are significantly better, or a calibration error is too large.
Arguments choose histories by a part of their name; `--write PAGE` writes all of them into a page on quality.
All take a quarter of an hour: `--scores FOLDER` stores the scores of each history there, and reads those that
an earlier run stored, so that pieces can be measured one after another.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from time import perf_counter

from bench.data.failure_histories import FailureHistory, choose_histories
from bench.training.recurrence_prior import train_prior_without
from causeloop_pipeline.analysis.evaluation.backtest import BacktestOptions, backtest
from causeloop_pipeline.cli.output.quality.page import write_part
from causeloop_pipeline.cli.output.quality.recurrence import ScoredHistory, describe_recurrence

WINDOWS = (7, 30)
RESAMPLES = 300
MIN_BETTER_SHARE = 17 / 20
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


def choose_max_calibration_error(rows: int) -> float:
    """The goal for the calibration error of so many rows."""
    return 0.015 if rows >= 5000 else 0.06 if rows >= 800 else 0.10


def score_history(history: FailureHistory) -> list[Score]:
    """Backtest scores, one per window."""
    options = BacktestOptions(
        windows=WINDOWS, active_within_days=history.active_within_days, resamples=RESAMPLES
    )
    result = backtest(history.events(), options, prior=train_prior_without(history.family))
    return result.scores.to_dicts()


def read_or_score_history(history: FailureHistory, folder: Path | None) -> list[Score]:
    """The scores of a history: those of an earlier run, or measured and stored in the folder."""
    if folder is None:
        return score_history(history)
    path = folder / f"{re.sub(r'[^a-z0-9]+', '_', history.name.lower())}.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(score_history(history)), encoding="utf-8")
    scores: list[Score] = json.loads(path.read_text(encoding="utf-8"))
    return scores


def format_line(cell: ScoredHistory) -> str:
    """One row of the printed table."""
    score = cell.score
    comparison = "better" if cell.is_better else "WORSE" if cell.is_worse else "equal"
    gain = f"{score['brier_gain']:+.4f} [{score['brier_gain_low']:+.4f}, {score['brier_gain_high']:+.4f}]"
    pairs = [f"{score[name]:.3f} / {score['reference_' + name]:.3f}" for name in ("skill", "auc", "ece")]
    scored = [f"{score['base_rate']:.3f}", f"{score['brier']:.4f}", f"{score['reference_brier']:.4f}"]
    row = [cell.title, str(score["window_days"]), f"{score['n']:,}", *scored, f"{gain} {comparison}", *pairs]
    return f"| {' | '.join(row)} |"


def read_arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.recurrence", description=__doc__)
    parser.add_argument("histories", nargs="*", metavar="PART", help="of the names of the histories to score")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="also write the table into this page")
    parser.add_argument("--scores", type=Path, metavar="FOLDER", help="of scores of pieces, stored or read")
    arguments = parser.parse_args()
    if arguments.write and arguments.histories:
        parser.error("--write writes the table of all histories: name none")
    return arguments


def main() -> int:
    """Prints the table; 0 when every goal is met."""
    arguments, start = read_arguments(), perf_counter()
    print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
    cells: list[ScoredHistory] = []
    for history in choose_histories(arguments.histories):
        for score in read_or_score_history(history, arguments.scores):
            cells.append(ScoredHistory(history.name, score))
            print(format_line(cells[-1]), flush=True)
    if arguments.write:
        write_part(arguments.write, "recurrence", describe_recurrence(cells))
    better = sum(cell.is_better for cell in cells)
    worse = sum(cell.is_worse for cell in cells)
    loose = sum(cell.score["ece"] > choose_max_calibration_error(int(cell.score["n"])) for cell in cells)
    met = better >= MIN_BETTER_SHARE * len(cells) and not worse and not loose
    print(
        f"recurrence: {'met' if met else 'MISSED'}: significantly better in {better} of {len(cells)} "
        f"cells, worse in {worse}, calibration too loose in {loose} "
        f"(goals: ≥ {MIN_BETTER_SHARE:.0%}, 0, 0; {perf_counter() - start:.0f} s)"
    )
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())

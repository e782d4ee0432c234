"""How good predictions are of patterns that keep turns: `python -m bench.recurrence.rhythms`.

Made-up patterns of each kind, beside random ones on which the models are trained as in the product. Exact
ones of 12 repeats: the probability of a week that holds the next turn, of one that does not, and of the
window that holds the next turn after missed ones. Families with jitter and missed turns: the Brier score,
and what leaving Prophet out of them costs. Exits 1 when a goal is missed.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np

from bench.data.rhythmic_patterns import (
    KINDS,
    RhythmicPattern,
    draw_pattern,
    draw_random_patterns,
    list_occurrences,
)
from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import accumulate_gaps
from causeloop_pipeline.analysis.predict.recurrence.history import build_history, to_milliseconds
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import load_pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.samples import (
    OriginPairs,
    SampleOptions,
    Samples,
    build_samples,
)
from causeloop_pipeline.analysis.predict.recurrence.trained_model import (
    TrainedModel,
    predict_probabilities,
    train_model,
)
from causeloop_pipeline.cli.output.quality.page import write_part
from causeloop_pipeline.cli.output.quality.rhythms import ExactKind, NoisyFamily, describe_rhythms
from causeloop_pipeline.model.prediction import WINDOWS

REPEATS = 12
PATTERNS = 24  # of each kind and family
BACKGROUND = 60
END = datetime(2028, 1, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
JITTERS = {
    "exact": timedelta(),
    "2 h": timedelta(hours=2),
    "12 h": timedelta(hours=12),
    "1 day": timedelta(days=1),
}
MISSED = (0.0, 0.1, 0.25)
MIN_DUE, MAX_NOT_DUE, MAX_STOPPED = 0.93, 0.10, 0.10


@dataclass(frozen=True)
class Origins:
    """Patterns, each with the instant at which it is predicted."""

    patterns: list[RhythmicPattern]
    at: list[datetime]

    def predict(self, *, with_prophet: bool = True) -> tuple[Floats, Floats]:
        """Probabilities, and whether each pattern recurred: both windows x patterns."""
        samples, model = self._build_samples(), train_on_random_patterns()
        if not with_prophet:
            nothing = np.full(samples.size, np.nan)
            samples = replace(samples, turns_by_prophet=samples.turns_by_count, prophet=nothing)
        predicted = predict_probabilities(model, samples).probability
        return predicted, samples.outcome.reshape(predicted.shape)

    def _build_samples(self) -> Samples:
        named = {f"{number:06d}": pattern.occurred for number, pattern in enumerate(self.patterns)}
        history = build_history(
            list_occurrences(named),
            reference_time=END,
            observed_since=min(min(p.turns) for p in self.patterns),
        )
        pairs = OriginPairs(np.arange(len(self.at)), np.array([to_milliseconds(at) for at in self.at]))
        options = SampleOptions(WINDOWS, load_pretrained_prior(), known_until=to_milliseconds(END) * 2)
        return build_samples(history, accumulate_gaps(history), pairs, options)


@cache
def train_on_random_patterns() -> TrainedModel:
    """A model trained as the product trains one, on patterns that keep no turns."""
    patterns = draw_random_patterns(BACKGROUND, np.random.default_rng(0), END)
    history = build_history(list_occurrences(patterns), reference_time=END)
    return train_model(history, accumulate_gaps(history), windows=WINDOWS, earlier=None, seed=0)


def measure_exact(kind: str, seed: int = 0, patterns: int = PATTERNS, repeats: int = REPEATS) -> ExactKind:
    """The probabilities of exact patterns of a kind."""
    rng = np.random.default_rng(seed)
    patterns_drawn = [draw_pattern(kind, rng) for _ in range(patterns)]
    due = [p.turns[repeats] - timedelta(days=rng.uniform(0.1, 6.8)) for p in patterns_drawn]
    in_week = Origins(patterns_drawn, due).predict()[0][0]
    others = [p for p in patterns_drawn if p.turns[repeats] - p.turns[repeats - 1] > timedelta(days=7.5)]
    later = [
        p.turns[repeats] - timedelta(days=7.1 + rng.uniform() * (_gap(p, repeats) - 7.3)) for p in others
    ]
    out_of_week = Origins(others, later).predict()[0][0] if others else np.zeros(0)
    stopped = [p.end_after(repeats) for p in patterns_drawn]
    after_missed = []
    for missed in range(4):
        at = [p.turns[repeats + missed] - timedelta(days=1) for p in patterns_drawn]
        after_missed.append(float(np.mean(Origins(stopped, at).predict()[0][0])))
    return ExactKind(
        kind, float(in_week.min()), float(in_week.mean()), _mean(out_of_week), _max(out_of_week), after_missed
    )


def measure_noisy(jitter: str, missed: float, seed: int = 0) -> NoisyFamily:
    """The Brier scores of all kinds and windows, with and without Prophet."""
    rng = np.random.default_rng(seed)
    patterns_drawn = [
        draw_pattern(kind, rng, jitter=JITTERS[jitter], missed=missed)
        for kind in KINDS
        for _ in range(PATTERNS)
    ]
    at = [
        p.occurred[REPEATS - 1] + (p.occurred[REPEATS] - p.occurred[REPEATS - 1]) * rng.uniform(0.05, 0.95)
        for p in patterns_drawn
    ]
    origins = Origins(patterns_drawn, at)
    (ours, outcome), (without, _) = origins.predict(), origins.predict(with_prophet=False)
    return NoisyFamily(jitter, missed, *(float(np.mean((p - outcome) ** 2)) for p in (ours, without)))


def _gap(pattern: RhythmicPattern, repeats: int) -> float:
    return (pattern.turns[repeats] - pattern.turns[repeats - 1]) / timedelta(days=1)


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None


def _max(values: Floats) -> float | None:
    return float(values.max()) if len(values) else None


def is_met(kinds: Sequence[ExactKind]) -> bool:
    """Whether every kind reaches the goals."""
    return all(
        kind.lowest_due >= MIN_DUE
        and (kind.highest_not_due or 0.0) <= MAX_NOT_DUE
        and kind.after_missed[2] <= MAX_STOPPED
        for kind in kinds
    )


def main() -> int:
    """Prints the tables; 0 when every goal is met."""
    parser = argparse.ArgumentParser(prog="python -m bench.recurrence.rhythms", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="also write the tables into this page")
    arguments = parser.parse_args()
    kinds = [measure_exact(kind) for kind in KINDS]
    families = [measure_noisy(jitter, missed) for jitter, missed in product(JITTERS, MISSED)]
    text = describe_rhythms(kinds, families, REPEATS)
    print(text)
    if arguments.write:
        write_part(arguments.write, "rhythms", text)
    met = is_met(kinds)
    print(
        f"rhythms: {'met' if met else 'MISSED'} (goals: ≥ {MIN_DUE} in a week that holds the next turn, "
        f"≤ {MAX_NOT_DUE} in one that does not, ≤ {MAX_STOPPED} after two missed turns)"
    )
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())

"""What a workspace's own pairs say about one cause: its base rates, its time ratio, its merge threshold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.base_rate import (
    CAREFUL_RATE,
    BaseRate,
    estimate_base_rate,
    estimate_first_intercept,
    find_best_candidates,
    measure_trust,
    sigmoid,
)
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import SHIPPED, PairParameters
from causeloop_pipeline.analysis.detect.similarity.pair_score import TextPairs
from causeloop_pipeline.analysis.detect.similarity.time_ratio import (
    WEIGHT,
    TimeRatio,
    estimate_time_ratio,
)

_MIN_THRESHOLD, _MAX_THRESHOLD = 0.07, 0.30


@dataclass(frozen=True, slots=True)
class PairModel:
    """Turns the scores of pairs into probabilities of one cause; `merge_threshold` is the least mean
    probability at which groups merge.
    """

    base_rates: dict[str, BaseRate] = field(default_factory=dict)  # by source
    time: TimeRatio = field(default_factory=TimeRatio)
    merge_threshold: float = _MAX_THRESHOLD

    def rate_of(self, source: str) -> BaseRate:
        """The base rate of a source; of one that was never seen, the most careful one known."""
        base_rate = self.base_rates.get(source)
        if base_rate is not None:
            return base_rate
        return min(
            self.base_rates.values(), key=lambda rate: (rate.intercept, rate.slope), default=CAREFUL_RATE
        )

    def score_with_time(self, pairs: TextPairs) -> Floats:
        """Adds what time says to the scores of pairs."""
        return np.asarray(pairs.score + WEIGHT * self.time.measure(pairs.gap_days))

    def probability(
        self, pairs: TextPairs, left: Sequence[str], right: Sequence[str] | None = None
    ) -> Floats:
        """Computes the probability of one cause.

        In: pairs; the source of each text that `pairs.left` refers to, and, if those of `pairs.right` are
        others, theirs. Out: per pair a probability; a pair of two sources takes the lower of both.
        """
        score = self.score_with_time(pairs)
        ours = self._probability_in(score, pairs.series, left, pairs.left)
        if right is None:
            right = left
        elif not right:
            return ours
        return np.minimum(ours, self._probability_in(score, pairs.series, right, pairs.right))

    def to_json(self) -> dict[str, Any]:
        """The model as JSON holds it."""
        rates = {
            source: [rate.slope, rate.intercept, rate.ceiling] for source, rate in self.base_rates.items()
        }
        return {
            "base_rates": rates,
            "time": list(self.time.log_ratios),
            "merge_threshold": self.merge_threshold,
        }

    @staticmethod
    def from_json(values: dict[str, Any]) -> "PairModel":
        """The model that `to_json` wrote."""
        rates = {source: BaseRate(*rate) for source, rate in values["base_rates"].items()}
        return PairModel(rates, TimeRatio(tuple(values["time"])), values["merge_threshold"])

    def _probability_in(self, score: Floats, series: Floats, sources: Sequence[str], rows: Ints) -> Floats:
        rates = {source: self.rate_of(source) for source in sorted(set(sources))}
        values = [(rates[source].slope, rates[source].intercept, rates[source].ceiling) for source in sources]
        slope, intercept, ceiling = np.array(values, dtype=np.float64).reshape(-1, 3)[rows].T
        log_odds = slope * score + intercept + measure_trust(slope) * series
        return np.asarray(np.minimum(sigmoid(log_odds), ceiling), dtype=np.float64)


def estimate_pair_model(
    pairs: TextPairs, sources: Sequence[str], parameters: PairParameters = SHIPPED
) -> PairModel:
    """Learns the model of a workspace.

    In: all candidate pairs of its texts, the source of each text, what was fitted on other trackers. Out: the
    model; nobody's verdict is needed.
    """
    by_text = find_best_candidates(pairs.left, pairs.right, pairs.score, len(sources))
    likely = sigmoid(pairs.score + estimate_first_intercept(by_text))
    time = estimate_time_ratio(pairs.gap_days, likely)

    score = PairModel(time=time).score_with_time(pairs)
    best = find_best_candidates(pairs.left, pairs.right, score, len(sources), pairs.series)
    source_of_text = np.array(sources, dtype=object)
    rates = {
        source: estimate_base_rate(best, np.asarray(source_of_text == source, dtype=bool), parameters)
        for source in sorted(set(sources))
    }
    untuned = PairModel(rates, time)
    threshold = choose_merge_threshold(untuned.probability(pairs, sources), parameters)
    return PairModel(rates, time, threshold)


def choose_merge_threshold(probability: Floats, parameters: PairParameters = SHIPPED) -> float:
    """Chooses the threshold whose groups have the best pairwise F1 to expect.

    In: the probability of each candidate pair, what was fitted on other trackers. Out: a threshold between
    .07 and .3.

    Method: with calibrated probabilities the F1 of the k likeliest pairs is expected to be twice their sum
    over k plus the sum of all; a pair belongs in while its probability is above half of the best such F1
    (Lipton, Elkan and Naryanaswamy, 2014); in less than half, for average linkage counts absent pairs as 0.
    """
    descending = np.sort(probability)[::-1]
    if len(descending) == 0:
        return _MAX_THRESHOLD
    hits, chosen = np.cumsum(descending), np.arange(1, len(descending) + 1)
    best = float((2.0 * hits / (chosen + hits[-1])).max())
    return round(min(max(parameters.threshold_of_f1 * best, _MIN_THRESHOLD), _MAX_THRESHOLD), 6)

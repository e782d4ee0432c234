"""Sequential tests of a fix, valid however often they are looked at: e-processes for rates and turns.

Each is a ratio of two likelihoods of all that came since the fix, the nuisance (rate before, decline, calm of
the workspace; how surely turns were kept) averaged over what was known before. Such a ratio exceeds 1/a at
any time with probability a at most (Ville's inequality), so that daily looks cost nothing.

Sources: Robbins 1970, Ann. Math. Stat. 41(5) (mixtures); Lindon & Malek 2022, NeurIPS, arXiv 2011.03567, and
Lindon & Kallus 2024, arXiv 2410.09282 (Poisson processes whose rates change); Ramdas, Grünwald, Vovk & Shafer
2023, Statistical Science 38(4) (e-processes, Bayes factors among them).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats

if TYPE_CHECKING:
    from collections.abc import Sequence

PRIOR_EVENTS = 0.5
HALF = 0.5
# How fast a pattern may decline by itself, as half-lives in days, and how likely each is beforehand.
HALF_LIVES = np.array([np.inf, 240.0, 120.0, 60.0, 30.0])
HALF_LIFE_PRIOR = np.array([0.955, 0.01, 0.015, 0.01, 0.01])
FLOOR = 0.3  # of the rate at the fix: no decline goes on forever
# rate after over rate before, of fixes that at least halve it: removed with .9, else evenly spread
REMOVED_SHARE, RATIO_STEPS = 0.9, 20
HALVED = np.concatenate([[0.0], HALF * (np.arange(RATIO_STEPS) + 0.5) / RATIO_STEPS])
HALVED_PRIOR = np.concatenate([[REMOVED_SHARE], np.full(RATIO_STEPS, (1 - REMOVED_SHARE) / RATIO_STEPS)])
LESS = np.array([0.5, 0.6, 0.7, 0.8, 0.9])
MORE = np.array([1.0, 1.25, 1.6, 2.2, 3.5])
RATIOS = np.concatenate([HALVED, LESS, MORE])
_LESS_FROM, _MORE_FROM = len(HALVED), len(HALVED) + len(LESS)
_TINY = 1e-300
_QUANTILES = (np.arange(64) + 0.5) / 64


@dataclass(frozen=True, slots=True)
class Odds:
    """What a test says at each look, one number a look.

    against_no_change: how many times likelier the counts are under a lower rate than under the old one.
    against_less_than_half: of a fall by half or more, over any smaller one. against_halved: of no change,
    over any fall by half. probability_halved: by Bayes' rule. expected: the count to be expected with
    nothing changed.
    """

    against_no_change: Floats
    against_less_than_half: Floats
    against_halved: Floats
    probability_halved: Floats
    expected: Floats


@dataclass(frozen=True, slots=True)
class RateEvidence:
    """Active days before and since a fix.

    before: days from the fix (negative) on which it failed before it; start, end: of the span that they were
    observed in; since: days after the fix, ascending; looks: days after the fix at which it is judged; gaps:
    observation gaps as days from the fix; dispersion: variance over mean of counts; calm: for each look,
    equally likely factors by which the rest of the workspace changed.
    """

    before: "Sequence[float]"
    start: float
    end: float
    since: "Sequence[float]"
    looks: Floats
    gaps: "Sequence[tuple[float, float]]"
    dispersion: float
    calm: Floats

    def judge(self) -> Odds:
        """Compare what came since with what was to come.

        Out: Odds. Method: a day is active with a chance of r·c·λ·(f + (1 - f)·2^(-t/h)) at day t, Gamma
        prior 1/2 on λ, counts and days divided by the dispersion; averaged over half-lives h and calm c.
        """
        slopes = np.log(2) / HALF_LIVES
        calm = np.concatenate([self.calm, np.ones((len(self.looks), 1))], axis=1)  # the last: not corrected
        count = len(self.before) / self.dispersion
        shape = PRIOR_EVENTS + count
        seen = np.searchsorted(np.asarray(self.since, dtype=float), self.looks, side="right")
        events = seen / self.dispersion
        observed = self._weigh_days(slopes, np.array([self.start]), np.array([self.end]))[:, 0]
        ahead = self._weigh_days(slopes, np.zeros(len(self.looks)), self.looks)
        silent = np.maximum(ahead - _weigh_moments(slopes, self.since)[:, seen], 0.0) / self.dispersion
        exposure = observed / self.dispersion
        chance = (len(self.before) + PRIOR_EVENTS) / observed
        # Where the rate is log_prior best, in the middle of the days before, all half-lives start level.
        level = PRIOR_EVENTS * np.log(_decline(slopes, [(self.start + self.end) / 2])[:, 0])
        tilt = np.log(_decline(slopes, self.before)).sum(axis=1) / self.dispersion
        log_prior = np.log(HALF_LIFE_PRIOR) + tilt + level
        tilts = np.cumsum(np.log(_decline(slopes, [0.0, *self.since])), axis=1)[:, seen] / self.dispersion
        weight = (log_prior[:, None] + tilts)[..., None] + events[:, None] * np.log(calm)
        steady_share = ahead[:, :, None] / np.maximum(ahead[0], 1e-9)[None, :, None] * calm
        daily = RATIOS * (chance[:, None, None] * steady_share)[..., None]
        since = RATIOS * (silent[:, :, None] * calm)[..., None] * _stretch(daily)
        total = exposure[:, None, None, None] + since
        logs = weight[..., None] - (shape + events)[:, None, None] * np.log(total)
        ratios = _weigh_ratios(events)
        corrected, plain = _log_sum(logs[:, :, :-1]) + ratios, logs[0, :, -1] + ratios

        past = log_prior - shape * np.log(exposure)
        chances = np.exp(past - past.max())
        rates = chances / chances.sum() * chance
        return _compare(corrected, plain, (rates @ ahead) * self.calm.mean(axis=1))

    def _weigh_days(self, slopes: Floats, start: Floats, end: Floats) -> Floats:
        """Observed days from start to end, each weighed by the decline; (half-life, look)."""
        total = _integrate(slopes, start, end)
        for left, right in self.gaps:
            total -= _integrate(slopes, np.maximum(start, left), np.minimum(end, right))
        return np.maximum(total, 1e-9)


@dataclass(frozen=True, slots=True)
class TurnEvidence:
    """Turns of a rhythm: how many of how many were kept before a fix, and since at each look."""

    kept_before: int
    due_before: int
    turns_kept: Floats
    turns_due: Floats

    def judge(self) -> Odds:
        """Compare the turns kept since with those before it.

        Out: Odds. Method: a turn is kept with chance q before and r·q after, q being
        Beta(kept + 1/2, missed + 1/2).
        """
        from scipy.special import betaincinv

        missed = self.due_before - self.kept_before
        chance = betaincinv(self.kept_before + 0.5, missed + 0.5, _QUANTILES)
        chance_after = np.minimum(RATIOS[:, None] * chance[None, :], 1 - 1e-9)  # ratio, quantile
        count = self.turns_kept[:, None, None] * np.log(chance)[None, None, :]
        logs = count + (self.turns_due - self.turns_kept)[:, None, None] * np.log1p(-chance_after)
        peak = logs.max(axis=2, keepdims=True)
        likelihood = np.log(np.exp(logs - peak).mean(axis=2)) + peak[..., 0] + _weigh_ratios(self.turns_kept)
        return _compare(likelihood, likelihood, self.turns_due * float(chance.mean()))


def _integrate(slopes: Floats, start: Floats, end: Floats) -> Floats:
    """The integral of the decline from start to end, for each slope; 0 where end is before start."""
    length = np.maximum(end - start, 0.0)[None, :]
    slope = slopes[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        declining = np.exp(-slope * start[None, :]) * -np.expm1(-slope * length) / slope
    result: Floats = FLOOR * length + (1 - FLOOR) * np.where(slope > 0, declining, length)
    return result


def _weigh_moments(slopes: Floats, moments: "Sequence[float]") -> Floats:
    """The decline at the first 0, 1, … moments, summed: (half-life, number)."""
    weights = np.cumsum(_decline(slopes, moments), axis=1)
    result: Floats = np.concatenate([np.zeros((len(slopes), 1)), weights], axis=1)
    return result


def _decline(slopes: Floats, moments: "Sequence[float]") -> Floats:
    """The rate at each moment over that at the fix: (half-life, moment)."""
    falling = np.exp(-slopes[:, None] * np.asarray(moments, dtype=float)[None, :])
    result: Floats = FLOOR + (1 - FLOOR) * falling
    return result


def _stretch(chance: Floats) -> Floats:
    """-ln(1 - x) / x: how much more a silent day says than a silent instant, where days are active or not."""
    bounded = np.clip(chance, 1e-9, 0.95)
    result: Floats = -np.log1p(-bounded) / bounded
    return result


def _weigh_ratios(counts: Floats) -> Floats:
    """ln ratio^count for each of RATIOS, 0^0 being 1: (count, ratio)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = np.where(counts[:, None] > 0, np.log(RATIOS)[None, :] * counts[:, None], 0.0)
    return result


def _log_sum(logs: Floats) -> Floats:
    """Log of the sum of exp over the first (half-life) and third (calm) axis: (look, ratio)."""
    peak = logs.max(axis=(0, 2), keepdims=True)
    result: Floats = np.log(np.exp(logs - peak).sum(axis=(0, 2))) + peak[0, :, 0, :]
    return result


def _compare(corrected: Floats, plain: Floats, expected: Floats) -> Odds:
    """The odds of the hypotheses, from log likelihoods (look, ratio).

    A change is one beyond the calm of the workspace and a decline that had begun before (corrected); half is
    half of the rate before (plain).
    """
    halved, less, more = _split(corrected)
    lower = 0.8 * halved @ HALVED_PRIOR + 0.2 * less.mean(axis=1)
    against_no_change = lower / np.maximum(more.max(axis=1), _TINY)

    halved, less, more = _split(plain)
    by_half = halved @ HALVED_PRIOR
    by_less = np.maximum(less.max(axis=1), more.max(axis=1))
    by_any_half = np.maximum(halved.max(axis=1), less[:, 0])
    rest = 0.5 * less.mean(axis=1) + 0.5 * more.mean(axis=1)
    return Odds(
        against_no_change=against_no_change,
        against_less_than_half=by_half / np.maximum(by_less, _TINY),
        against_halved=more[:, 0] / np.maximum(by_any_half, _TINY),
        probability_halved=by_half / np.maximum(by_half + rest, _TINY),
        expected=expected,
    )


def _split(likelihood: Floats) -> tuple[Floats, Floats, Floats]:
    """The likelihoods of a fall by half, of a smaller one, and of none, on one scale at each look."""
    scaled = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    return scaled[:, :_LESS_FROM], scaled[:, _LESS_FROM:_MORE_FROM], scaled[:, _MORE_FROM:]

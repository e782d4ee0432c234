"""Which verdict the evidence on a fix gives, at each look at it."""

from causeloop_pipeline.analysis.arrays import Bools
from causeloop_pipeline.analysis.before_after.fix_watch import FixWatch
from causeloop_pipeline.analysis.before_after.sequential_test import Odds
from causeloop_pipeline.model.proof import Verdict

MIN_ODDS_OF_CHANGE = 100.0  # that anything changed: a false "held" in 1 % of fixes at most
MIN_ODDS_OF_HALF = 20.0  # that it at least halved, or did not
MIN_ODDS_OF_NO_SIGN = 3.0
MIN_OBSERVED_DAYS = 7.0  # each weekday once
MAX_HALVED_IN_PARTLY = 0.8
_MAX_SILENT_SHARE = 0.02
_MIN_OBSERVED_SHARE = 0.1


def decide_verdicts(watch: FixWatch) -> list[Verdict]:
    """The verdict at each look of a watch, of itself alone: `moved` is for `prove_fixes` to see.

    In: a FixWatch. Out: one Verdict a look.
    """
    odds, count = watch.odds, watch.turns_kept if watch.rhythm else watch.events
    held = is_half_proven(odds) & (watch.days >= MIN_OBSERVED_DAYS) & (watch.days > watch.quiet)
    partly = (odds.against_no_change >= MIN_ODDS_OF_HALF) & (count >= 2)
    partly &= odds.probability_halved < MAX_HALVED_IN_PARTLY
    failed = (odds.against_halved >= MIN_ODDS_OF_HALF) & (count >= 2)
    no_sign = (count >= 2) & (odds.against_halved >= MIN_ODDS_OF_NO_SIGN)
    return [
        _decide(watch, look, (failed[look], held[look], partly[look], no_sign[look]))
        for look in range(len(watch.looks))
    ]


def _decide(watch: FixWatch, look: int, signs: tuple[bool, bool, bool, bool]) -> Verdict:
    if watch.looks[look] >= 1 and _is_unseen(watch, look):
        return Verdict.NO_EXPOSURE
    if watch.before.events == 0 or watch.days[look] <= 0:
        return Verdict.NOT_PROVABLE_YET
    verdicts = Verdict.FAILED, Verdict.HELD, Verdict.PARTLY, Verdict.NO_SIGN
    return next(
        (verdict for verdict, is_so in zip(verdicts, signs, strict=True) if is_so), Verdict.NOT_PROVABLE_YET
    )


def _is_unseen(watch: FixWatch, look: int) -> bool:
    """Nothing could be seen or was used, or all patterns without a fix fell silent as well."""
    if watch.exposure:
        return bool(watch.exposure.since[look] <= 0)
    days, controls = watch.days[look], watch.controls[look]
    if days < _MIN_OBSERVED_SHARE * watch.looks[look] or days < 0.5:
        return True
    expected = controls.before * controls.days_after / max(controls.days_before, 1.0)
    return expected >= 10 and controls.after <= _MAX_SILENT_SHARE * expected


def is_half_proven(odds: Odds) -> Bools:
    """Whether the rate is sure to have fallen, and by half.

    In: Odds. Out: a boolean a look.
    """
    result: Bools = (odds.against_less_than_half >= MIN_ODDS_OF_HALF) & (
        odds.against_no_change >= MIN_ODDS_OF_CHANGE
    )
    return result

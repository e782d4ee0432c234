"""One claimed fix of one pattern, with all that its proof is drawn from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from causeloop_pipeline.analysis.act.left_out import LeftOut
from causeloop_pipeline.analysis.act.verdicts import MIN_OBSERVED_DAYS, decide_verdicts
from causeloop_pipeline.analysis.arrays import Bools, Floats
from causeloop_pipeline.analysis.before_after.activity import ActivityHistory, find_active_days, to_days
from causeloop_pipeline.analysis.before_after.baseline import Controls, ObservationGaps
from causeloop_pipeline.analysis.before_after.fix_watch import FixWatch, watch_fix
from causeloop_pipeline.model.proof import Verdict

MAX_PROOF_DAYS = 730  # from now


@dataclass(frozen=True, slots=True)
class ClaimedFix:
    """A fix of a pattern; fixed_at and now in days since 1970."""

    pattern_id: str
    fixed_at: float
    now: float
    history: ActivityHistory
    gaps: ObservationGaps
    left_out: LeftOut

    @classmethod
    def gather(
        cls,
        pattern_id: str,
        fixed_at: datetime,
        as_of: datetime,
        history: ActivityHistory,
        gaps: ObservationGaps,
        left_out: LeftOut,
    ) -> "ClaimedFix":
        """The fix, with its exposure where that is stated for the time before it too.

        Where it is not, rates are by the day, and days without exposure since the fix are observation gaps.
        """
        start, now = to_days(fixed_at), to_days(as_of)
        exposure = history.exposure.get(pattern_id)
        if exposure:
            times = [time for time in history.times.get(pattern_id, []) if time not in left_out.times]
            if not exposure.is_comparable(find_active_days(times), start):
                gaps = ObservationGaps.merge([*gaps.intervals, *exposure.find_unused_days(start, now)])
                history = replace(history, exposure={})
        return cls(pattern_id, start, now, history, gaps, left_out)

    def watch(self, looks: Floats, controls: Sequence[Controls] | None = None) -> FixWatch:
        """The evidence at each look, in days after the fix."""
        return watch_fix(
            self.pattern_id,
            self.fixed_at,
            self.history,
            self.gaps,
            looks,
            controls=controls,
            ignored=self.left_out.times,
        )

    def watch_now(self) -> FixWatch:
        """The evidence of now."""
        return self.watch(np.array([max(self.now - self.fixed_at, 0.0)]))

    def find_proof_day(self, watch: FixWatch) -> float | None:
        """The day after the fix on which it was proven, or on which silence until then will have proven it.

        In: the evidence of now. Out: whole days after the fix; None: not within two years. From now on
        exposure goes on as in the last four weeks, and the controls as they did.
        """
        elapsed = float(watch.looks[0])
        (verdict,) = decide_verdicts(watch)
        ahead = self._go_on()

        def judge(looks: Floats) -> Bools:
            projected = [_project(watch.controls[0], max(look - elapsed, 0.0)) for look in looks.tolist()]
            seen = ahead.watch(looks, None if verdict is Verdict.HELD else projected)
            return np.array([each is Verdict.HELD for each in decide_verdicts(seen)], dtype=bool)

        if verdict is not Verdict.HELD:
            return find_first(judge, int(elapsed))
        lost = np.flatnonzero(~judge(np.arange(1.0, np.ceil(elapsed))))
        return float(lost[-1]) + 2 if len(lost) else 1.0  # proven on the day from which on it stayed so

    def count_exposure_until(self, day: float) -> float | None:
        """The exposure from the fix until so many days after it; None where none is stated."""
        exposure = self._go_on().history.exposure.get(self.pattern_id)
        return exposure.count_between(self.fixed_at, self.fixed_at + day) if exposure else None

    def _go_on(self) -> "ClaimedFix":
        """The same, with the exposure that is to be expected from now on."""
        exposure = self.history.exposure.get(self.pattern_id)
        if exposure is None:
            return self
        ahead = exposure.extend(self.now, MAX_PROOF_DAYS + 1)
        return replace(self, history=replace(self.history, exposure={self.pattern_id: ahead}))


def find_first(judge: Callable[[Floats], Bools], start: int) -> float | None:
    """The first whole day after a start, and within two years, on which something is so and stays so."""
    coarse = start + np.unique(np.ceil(np.geomspace(1, MAX_PROOF_DAYS, 40)))
    is_so = judge(coarse)
    if not is_so.any():
        return None
    place = int(is_so.argmax())
    fine = np.arange(coarse[place - 1] + 1 if place else start + 1, coarse[place] + 1)
    return float(fine[int(judge(fine).argmax())])


def _project(controls: Controls, days: float) -> Controls:
    """What the controls will have counted in so many days more, at the rate since the fix or else before
    it."""
    since = controls.after / controls.days_after if controls.days_after >= MIN_OBSERVED_DAYS else None
    rate = controls.before / max(controls.days_before, 1.0) if since is None else since
    return replace(controls, after=controls.after + rate * days, days_after=controls.days_after + days)

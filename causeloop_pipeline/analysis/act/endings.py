"""What ended a pattern's failures, by what was done, with how long it held."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from causeloop_pipeline.analysis.act.ending_actions import NOTHING_DONE

MAX_CHANCE = 0.05  # of holding so long if it only ended it for now
MAX_CITED = 20
_DAY = timedelta(days=1)
_NUMBERED = re.compile(r"[\w./:-]*\d[\w./:-]*")


@dataclass(frozen=True, slots=True)
class ReportedEnding:
    """How an issue ended, in words that tell of an action; `returned_at`: when its pattern began again."""

    issue_id: str
    ended_at: datetime
    returned_at: datetime | None
    action: str
    phrase: str

    def compute_days(self, as_of: datetime) -> float:
        """For how many days it held, up to a time."""
        until = self.returned_at if self.returned_at is not None else max(as_of, self.ended_at)
        return (until - self.ended_at) / _DAY


@dataclass(frozen=True, slots=True)
class EndingGroup:
    """What was done, how often, for how many days it held (until the pattern occurred again, or until now),
    and the issues that say so, newest first.

    `held_low` is of those that the pattern came back after, if there are any; `is_holding`: the one that held
    longest holds still.
    """

    action: str
    phrase: str
    count: int
    held_low: float
    held_high: float
    is_holding: bool
    issue_ids: Sequence[str]


def group_endings(endings: Iterable[ReportedEnding], *, as_of: datetime) -> list[EndingGroup]:
    """Group the endings of one pattern by what was done.

    In: its endings; `as_of` (aware), until when one held that nothing followed. Out: a group for each kind of
    action, the longest held first; endings for which nothing was done are left out. A group's phrase is its
    commonest, without numbers where they differ, its issues are the latest MAX_CITED.
    """
    by_action: dict[str, list[ReportedEnding]] = defaultdict(list)
    for ending in sorted(endings, key=lambda ending: (-ending.ended_at.timestamp(), ending.issue_id)):
        if ending.action != NOTHING_DONE:
            by_action[ending.action].append(ending)
    groups = [_summarize(group, as_of) for group in by_action.values()]
    return sorted(groups, key=lambda group: (-group.held_high, -group.count, group.action))


def _summarize(endings: Sequence[ReportedEnding], as_of: datetime) -> EndingGroup:
    """Endings by one kind of action, the latest first."""
    longest = max(endings, key=lambda ending: ending.compute_days(as_of))
    over = [ending for ending in endings if ending.returned_at is not None]
    phrases = _count_phrases(ending.phrase for ending in endings)
    return EndingGroup(
        action=endings[0].action,
        phrase=min(phrases, key=lambda phrase: (-phrases[phrase], phrase)),
        count=len(endings),
        held_low=min(ending.compute_days(as_of) for ending in over or endings),
        held_high=longest.compute_days(as_of),
        is_holding=longest.returned_at is None,
        issue_ids=[ending.issue_id for ending in endings[:MAX_CITED]],
    )


def _count_phrases(phrases: Iterable[str]) -> Counter[str]:
    """How often each was written; those that differ in numbers only are one, without the numbers."""
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase in phrases:
        written[_NUMBERED.sub("…", phrase)][phrase] += 1
    return Counter(
        {next(iter(same)) if len(same) == 1 else masked: same.total() for masked, same in written.items()}
    )


def find_what_held(groups: Sequence[EndingGroup], usual_gap_days: float | None) -> EndingGroup | None:
    """Find what held clearly longer than the failure usually stays away.

    In: the groups of one pattern, the longest held first, and the median days between its active days, None
    if unknown. Out: the first group that held so long once that this is no chance; else None. Method: gaps
    without memory, of that median, of which the longest of as many as the group counts is rarely so long:
    4.3 times the median for what was done once, 8.8 times for the longest of 20.
    """
    if usual_gap_days is None:
        return None
    gap = max(usual_gap_days, 1.0)
    return next((each for each in groups if each.held_high >= gap * math.log2(each.count / MAX_CHANCE)), None)


def write_endings(groups: Sequence[EndingGroup]) -> str:
    """Write what ended it, such as “restarted the pool (7 times, held 2 to 9 days)”.

    In: the groups of one pattern. Out: one sentence part a group, joined by commas; empty for none.
    """
    return ", ".join(f"{group.phrase} ({write_holding(group)})" for group in groups)


def write_holding(group: EndingGroup) -> str:
    """Write how often and how long something held. In: a group. Out: such as “once, held 41 days so far”."""
    often = "once" if group.count == 1 else f"{group.count} times"
    low, high = write_days(group.held_low), write_days(group.held_high)
    held = high if low == high else f"{low.removesuffix(' days').removesuffix(' day')} to {high}"
    return f"{often}, held {held}{' so far' if group.is_holding else ''}"


def write_days(days: float) -> str:
    """Write a span. In: days. Out: such as “1 day”."""
    if days < 1:
        return "under 1 day"
    return "1 day" if round(days) == 1 else f"{days:.0f} days"


def compute_usual_gap(days: Sequence[int]) -> float | None:
    """Compute the median gap between active days. In: days, ascending. Out: days; None below three."""
    gaps = sorted(later - earlier for earlier, later in pairwise(days))
    return float(gaps[len(gaps) // 2]) if len(gaps) >= 2 else None

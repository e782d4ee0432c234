"""What every connector must do, whatever its tool does: the scenarios of the conformance kit.

A run passes when all records were landed exactly once, or when it ended with a reason and the next healthy
sync lands what is missing: so the cursor had not passed what was not read.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from causeloop_pipeline.connectors.spec import TokenPages
from causeloop_pipeline.landing.conformance import faults
from causeloop_pipeline.landing.conformance.json_edit import set_at
from causeloop_pipeline.landing.conformance.sample_records import key_paths, make_record, set_time
from causeloop_pipeline.landing.conformance.scenario import (
    FIRST_NUMBER,
    NOW,
    NUMBERS_PER_LIST,
    RECORDS,
    Bench,
    Landed,
)
from causeloop_pipeline.landing.conformance.simulator import Fault

MakeBench = Callable[[], Bench]
KILLS = 3
HOSTILE_TEXT = "\x00 <script>alert(1)</script> ' ; drop table issue; -- \u202e {{ 7*7 }} " + "A" * 100_000
LATER = NOW + timedelta(hours=3)


@dataclass(frozen=True)
class Outcome:
    """How a scenario went; `note` says what was wrong, or that the sync ended with a reason."""

    scenario: str
    is_passed: bool
    note: str = ""


def run_scenarios(make_bench: MakeBench, seed: int = 0) -> Iterator[Outcome]:
    """Each scenario on a bench of its own."""
    for name, scenario in SCENARIOS.items():
        problem = scenario(make_bench(), random.Random(seed))  # noqa: S311 not for secrets
        yield Outcome(name, problem is None, problem or "")


def recovers(bench: Bench, fault: Fault | None, *, must_fail: bool = False) -> str | None:
    """A sync with a fault, then a healthy one: what is wrong afterwards, None where nothing is."""
    landed = Landed()
    reason = bench.sync(landed, fault)
    if must_fail and reason is None:
        return "the sync did not end with a reason"
    if reason is not None and "planted-" in reason:
        return "the reason shows a credential"
    missing = bench.list_expected_ids() - landed.versions.keys()
    if reason is None and missing:
        return f"records are missing although the sync ended well: {_some(missing)}"
    return _complete(bench, landed)


def _complete(bench: Bench, landed: Landed) -> str | None:
    reason = bench.sync(landed, now=LATER)
    if reason is not None:
        return f"the healthy sync afterwards failed: {reason}"
    missing = bench.list_expected_ids() - landed.versions.keys()
    if missing:
        return f"the cursor passed records that were not read: {_some(missing)}"
    surplus = landed.versions.keys() - bench.list_expected_ids()
    if surplus:
        return f"records that the tool does not have: {_some(surplus)}"
    several = [name for name, versions in landed.versions.items() if len(versions) > 1]
    return f"landed more than once: {_some(several)}" if several else None


def _some(names: Any) -> str:
    listed = sorted(names)
    return f"{len(listed)}, such as {', '.join(listed[:3])}"


def _read_all(bench: Bench, _random: random.Random) -> str | None:
    landed = Landed()
    if reason := bench.sync(landed):
        return f"the backfill failed: {reason}"
    if landed.quarantined:
        return f"records were quarantined: {landed.quarantined[0]}"
    if shared := bench.list_shared_ids():
        return f"keys are not unique: {_some(shared)}"
    return recovers(bench, None)


def _read_twice(bench: Bench, _random: random.Random) -> str | None:
    first, second = Landed(), Landed()
    bench.sync(first)
    bench.sync(second)
    return None if first.versions == second.versions else "two full reads differ"


def _read_what_is_new(bench: Bench, _random: random.Random) -> str | None:
    """New records, and one that changed, between two polls."""
    landed = Landed()
    if reason := bench.sync(landed):
        return reason
    for place, listed in enumerate(bench.simulator.lists):
        if not listed.records:
            continue
        moment = NOW + timedelta(hours=1)
        number = FIRST_NUMBER + place * NUMBERS_PER_LIST + RECORDS + 5
        listed.records.append(make_record(listed.pull, listed.records[0], number, moment))
        since = listed.pull.since
        sees_changes = since is None or since.field in listed.pull.schema.updated_at[:1]
        if sees_changes:
            listed.records.append(set_time(listed.pull, listed.records[3], moment))
            # A stored token counts places, so that an endless export keeps the old version in its own.
            if not (isinstance(listed.pull.pages, TokenPages) and listed.pull.pages.durable):
                del listed.records[3]
    before = landed.count
    if reason := bench.sync(landed, now=LATER):
        return reason
    missing = bench.list_expected_ids() - landed.versions.keys()
    if missing:
        return f"new records were not read: {_some(missing)}"
    return None if landed.count > before else "nothing new was landed"


def _survive_kills(bench: Bench, chance: random.Random) -> str | None:
    """The process ends after any page; the next one continues from the last commit."""
    landed = Landed()
    for _ in range(KILLS):
        bench.sync(landed, pages=chance.randint(1, 3))
    return _complete(bench, landed)


def _read_nothing_from_the_future(bench: Bench, _random: random.Random) -> str | None:
    landed = Landed()
    bench.sync(landed)
    before = landed.count
    reason = bench.sync(landed, now=LATER + timedelta(days=1))
    return reason or (None if landed.count == before else "records came again as new versions")


def _is_limited(bench: Bench, _random: random.Random) -> str | None:
    for style, bend in faults.limits(bench.connector).items():
        if problem := recovers(bench, faults.at_request(1, bend)):
            return f"wait by {style}: {problem}"
    return None


def _once(bend: faults.Bend) -> Callable[[Bench, random.Random], str | None]:
    return lambda bench, _random: recovers(bench, faults.at_request(1, bend))


def _from_then_on(bend: faults.Bend) -> Callable[[Bench, random.Random], str | None]:
    def scenario(bench: Bench, _random: random.Random) -> str | None:
        if _pages_of(bench) < 2:
            return None
        return recovers(bench, faults.from_request(1, bend), must_fail=True)

    return scenario


def _pages_of(bench: Bench) -> int:
    """How many requests a full read takes."""
    bench.sync(Landed())
    return bench.simulator.requests


def _refuse_for_ever(bench: Bench, _random: random.Random) -> str | None:
    """A list that may be left out is left out; all others end the sync with a reason."""
    landed = Landed()
    bench.sync(landed, faults.from_request(1, faults.status(403)))
    return _complete(bench, landed)


def _token_ends(bench: Bench, _random: random.Random) -> str | None:
    return recovers(bench, faults.at_request(1, faults.status(401)))


def _repeat_once(bench: Bench, _random: random.Random) -> str | None:
    return _tolerates(bench, faults.Repeats(forever=False))


def _repeat_for_ever(bench: Bench, _random: random.Random) -> str | None:
    return _tolerates(bench, faults.Repeats(forever=True))


def _tolerates(bench: Bench, fault: Fault) -> str | None:
    """Pages that lie: nothing may be landed twice, and a healthy full read must still find all."""
    landed = Landed()
    bench.sync(landed, fault)
    several = [name for name, versions in landed.versions.items() if len(versions) > 1]
    if several:
        return f"landed more than once: {_some(several)}"
    whole = Landed(versions=landed.versions)
    return _complete(bench, whole)


def _empty_but_next(bench: Bench, _random: random.Random) -> str | None:
    listed = bench.simulator.lists[0]
    if faults.is_by_count(listed.pull):
        return None
    return _complete_after(bench, faults.at_request(0, faults.empty_page(listed.pull)))


def _complete_after(bench: Bench, fault: Fault) -> str | None:
    landed = Landed()
    bench.sync(landed, fault)
    return _complete(bench, Landed(versions=landed.versions))


def _next_elsewhere(bench: Bench, _random: random.Random) -> str | None:
    bend = faults.leads_elsewhere(bench.simulator.lists[0].pull)
    if bend is None or _pages_of(bench) < 2:
        return None
    return recovers(bench, faults.at_request(0, bend), must_fail=True)


def _redirect_elsewhere(bench: Bench, _random: random.Random) -> str | None:
    bend = faults.status(302, Location=faults.FOREIGN)
    return recovers(bench, faults.at_request(0, bend), must_fail=not bench.connector.pulls[0].optional)


def _drift(change: Callable[[Bench, list[Any]], list[Any]]) -> Callable[[Bench, random.Random], str | None]:
    """Records that changed their shape are landed or quarantined with a reason, one by one; none is lost."""

    def scenario(bench: Bench, _random: random.Random) -> str | None:
        listed = next(entry for entry in bench.simulator.lists if entry.records)
        bench.simulator.lists = [listed]
        landed = Landed()
        fault = faults.drift(listed.pull, lambda items: change(bench, items))
        reason = bench.sync(landed, fault)
        if reason is not None:
            return None
        if any(not reason for reason in landed.quarantined):
            return "quarantined without a reason"
        seen = landed.versions.keys() | ({"?"} if landed.quarantined else set())
        return None if seen else "records were neither landed nor quarantined"

    return scenario


def _without_id(bench: Bench, items: list[Any]) -> list[Any]:
    path = key_paths(bench.simulator.lists[0].pull.schema)[-1]
    return [set_at(items[0], path, None), *items[1:]] if items else items


def _retype_id(bench: Bench, items: list[Any]) -> list[Any]:
    path = key_paths(bench.simulator.lists[0].pull.schema)[-1]
    return [set_at(items[0], path, {"new": ["shape"]}), *items[1:]] if items else items


def _new_field(_bench: Bench, items: list[Any]) -> list[Any]:
    return [
        entry | {"new_field": {"of": ["a", None]}} if isinstance(entry, dict) else entry for entry in items
    ]


def _hostile(_bench: Bench, items: list[Any]) -> list[Any]:
    return [entry | {"hostile": HOSTILE_TEXT} if isinstance(entry, dict) else entry for entry in items]


def _no_objects(_bench: Bench, items: list[Any]) -> list[Any]:
    return [None, 7, "text", [], *items]


SCENARIOS: dict[str, Callable[[Bench, random.Random], str | None]] = {
    "backfill over many pages": _read_all,
    "two full reads are equal": _read_twice,
    "new and changed records": _read_what_is_new,
    "killed at a random point": _survive_kills,
    "nothing new reads nothing": _read_nothing_from_the_future,
    "429 in each style": _is_limited,
    "500 once": _once(faults.status(500)),
    "503 for ever": _from_then_on(faults.status(503)),
    "reset in mid-body": _once(faults.cut),
    "truncated JSON": _once(faults.truncate),
    "truncated for ever": _from_then_on(faults.truncate),
    "401 in mid-sync": _token_ends,
    "403 for ever": _refuse_for_ever,
    "a page comes again": _repeat_once,
    "a looping cursor": _repeat_for_ever,
    "empty but has next": _empty_but_next,
    "next link to another host": _next_elsewhere,
    "redirect to another host": _redirect_elsewhere,
    "a record without an id": _drift(_without_id),
    "an id of another type": _drift(_retype_id),
    "a new field": _drift(_new_field),
    "hostile text": _drift(_hostile),
    "entries that are no records": _drift(_no_objects),
}

"""Lists that behave: read whole, twice alike, late records found, interrupted at any moment."""

import random
from datetime import timedelta

from causeloop_pipeline.landing.conformance.scenarios.outcome import (
    LATER,
    DoesNotApplyError,
    Scenario,
    check_completeness,
    check_doubles,
    check_recovery,
    name_some,
)
from causeloop_pipeline.landing.conformance.simulation.bench import (
    FIRST_NUMBER,
    NEWEST,
    NOW,
    NUMBERS_PER_LIST,
    RECORDS,
    Bench,
)
from causeloop_pipeline.landing.conformance.simulation.landed import Landed
from causeloop_pipeline.landing.conformance.simulation.sample_records import make_record

KILLS = 3


def read_all(bench: Bench, _random: random.Random) -> str | None:
    """All pages of all lists, and nothing that cannot be read."""
    landed = Landed()
    if reason := bench.sync(landed):
        return f"the backfill failed: {reason}"
    if landed.quarantined:
        return f"records were quarantined: {landed.quarantined[0]}"
    return check_recovery(bench, None)


def read_twice(bench: Bench, _random: random.Random) -> str | None:
    """Two syncs from nothing give the same."""
    first, second = Landed(), Landed()
    bench.sync(first)
    bench.sync(second)
    return None if first.versions == second.versions else "two full reads differ"


def have_own_keys(bench: Bench, _random: random.Random) -> str | None:
    """No two records of a list have one id."""
    shared = bench.list_shared_ids()
    return f"keys are not unique: {name_some(shared)}" if shared else None


def read_late_ones(bench: Bench, chance: random.Random) -> str | None:
    """Records come out of order, and after the poll that should have shown them, within the overlap."""
    landed = Landed()
    for listed in bench.simulator.lists:
        chance.shuffle(listed.records)
    if reason := bench.sync(landed):
        return reason
    late = 0
    for place, listed in enumerate(bench.simulator.lists):
        since = listed.pull.since
        if not listed.records or (since is not None and not since.overlap):
            continue
        by_records = since is not None and since.ascending and since.until_param is None
        reached = NEWEST if by_records else NOW
        moment = reached - (since.overlap / 2 if since is not None else timedelta(minutes=1))
        number = FIRST_NUMBER + place * NUMBERS_PER_LIST + RECORDS + 7
        listed.records.append(make_record(listed.pull, listed.records[0], number, moment))
        late += 1
    if not late:
        raise DoesNotApplyError("its lists continue from a token, which no late record escapes")
    return check_completeness(bench, landed)


def read_nothing_new(bench: Bench, _random: random.Random) -> str | None:
    """A poll without news lands nothing."""
    landed = Landed()
    bench.sync(landed)
    before = landed.count
    reason = bench.sync(landed, now=LATER)
    return reason or (None if landed.count == before else "records came again as new versions")


def read_nothing_from_the_future(bench: Bench, _random: random.Random) -> str | None:
    """A cursor that a wrong clock set ahead reads nothing, and breaks nothing."""
    landed = Landed()
    bench.sync(landed)
    before, ahead = landed.count, (LATER + timedelta(days=30)).isoformat()
    dated = {
        name: position | {"since": ahead}
        for name, position in landed.cursor.items()
        if isinstance(position, dict) and "since" in position
    }
    if not dated:
        raise DoesNotApplyError("its cursor holds no time")
    landed.cursor = landed.cursor | dated
    reason = bench.sync(landed, now=LATER)
    return reason or (None if landed.count == before else "records came again as new versions")


def survive_interruptions(bench: Bench, chance: random.Random) -> str | None:
    """The sync ends after any page; the next one continues from the last commit."""
    landed = Landed()
    for _ in range(KILLS):
        bench.sync(landed, pages=chance.randint(1, 3))
    return check_completeness(bench, landed)


def survive_kills(bench: Bench, chance: random.Random) -> str | None:
    """The process is killed with SIGKILL at any request; the next one continues from the last commit."""
    landed = Landed()
    for _ in range(KILLS):
        bench.sync_and_kill(landed, chance)
    return check_completeness(bench, landed) or check_doubles(landed)


READING: dict[str, Scenario] = {
    "backfill over many pages": read_all,
    "two full reads are equal": read_twice,
    "keys are unique": have_own_keys,
    "late and out of order": read_late_ones,
    "nothing new reads nothing": read_nothing_new,
    "a cursor in the future": read_nothing_from_the_future,
    "interrupted after any page": survive_interruptions,
    "killed at a random point": survive_kills,
}

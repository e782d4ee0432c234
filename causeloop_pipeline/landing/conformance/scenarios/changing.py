"""What happens to records between two polls: new, changed, resolved, opened again, deleted."""

import random
from datetime import timedelta
from typing import Any

from causeloop_pipeline.connectors.spec import TokenPages
from causeloop_pipeline.landing.conformance.scenarios.outcome import (
    LATER,
    DoesNotApplyError,
    Scenario,
    name_some,
)
from causeloop_pipeline.landing.conformance.simulation.bench import (
    FIRST_NUMBER,
    NOW,
    NUMBERS_PER_LIST,
    RECORDS,
    Bench,
)
from causeloop_pipeline.landing.conformance.simulation.landed import Landed
from causeloop_pipeline.landing.conformance.simulation.lifecycle import Ending, find_endings
from causeloop_pipeline.landing.conformance.simulation.sample_records import make_record, set_time
from causeloop_pipeline.landing.conformance.simulation.simulator import SimulatedList
from causeloop_pipeline.landing.record_meaning import ENDED
from causeloop_pipeline.model.raw_record import ABSENT

LATEST = LATER + timedelta(hours=3)
CHANGED_AT = NOW + timedelta(hours=1)


def read_what_is_new(bench: Bench, _random: random.Random) -> str | None:
    """New records, and one that changed, between two polls."""
    landed = Landed()
    if reason := bench.sync(landed):
        return reason
    for place, listed in enumerate(bench.simulator.lists):
        if not listed.records:
            continue
        number = FIRST_NUMBER + place * NUMBERS_PER_LIST + RECORDS + 5
        listed.records.append(make_record(listed.pull, listed.records[0], number, CHANGED_AT))
        since = listed.pull.since
        if since is None or since.field in listed.pull.schema.updated_at[:1]:
            _replace(listed, 3, set_time(listed.pull, listed.records[3], CHANGED_AT))
    before = landed.count
    if reason := bench.sync(landed, now=LATER):
        return reason
    missing = bench.list_expected_ids() - landed.versions.keys()
    if missing:
        return f"new records were not read: {name_some(missing)}"
    return None if landed.count > before else "nothing new was landed"


def see_the_end(bench: Bench, _random: random.Random) -> str | None:
    """An issue that was resolved between two polls is resolved afterwards."""
    landed = Landed()
    problem, _, _ = _resolve(bench, landed)
    return problem


def see_it_open_again(bench: Bench, _random: random.Random) -> str | None:
    """An issue that was resolved and then opened again is open afterwards."""
    landed = Landed()
    problem, ending, record = _resolve(bench, landed)
    if problem is not None:
        return problem
    if not ending.is_listed:
        raise DoesNotApplyError("its lists do not show records that were opened again")
    place = _find_place(ending.listed, bench, record)
    _replace(ending.listed, place, set_time(ending.listed.pull, record, LATER + timedelta(hours=1)))
    reason = bench.sync(landed, now=LATEST)
    external_id = bench.read(ending.listed, record).external_id
    return reason or _check_status(bench, landed, external_id, is_ended=False)


def _resolve(bench: Bench, landed: Landed) -> tuple[str | None, Ending, Any]:
    """Poll, let one issue end, poll again: what is wrong, what ended, and the record as it was."""
    bench.is_refreshing = True
    endings = list(find_endings(bench, CHANGED_AT))
    usable = [ending for ending in endings if ending.is_listed or ending.listed.pull.refresh is not None]
    if not usable:
        why = "none of its lists shows that an issue has ended" if endings else "its issues have no end"
        raise DoesNotApplyError(why)
    ending = usable[0]
    listed, record = ending.listed, ending.listed.records[ending.place]
    external_id = bench.read(listed, record).external_id
    if reason := bench.sync(landed):
        return reason, ending, record
    ended = ending.end(set_time(listed.pull, record, CHANGED_AT))
    if ending.is_listed:
        _replace(listed, ending.place, ended)
    else:
        listed.unlisted.append(ended)
        del listed.records[ending.place]
    reason = bench.sync(landed, now=LATER)
    return reason or _check_status(bench, landed, external_id, is_ended=True), ending, record


def _check_status(bench: Bench, landed: Landed, external_id: str, *, is_ended: bool) -> str | None:
    latest = landed.latest.get(external_id)
    meaning = bench.understand(latest) if latest is not None else None
    if meaning is None:
        return f"{external_id} was not landed"
    if (meaning.fields["status"] in ENDED) is is_ended:
        return None
    return f"{external_id} is {meaning.fields['status']} afterwards"


def survive_deletion(bench: Bench, _random: random.Random) -> str | None:
    """A record that the tool has deleted between two polls disturbs no other; by that it may have ended."""
    landed, bench.is_refreshing = Landed(), True
    if reason := bench.sync(landed):
        return reason
    for listed in bench.simulator.lists:
        del listed.records[2:4]
    before = landed.count
    reason = bench.sync(landed, now=LATER)
    ended = sum(record.kind == ABSENT for record in landed.latest.values())
    return reason or (None if landed.count - ended == before else "records came again as new versions")


def _replace(listed: SimulatedList, place: int, record: Any) -> None:
    """Put a new version in; a stored token counts places, so that an export keeps the old one in its own."""
    listed.records.append(record)
    if not (isinstance(listed.pull.pages, TokenPages) and listed.pull.pages.durable):
        del listed.records[place]


def _find_place(listed: SimulatedList, bench: Bench, record: Any) -> int:
    """Where the newest version of a record is."""
    external_id = bench.read(listed, record).external_id
    ids = [getattr(bench.read(listed, entry), "external_id", None) for entry in listed.records]
    return len(ids) - 1 - ids[::-1].index(external_id)


CHANGING: dict[str, Scenario] = {
    "new and changed records": read_what_is_new,
    "resolved between polls": see_the_end,
    "reopened between polls": see_it_open_again,
    "deleted between polls": survive_deletion,
}

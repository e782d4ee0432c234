"""Records that change their shape: landed or quarantined with a reason, one by one; none is lost."""

import random
from collections.abc import Callable
from typing import Any

from causeloop_pipeline.landing.conformance.scenarios.outcome import DoesNotApplyError, Scenario
from causeloop_pipeline.landing.conformance.simulation import faults
from causeloop_pipeline.landing.conformance.simulation.bench import Bench
from causeloop_pipeline.landing.conformance.simulation.json_edit import set_at
from causeloop_pipeline.landing.conformance.simulation.landed import Landed
from causeloop_pipeline.landing.conformance.simulation.sample_records import list_key_paths
from causeloop_pipeline.landing.conformance.simulation.simulator import SimulatedList
from causeloop_pipeline.landing.record_meaning import UnknownVariantError, read_meaning
from causeloop_pipeline.model.raw_record import NoFailure, Quarantined, RawRecord

HOSTILE_TEXT = "\x00 <script>alert(1)</script> ' ; drop table issue; -- \u202e {{ 7*7 }} " + "A" * 100_000
HALF_CHARACTER = "\ud800"
HUGE_TEXT = "A" * 5_000_000
OTHER_TYPES: tuple[Any, ...] = (
    None,
    7,
    -1,
    1e300,
    True,
    "",
    "\x00",
    [],
    {},
    [{"a": [None]}],
    {"new": ["shape"]},
)

Change = Callable[[SimulatedList, list[Any]], list[Any]]


def _drift(change: Change, make_fault: Callable[..., Any] = faults.drift) -> Scenario:
    def scenario(bench: Bench, _random: random.Random) -> str | None:
        listed = next(entry for entry in bench.simulator.lists if entry.records)
        bench.simulator.lists = [listed]
        landed, aside = Landed(), 0

        def change_page(items: list[Any]) -> list[Any]:
            nonlocal aside
            changed = change(listed, items)
            aside += sum(isinstance(bench.read(listed, item), NoFailure) for item in changed)
            return changed

        reason = bench.sync(landed, make_fault(listed.pull, change_page))
        if reason is not None:
            return None
        if any(not refused for refused in landed.quarantined):
            return "quarantined without a reason"
        seen = len(landed.versions) + len(landed.quarantined) + aside
        expected = len(bench.list_expected_ids())
        return None if seen >= expected else f"{expected - seen} records were neither landed nor quarantined"

    return scenario


def _remove_id(listed: SimulatedList, items: list[Any]) -> list[Any]:
    path = list_key_paths(listed.pull.schema)[-1]
    return [set_at(items[0], path, None), *items[1:]] if items else items


def _retype_id(listed: SimulatedList, items: list[Any]) -> list[Any]:
    path = list_key_paths(listed.pull.schema)[-1]
    return [set_at(items[0], path, {"new": ["shape"]}), *items[1:]] if items else items


def _add(name: str, value: Any) -> Change:
    def change(_listed: SimulatedList, items: list[Any]) -> list[Any]:
        return [entry | {name: value} if isinstance(entry, dict) else entry for entry in items[:1]] + items[
            1:
        ]

    return change


def _add_field(_listed: SimulatedList, items: list[Any]) -> list[Any]:
    return [
        entry | {"new_field": {"of": ["a", None]}} if isinstance(entry, dict) else entry for entry in items
    ]


def _add_no_objects(_listed: SimulatedList, items: list[Any]) -> list[Any]:
    return [None, 7, "text", [], *items]


def bend_every_field(bench: Bench, _random: random.Random) -> str | None:
    """Each field that is read is missing, or of another type: the record is read or refused with a reason."""
    tried = 0
    for listed in bench.simulator.lists:
        for record in listed.records[:1]:
            whole = bench.read(listed, record)
            meaning = bench.understand(whole) if isinstance(whole, RawRecord) else None
            paths = {path for read in meaning.paths.values() for path in read if path} if meaning else set()
            for path in sorted(
                paths | set(list_key_paths(listed.pull.schema)) | set(listed.pull.schema.updated_at)
            ):
                for value in OTHER_TYPES:
                    tried += 1
                    if problem := _read_bent(bench, listed, set_at(record, path, value)):
                        return f"{path} as {value!r}: {problem}"
    if not tried:
        raise DoesNotApplyError("none of its records has a meaning")
    return None


def _read_bent(bench: Bench, listed: SimulatedList, record: Any) -> str | None:
    try:
        read = bench.read(listed, record)
        if isinstance(read, RawRecord):
            read_meaning(bench.connector, read, bench.config)
    except UnknownVariantError as refused:
        return None if str(refused) else "refused without a reason"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "quarantined without a reason" if isinstance(read, Quarantined) and not read.reason else None


DRIFTING: dict[str, Scenario] = {
    "a record without an id": _drift(_remove_id),
    "an id of another type": _drift(_retype_id),
    "a new field": _drift(_add_field),
    "any field missing or of another type": bend_every_field,
    "hostile text": _drift(_add("hostile", HOSTILE_TEXT)),
    "half a character": _drift(_add("half", HALF_CHARACTER), faults.drift_raw),
    "a record of 5 MB": _drift(_add("huge", HUGE_TEXT)),
    "entries that are not records": _drift(_add_no_objects),
}

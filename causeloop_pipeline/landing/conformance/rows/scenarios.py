"""What is tried on a source of rows: read whole, twice alike, changed, broken, interrupted and killed."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice

from causeloop_pipeline.landing.conformance.rows.reading_process import read_in_process
from causeloop_pipeline.landing.conformance.rows.row_source import Row, RowSource
from causeloop_pipeline.landing.conformance.scenarios.outcome import (
    ScenarioResult,
    check_doubles,
    name_some,
    run,
)
from causeloop_pipeline.landing.conformance.simulation.landed import Landed

ROWS = 1_200
"""More than two pages."""
HOSTILE = ("'; drop table failure; --", "\u202ebackwards", "{{ 7 * 7 }}", "💥" * 200, "%s \\x00 {}")

Scenario = Callable[[RowSource, random.Random], str | None]
Maker = Callable[[], AbstractContextManager[RowSource]]


def read_all(source: RowSource, _random: random.Random) -> str | None:
    """All rows, each once."""
    landed = _fill(source)
    reason = source.sync(landed)
    return reason or _compare(landed, ROWS) or check_doubles(landed)


def read_twice(source: RowSource, _random: random.Random) -> str | None:
    """Two syncs from nothing give the same."""
    first, second = _fill(source), Landed()
    reason = source.sync(first) or source.sync(second)
    return reason or (None if first.versions == second.versions else "two full reads differ")


def read_changes(source: RowSource, _random: random.Random) -> str | None:
    """New rows and new versions of rows come with the next sync, and nothing else does."""
    landed = _fill(source)
    if reason := source.sync(landed):
        return reason
    source.rows.write([*_make_rows(0, 3, title="It failed in another way"), *_make_rows(ROWS, 2)])
    reason = source.sync(landed)
    several = {name for name, versions in landed.versions.items() if len(versions) > 1}
    if several != {f"R-{number}" for number in range(3)}:
        return f"other rows than the changed ones have a new version: {name_some(several)}"
    return reason or _compare(landed, ROWS + 2)


def read_nothing_new(source: RowSource, _random: random.Random) -> str | None:
    """A sync without news lands nothing."""
    landed = _fill(source)
    reason = source.sync(landed)
    before = landed.count
    reason = reason or source.sync(landed)
    return reason or (None if landed.count == before else "rows came again as new versions")


def set_broken_ones_aside(source: RowSource, _random: random.Random) -> str | None:
    """Rows that cannot be read are set aside with a reason; those beside them are read."""
    landed = Landed()
    source.rows.write(_make_rows(0, 5))
    broken = source.rows.write_broken()
    source.rows.write(_make_rows(5, 5))
    reason = source.sync(landed)
    if len(landed.quarantined) != broken or not all(landed.quarantined):
        return f"{len(landed.quarantined)} rows were set aside, not {broken}"
    return reason or _compare(landed, 10)


def read_hostile_texts(source: RowSource, _random: random.Random) -> str | None:
    """Texts that would be commands, markup or templates elsewhere arrive as they are."""
    landed = Landed()
    source.rows.write([row for n, text in enumerate(HOSTILE) for row in _make_rows(n, 1, title=text)])
    reason = source.sync(landed)
    titles = [landed.latest[f"R-{n}"].payload["title"] for n in range(len(landed.latest))]
    return reason or (None if titles == list(HOSTILE) else "a title was changed on its way")


def survive_interruptions(source: RowSource, chance: random.Random) -> str | None:
    """The sync ends after any page; the next one continues from the last commit."""
    landed = _fill(source)
    for _ in range(2):
        source.sync(landed, pages=chance.randint(1, 2))
    reason = source.sync(landed)
    return reason or _compare(landed, ROWS) or check_doubles(landed)


def survive_kills(source: RowSource, chance: random.Random) -> str | None:
    """The process is killed with SIGKILL after any page; the next one continues from the last commit."""
    landed = _fill(source)
    for _ in range(2):
        _sync_and_kill(source, landed, after=chance.randint(0, 2))
    reason = source.sync(landed)
    return reason or _compare(landed, ROWS) or check_doubles(landed)


ROW_SCENARIOS: dict[str, Scenario] = {
    "all rows are read": read_all,
    "two full reads are equal": read_twice,
    "new and changed rows": read_changes,
    "nothing new reads nothing": read_nothing_new,
    "broken rows": set_broken_ones_aside,
    "hostile texts": read_hostile_texts,
    "interrupted after any page": survive_interruptions,
    "killed at a random point": survive_kills,
}


def run_row_scenarios(make: Maker, seed: int) -> Iterator[ScenarioResult]:
    """Each scenario on a source of its own."""
    for name, scenario in ROW_SCENARIOS.items():
        yield run(name, partial(_run_on_source, scenario, make, seed))


def _run_on_source(scenario: Scenario, make: Maker, seed: int) -> str | None:
    with make() as source:
        return scenario(source, random.Random(seed))  # noqa: S311 not for secrets


def _fill(source: RowSource) -> Landed:
    source.rows.write(_make_rows(0, ROWS))
    return Landed()


def _make_rows(first: int, count: int, title: str = "It failed") -> list[Row]:
    now = datetime.now(UTC)
    return [
        {
            "id": f"R-{number}",
            "title": title,
            "severity": "p2",
            "updated_at": (now - timedelta(seconds=count + first - number)).isoformat(),
        }
        for number in range(first, first + count)
    ]


def _compare(landed: Landed, count: int) -> str | None:
    missing = {f"R-{number}" for number in range(count)} - landed.versions.keys()
    if missing:
        return f"the cursor passed rows that were not read: {name_some(missing)}"
    surplus = len(landed.versions) - count
    return f"{surplus} rows too many were read" if surplus else None


def _sync_and_kill(source: RowSource, landed: Landed, after: int) -> None:
    """A sync in a process of its own that is killed after some pages; those were landed."""
    with read_in_process(source, landed) as (child, committed):
        for page in islice(committed, after):
            landed.commit(page)
        os.kill(child, signal.SIGKILL)
        for page in committed:  # what it had committed before it died
            landed.commit(page)

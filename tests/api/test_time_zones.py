"""In twelve time zones, charts by day count every issue once, also on the days on which the clocks change."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest

from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from tests.analysis.time_zones import ZONES, days_around, find_changes, moments_of
from tests.api.conftest import Client
from tests.conftest import new_workspace
from tests.support.aged_rows import add_pattern
from tests.support.single_occurrences import add_single_occurrences

NOW = datetime.now(UTC)
NEW_ISSUES = """
insert into core.issue (
    workspace_id, issue_id, source, external_id, title, severity, status, pattern_id,
    source_created_at, source_updated_at, ingested_at
)
select %s, gen_random_uuid(), 'custom_api', number::text, 'It broke', 'p2', 'open', %s, moment, moment, now()
from unnest(%s::timestamptz[]) with ordinality as moments (moment, number)
"""


def add_issues(database: Database, workspace_id: UUID, moments: list[datetime]) -> UUID:
    """A pattern of issues of these moments."""
    pattern_id = add_pattern(database, workspace_id, [])
    with database.workspace(workspace_id) as session:
        session.execute(NEW_ISSUES, (workspace_id, pattern_id, moments))
        add_single_occurrences(session)
    return pattern_id


def by_day(rows: list[dict[str, object]], name: str) -> Counter[date]:
    return Counter(
        {date.fromisoformat(str(row[name])): int(str(row["count"])) for row in rows if row["count"]}
    )


@pytest.mark.parametrize("zone", ZONES)
def test_every_issue_of_the_days_of_a_change_counts_on_its_local_day(
    zone: str, client: Client, owner: psycopg.Connection, database: Database
) -> None:
    workspace_id = new_workspace(owner, timezone=zone)
    moments = [
        moment
        for change in find_changes(zone, NOW)
        for moment in moments_of(days_around(change, zone), zone)
        if moment < NOW
    ]
    pattern_id = add_issues(database, workspace_id, moments)
    api = client(create_service_key(owner, workspace_id, "reader", "viewer"))

    days = api.get(f"/v1/patterns/{pattern_id}/frequency", params={"days": 372}).json()["data"]
    weeks = api.get(f"/v1/patterns/{pattern_id}/frequency", params={"days": 372, "bucket": "week"}).json()
    displayed = api.get("/v1/predictions/forecast", params={"pattern_id": str(pattern_id)}).json()["actual"]

    local = Counter(moment.astimezone(ZoneInfo(zone)).date() for moment in moments)
    assert by_day(days, "start") == local
    assert sum(week["count"] for week in weeks["data"]) == len(moments)
    first = date.fromisoformat(displayed[0]["day"])
    assert by_day(displayed, "day") == Counter({day: count for day, count in local.items() if day >= first})
    starts = [date.fromisoformat(row["start"]) for row in days]
    assert starts == [starts[0] + timedelta(days=number) for number in range(372)]


def test_a_midnight_that_comes_twice_parts_no_issue_from_its_day(
    client: Client, owner: psycopg.Connection, database: Database
) -> None:
    """As in Havana, where in autumn one o'clock is followed by midnight: here it was so ten days ago."""
    change = (NOW - timedelta(days=10)).date()
    zone = f"CST5CDT,0/0,{(change - date(change.year, 1, 1)).days}/1"
    workspace_id = new_workspace(owner, timezone=zone)
    first_midnight = datetime(change.year, change.month, change.day, 4, 5, tzinfo=UTC)
    moments = [first_midnight + timedelta(minutes=30 * number) for number in range(-4, 8)]
    pattern_id = add_issues(database, workspace_id, moments)
    api = client(create_service_key(owner, workspace_id, "reader", "viewer"))

    days = api.get(f"/v1/patterns/{pattern_id}/frequency", params={"days": 30}).json()["data"]
    displayed = api.get("/v1/predictions/forecast", params={"pattern_id": str(pattern_id)}).json()["actual"]

    assert by_day(days, "start") == {change - timedelta(days=1): 4, change: 8}
    assert by_day(displayed, "day") == by_day(days, "start")

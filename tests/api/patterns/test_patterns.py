"""Patterns, their members, frequency and lineage."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import uuid4

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def test_members_have_a_reason_and_what_the_nearest_pattern_misses(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    members = api.get(
        f"/v1/patterns/{sample.ids['pattern_id']}/members", params={"sort": "-similarity"}
    ).json()

    assert members["page"]["total"] == 7
    assert members["data"][0]["similarity"] == 1.0
    assert members["data"][0]["reason"] == {"template": "times out"}
    assert members["data"][0]["nearest_missing"] == "service"


def test_frequency_counts_every_day_in_the_time_zone_of_the_workspace(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, pattern_id = client(fresh_sample.credentials["viewer"]), fresh_sample.ids["pattern_id"]
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("delete from core.occurrence where workspace_id = %s", (fresh_sample.workspace_id,))
        session.execute(
            "insert into core.occurrence (workspace_id, issue_id, started_at) select workspace_id, issue_id, "
            "(date_trunc('day', now() at time zone 'Europe/Berlin') - interval '71 hours 50 minutes') "
            "at time zone 'Europe/Berlin' from core.issue where pattern_id = %s",
            (pattern_id,),
        )

    days = api.get(f"/v1/patterns/{pattern_id}/frequency", params={"days": 10}).json()
    weeks = api.get(f"/v1/patterns/{pattern_id}/frequency", params={"bucket": "week", "days": 35}).json()

    assert days["timezone"] == "Europe/Berlin"
    assert [bucket["count"] for bucket in days["data"]] == [0] * 6 + [7, 0, 0, 0]
    starts = [date.fromisoformat(bucket["start"]) for bucket in days["data"]]
    assert {later - earlier for earlier, later in pairwise(starts)} == {timedelta(days=1)}
    assert sum(bucket["count"] for bucket in weeks["data"]) == 7
    assert {date.fromisoformat(bucket["start"]).weekday() for bucket in weeks["data"]} == {0}
    weekday = next(start for start, bucket in zip(starts, days["data"], strict=True) if bucket["count"])
    assert days["times"] == [{"weekday": weekday.isoweekday(), "hour": 0, "count": 7}]


def test_the_id_of_a_merged_pattern_redirects_to_its_current_pattern(client: Client, sample: Sample) -> None:
    api, old = client(sample.credentials["viewer"]), sample.ids["old_pattern_id"]

    moved = api.get(f"/v1/patterns/{old}")
    lineage = api.get(f"/v1/patterns/{old}/lineage").json()
    parts = ("members", "occurrences", "member-groups", "frequency", "endings")
    leading = {part: api.get(f"/v1/patterns/{old}/{part}", follow_redirects=False) for part in parts}
    filtered = api.get(f"/v1/patterns/{old}/members?limit=2&q=checkout", follow_redirects=False)
    survivor = api.get(f"/v1/patterns/{sample.ids['pattern_id']}/lineage").json()

    assert moved.status_code == 308
    assert moved.headers["location"] == f"/v1/patterns/{sample.ids['pattern_id']}"
    assert moved.json() == lineage
    assert lineage["current_ids"] == [str(sample.ids["pattern_id"])]
    assert lineage["steps"][0]["reason"] == "a person merged them"
    assert {part: answer.headers.get("location") for part, answer in leading.items()} == {
        part: f"/v1/patterns/{sample.ids['pattern_id']}/{part}" for part in parts
    }
    assert filtered.headers["location"].endswith("/members?limit=2&q=checkout")
    assert str(old) in [step["old_pattern_id"] for step in survivor["arrivals"]]
    assert api.get(moved.headers["location"]).status_code == 200


def test_lineage_follows_a_chain_of_moves_to_its_end(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    chain = [uuid4() for _ in range(5)] + [fresh_sample.ids["pattern_id"]]
    with database.workspace(fresh_sample.workspace_id) as session:
        for hours, (old, new) in enumerate(pairwise(chain)):
            session.execute(
                "insert into detect.pattern_lineage (workspace_id, old_pattern_id, new_pattern_id, kind, "
                "issue_count, reason, at) "
                "values (%s, %s, %s, 'regrouped', 1, 'r', now() - make_interval(hours => 9 - %s))",
                (fresh_sample.workspace_id, old, new, hours),
            )

    lineage = client(fresh_sample.credentials["viewer"]).get(f"/v1/patterns/{chain[0]}/lineage").json()

    assert lineage["current_ids"] == [str(fresh_sample.ids["pattern_id"])]
    assert [step["old_pattern_id"] for step in lineage["steps"]] == [str(old) for old in chain[:-1]]


def test_the_issues_of_a_pattern_can_be_searched(client: Client, sample: Sample) -> None:
    path = f"/v1/patterns/{sample.ids['pattern_id']}/members"
    viewer = client(sample.credentials["viewer"])

    assert viewer.get(path, params={"q": "times out after 3 s"}).json()["page"]["total"] == 1
    assert viewer.get(path, params={"q": "nothing of the kind"}).json()["data"] == []


def test_the_patterns_of_a_recommendation_are_listed(client: Client, sample: Sample) -> None:
    viewer, recommendation_id = client(sample.credentials["viewer"]), sample.ids["recommendation_id"]
    recommendation = viewer.get(f"/v1/recommendations/{recommendation_id}").json()

    def find(of: object) -> list[str]:
        page = viewer.get("/v1/patterns", params={"recommendation_id": str(of)}).json()
        return [pattern["id"] for pattern in page["data"]]

    assert sorted(find(recommendation_id)) == sorted(recommendation["pattern_ids"])
    assert find(uuid4()) == []

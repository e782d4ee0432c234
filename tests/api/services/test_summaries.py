"""The summary of a service, and of the team that owns it: what failed, what ended it, and who knows it."""

from typing import Any

import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def count_rows(api: Any, path: str, **filters: Any) -> int:
    answer = api.get(path, params=filters)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["page"]["total"])


def read_summary(api: Any, kind: str, name: str, days: int = 90) -> dict[str, Any]:
    answer = api.get(f"/v1/{kind}/summary", params={"name": name, "days": days})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def own(api: Any, service: str, name: str | None) -> None:
    answer = api.put("/v1/owners", json={"item_kind": "service", "item": service, "name": name})
    assert answer.status_code == 200, answer.text


def end_issues(database: Database, sample: Sample, service: str, person: str) -> None:
    """Let a person end each issue of a service an hour after it began."""
    with database.workspace(sample.workspace_id) as session:
        session.execute(
            "insert into act.ending "
            "(workspace_id, issue_id, ended_at, took_seconds, quote, made_by, read_until) "
            "select workspace_id, issue_id, source_created_at + interval '1 hour', 3600, 'restarted it', "
            "%s, now() from core.issue where service = %s and pattern_id is not null "
            "on conflict (workspace_id, issue_id) do update set made_by = excluded.made_by, "
            "ended_at = excluded.ended_at, quote = excluded.quote",
            (person, service),
        )
        session.execute(
            "update core.occurrence as o set ended_at = o.started_at + interval '1 hour' "
            "from core.issue as i where i.issue_id = o.issue_id and i.service = %s",
            (service,),
        )


def test_a_summary_counts_what_its_lists_have_and_names_who_ended_it(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, viewer = (client(fresh_sample.credentials[role]) for role in ("admin", "viewer"))
    end_issues(database, fresh_sample, "checkout", "Kim")
    cost_unknown = read_summary(viewer, "services", "checkout", 730)
    assert api.patch("/v1/workspace/settings", json={"loop_cost": 20}).status_code == 200

    summary = read_summary(viewer, "services", "checkout", 730)

    issues = count_rows(viewer, "/v1/issues", service="checkout")
    assert summary["occurrences"] >= issues
    assert cost_unknown["cost"] is None
    assert summary["cost"] == 20 * summary["occurrences"]
    assert sum(week["count"] for week in summary["weeks"]) == summary["occurrences"]
    assert summary["mttr_seconds"] == 3600
    assert summary["experts"][0]["name"] == "Kim"
    assert 5 < summary["experts"][0]["ended"] <= issues
    assert len(summary["endings"]) == 5
    assert summary["endings"] == sorted(summary["endings"], key=lambda each: each["ended_at"], reverse=True)
    assert {each["quote"] for each in summary["endings"]} == {"restarted it"}


def test_a_team_has_what_its_services_have_and_loses_it_with_them(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, viewer = (client(fresh_sample.credentials[role]) for role in ("analyst", "viewer"))
    end_issues(database, fresh_sample, "checkout", "Kim")
    of_nobody = read_summary(viewer, "teams", "@acme/shop", 730)

    own(api, "checkout", "@acme/shop")

    of_service = read_summary(viewer, "services", "checkout", 730)
    of_team = read_summary(viewer, "teams", "@acme/shop", 730)
    assert (of_nobody["occurrences"], of_nobody["services"], of_nobody["endings"]) == (0, [], [])
    assert of_team == {**of_service, "name": "@acme/shop"}
    assert of_team["services"] == ["checkout"]
    teams = {team["name"]: team for team in viewer.get("/v1/teams").json()["data"]}
    assert teams["@acme/shop"]["services"] == 1
    assert teams["@acme/shop"]["issues"] == count_rows(viewer, "/v1/issues", service="checkout")
    own(api, "checkout", "Kim")
    assert read_summary(viewer, "teams", "@acme/shop", 730)["occurrences"] == 0


@pytest.mark.parametrize("path", ["/v1/issues", "/v1/changes", "/v1/predictions", "/v1/recommendations"])
def test_the_lists_of_an_owner_are_those_of_the_services_that_it_owns(
    path: str, client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    own(api, "checkout", "@acme/shop")

    of_service = count_rows(api, path, service="checkout")

    assert of_service > 0
    assert count_rows(api, path, owner="@acme/shop") == of_service
    assert count_rows(api, path, owner="nobody") == count_rows(api, path, service="nobody") == 0


def test_without_another_owner_a_team_is_whom_the_tools_name(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update detect.pattern set fingerprint = fingerprint || "
            """'{"team": {"value": "night crew", "share": 1}}'::jsonb"""
        )
        session.execute("update core.issue set team = 'night crew' where service is null")

    summary = read_summary(api, "teams", "night crew", 730)

    services = summary["services"]
    assert services
    nameless = sum(
        issue["service"] is None for issue in api.get("/v1/issues", params={"limit": 100}).json()["data"]
    )
    of_services = count_rows(api, "/v1/issues", service=services)
    assert count_rows(api, "/v1/issues", owner="night crew") == nameless + of_services
    for service in services:
        owner = api.get("/v1/owners/of", params={"item_kind": "service", "item": service}).json()["owner"]
        assert owner["name"] == "night crew"

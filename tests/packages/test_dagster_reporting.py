"""What fails in a real Dagster instance is reported once, by its root, and ends; what is known comes back."""

from collections.abc import Iterator
from datetime import datetime

import dagster as dg
import pytest
from causeloop_dagster import Causeloop, CauseloopError

from tests.packages.dagster_failing_assets import (
    FAILING,
    KEY,
    FakeCauseloop,
    Location,
    mailing,
)
from tests.packages.dagster_freshness import record_freshness
from tests.support.fake_tool import Reply, fake_tool

SEEN = {
    "is_new": False,
    "new_probability": 0.1,
    "matches": [
        {
            "probability": 0.87,
            "pattern": {
                "name": "KeyError in orders",
                "occurrence_count": 4,
                "url": "https://causeloop.example/#/patterns/1",
            },
            "nearest_issue": {"external_id": "run/1/orders"},
            "fixes": [
                {"fixed_at": "2026-01-01T00:00:00Z", "verdict": "held", "withdrawn_at": None},
                {"fixed_at": "2026-03-03T00:00:00Z", "verdict": "failed", "withdrawn_at": None},
            ],
            "next": {"date_median": "2026-12-07"},
        }
    ],
}


@pytest.fixture
def causeloop() -> FakeCauseloop:
    return FakeCauseloop()


@pytest.fixture
def location(causeloop: FakeCauseloop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Location]:
    """A code location that has been evaluated once."""
    monkeypatch.setenv("CAUSELOOP_KEY", KEY)
    FAILING.clear()
    with fake_tool(causeloop) as tool, dg.DagsterInstance.ephemeral() as instance:
        started = Location(instance, tool)
        started.evaluate()
        yield started
    FAILING.clear()


def test_a_failed_step_is_reported_once_with_its_exception_and_ends_with_the_next_success(
    location: Location, causeloop: FakeCauseloop
) -> None:
    FAILING.add("orders")
    run = location.materialize(["orders"])
    location.evaluate()
    location.evaluate()
    FAILING.clear()
    location.materialize(["orders"])
    location.evaluate()

    opened, ended = causeloop.events
    assert causeloop.list_states() == [("asset:orders", "open"), ("asset:orders", "resolved")]
    assert opened["external_id"] == ended["external_id"] == f"run/{run.run_id}/orders"
    assert (opened["title"], opened["error_type"]) == ("KeyError: 'sku'", "KeyError")
    assert (opened["service"], opened["environment"]) == ("orders", "prod")
    assert "dagster_failing_assets.py" in opened["body"]
    assert ended["body"] == opened["body"]
    assert datetime.fromisoformat(ended["resolved_at"]) > datetime.fromisoformat(opened["source_created_at"])


def test_each_run_of_an_op_that_fails_is_a_failure_and_its_success_ends_all(
    location: Location, causeloop: FakeCauseloop
) -> None:
    FAILING.add("send_mail")
    for _ in range(2):
        mailing.execute_in_process(instance=location.instance, raise_on_error=False)
    location.evaluate()
    FAILING.clear()
    mailing.execute_in_process(instance=location.instance)
    location.evaluate()

    key = "step:mailing/send_mail"
    assert causeloop.list_states() == [(key, "open"), (key, "open"), (key, "resolved"), (key, "resolved")]
    assert len({event["external_id"] for event in causeloop.events}) == 2


def test_what_follows_from_a_failing_asset_is_named_by_its_root_and_not_reported(
    location: Location, causeloop: FakeCauseloop
) -> None:
    FAILING.update({"orders", "sales"})
    location.materialize(["orders"])
    location.materialize(["sales"])
    location.evaluate()
    FAILING.discard("orders")
    location.materialize(["orders"])
    location.evaluate()
    location.materialize(["sales"])
    location.evaluate()

    root, named, ended, own = causeloop.events
    assert [state for state in causeloop.list_states() if state[0] == "asset:sales"] == [
        ("asset:sales", "open")
    ]
    assert "also_failed" not in root["attributes"]
    assert named["external_id"] == root["external_id"]
    assert named["attributes"]["also_failed"] == ended["attributes"]["also_failed"] == ["asset:sales"]
    assert (ended["status"], own["attributes"]["key"]) == ("resolved", "asset:sales")


def test_a_blocking_check_is_the_failure_and_not_the_step_that_it_stops(
    location: Location, causeloop: FakeCauseloop
) -> None:
    FAILING.add("has_rows")
    location.materialize(["orders"])
    location.materialize(["orders"])
    location.evaluate()
    FAILING.clear()
    location.materialize(["orders"])
    location.evaluate()

    assert causeloop.list_states() == [
        ("check:orders:has_rows", "open"),
        ("check:orders:has_rows", "resolved"),
    ]
    assert causeloop.events[0]["title"] == "Asset check has_rows of orders failed"
    assert causeloop.events[0]["severity"] == "p2"


def test_a_violated_freshness_policy_is_open_until_the_asset_is_fresh_again(
    location: Location, causeloop: FakeCauseloop
) -> None:
    record_freshness(location.instance, "orders", "FAIL", 1_770_000_000.0)
    location.evaluate()
    record_freshness(location.instance, "orders", "WARN", 1_770_000_100.0)
    record_freshness(location.instance, "orders", "PASS", 1_770_000_200.0)
    location.evaluate()

    assert causeloop.list_states() == [("freshness:orders", "open"), ("freshness:orders", "resolved")]


def test_a_run_that_is_retried_is_not_reported(location: Location, causeloop: FakeCauseloop) -> None:
    FAILING.add("send_mail")
    mailing.execute_in_process(
        instance=location.instance, raise_on_error=False, tags={"dagster/will_retry": "true"}
    )
    location.evaluate()

    assert causeloop.events == []


def test_nothing_is_lost_and_nothing_doubled_while_causeloop_is_away(
    location: Location, causeloop: FakeCauseloop
) -> None:
    FAILING.add("send_mail")
    mailing.execute_in_process(instance=location.instance, raise_on_error=False)
    causeloop.is_away = True
    with pytest.raises(CauseloopError, match="503"):
        location.evaluate()
    causeloop.is_away = False
    location.evaluate()
    location.evaluate()

    assert causeloop.list_states() == [("step:mailing/send_mail", "open")]


def test_what_was_seen_before_stands_in_the_runs_tags_and_the_assets_metadata(
    location: Location, causeloop: FakeCauseloop
) -> None:
    causeloop.answer = SEEN
    FAILING.add("orders")
    run_id = location.materialize(["orders"]).run_id
    location.evaluate()

    run = location.instance.get_run_by_id(run_id)
    assert run is not None
    tags = {name: value for name, value in run.tags.items() if name.startswith("causeloop/")}
    assert tags == {
        "causeloop/seen_before": "4 times: KeyError in orders",
        "causeloop/probability": "87 %",
        "causeloop/last_fix": "2026-03-03: failed",
        "causeloop/next_expected": "about 2026-12-07",
        "causeloop/pattern": "https://causeloop.example/#/patterns/1",
    }
    (observed,) = location.instance.fetch_observations(dg.AssetKey("orders"), limit=1).records
    assert observed.asset_observation is not None
    assert observed.asset_observation.metadata["causeloop/last_fix"].value == "2026-03-03: failed"
    assert causeloop.questions[0]["text"].startswith("KeyError: 'sku'")


def test_what_is_new_is_called_new(location: Location) -> None:
    FAILING.add("send_mail")
    run_id = mailing.execute_in_process(instance=location.instance, raise_on_error=False).run_id
    location.evaluate()

    run = location.instance.get_run_by_id(run_id)
    assert run is not None
    assert run.tags["causeloop/seen_before"] == "no"


def test_the_key_goes_to_causeloop_alone() -> None:
    with fake_tool(lambda _: Reply(status=200)) as elsewhere:
        leads_away = Reply(status=307, headers={"Location": f"{elsewhere.url}/v1/ingest/events"})
        with fake_tool(lambda _: leads_away) as tool, pytest.raises(CauseloopError, match="307"):
            Causeloop(tool.url, KEY).ingest({"title": "x"})
        assert elsewhere.requests == []
    with pytest.raises(CauseloopError, match="https"):
        Causeloop("http://causeloop.example", KEY)
    with pytest.raises(CauseloopError, match="key"):
        Causeloop("https://causeloop.example", "")

"""Assets that fail as a test says, and a Causeloop that takes what is reported."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
from causeloop_dagster import build_causeloop_sensor

from tests.support.fake_tool import FakeTool, ReceivedRequest, Reply

KEY = "planted-key-of-causeloop"
FAILING: set[str] = set()
"""The names of assets, ops and checks that fail now."""


@dg.asset
def orders() -> None:
    """Fails when it is to."""
    if "orders" in FAILING:
        raise KeyError("sku")


@dg.asset(deps=[orders])
def sales() -> None:
    """Follows from orders."""
    if "sales" in FAILING:
        raise ValueError("no orders of today")


@dg.asset_check(asset=orders, blocking=True)
def has_rows() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed="has_rows" not in FAILING, description="3 rows")


@dg.op
def send_mail() -> None:
    if "send_mail" in FAILING:
        raise TimeoutError("the mail server did not answer in 30 s")


@dg.job
def mailing() -> None:
    send_mail()


@dataclass
class FakeCauseloop:
    """Takes events and answers what was seen before."""

    events: list[dict[str, Any]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    answer: dict[str, Any] = field(
        default_factory=lambda: {"is_new": True, "new_probability": 0.9, "matches": []}
    )
    is_away: bool = False

    def __call__(self, request: ReceivedRequest) -> Reply:
        if self.is_away:
            return Reply({"title": "away"}, 503)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Reply({"title": "Unauthorized"}, 401)
        document = json.loads(request.body)
        if request.path == "/v1/seen-before":
            self.questions.append(document)
            return Reply(self.answer)
        assert request.path == "/v1/ingest/events"
        self.events.append(document)
        return Reply({"status": "accepted"}, 202)

    def list_states(self) -> list[tuple[str, str]]:
        """What was reported, in order: the key of each failure and its status."""
        return [(event["attributes"]["key"], event["status"]) for event in self.events]


@dataclass
class Location:
    """A code location whose sensor is evaluated by hand, against a real instance."""

    instance: dg.DagsterInstance
    tool: FakeTool
    cursor: str | None = None

    def evaluate(self) -> dg.SensorResult:
        """One tick, whose events are stored as the daemon stores them."""
        sensor = build_causeloop_sensor(self.tool.url, environment="prod")
        definitions = dg.Definitions(
            assets=[orders, sales], asset_checks=[has_rows], jobs=[mailing], sensors=[sensor]
        )
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, definitions=definitions, sensor_name=sensor.name
        )
        result = sensor(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        for event in result.asset_events:
            self.instance.report_runless_asset_event(event)
        return result

    def materialize(self, selection: Sequence[str], **options: Any) -> dg.ExecuteInProcessResult:
        """A run of some assets with their checks."""
        keys = [dg.AssetKey(name) for name in selection]
        checks = dg.AssetSelection.checks_for_assets(*keys)
        return dg.materialize(
            [orders, sales, has_rows],
            instance=self.instance,
            selection=dg.AssetSelection.assets(*keys) | checks,
            raise_on_error=False,
            **options,
        )

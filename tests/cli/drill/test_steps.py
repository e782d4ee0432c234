"""A drill plants by the API, waits for what must follow, and names the step that fails."""

import json
import time
from typing import Any

import httpx2
import pytest

from causeloop_pipeline.cli.drill.steps import FAILURES, SERVICE, Drill, DrillError

RULE_PATH = "/v1/alert-rules/rule"


class Installation:
    """An API that shows each thing at the second look, except what `lacks` names."""

    def __init__(self, lacks: str = "") -> None:
        self.lacks, self.looks, self.events = lacks, dict[str, int](), list[dict[str, Any]]()

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """What the API answers."""
        path = request.url.path
        if self.lacks == path:
            return httpx2.Response(503, json={"title": "no database"})
        if request.method == "POST":
            body = json.loads(request.content)
            self.events = body.get("events", self.events)
            accepted = list(range(len(self.events)))
            return httpx2.Response(202, json={"id": "rule", "accepted": accepted})
        self.looks[path] = self.looks.get(path, 0) + 1
        is_there = self.looks[path] > 1 and self.lacks != f"{path} rows"
        pattern = {"id": "p", "name": "Drill", "issue_count": FAILURES}
        rows: dict[str, Any] = {
            "/v1/workspace": {"name": "Drill 1"},
            "/v1/issues": {"page": {"total": FAILURES * is_there}},
            "/v1/patterns": {"data": [pattern] * is_there},
            "/v1/predictions": {"data": [{"probability": 0.9 if is_there else None}]},
            RULE_PATH: {"firing": int(is_there)},
        }
        return httpx2.Response(200, json=rows[path])


def start(installation: Installation, seconds: float = 20) -> Drill:
    client = httpx2.Client(
        transport=httpx2.MockTransport(installation.answer), base_url="http://causeloop.example"
    )
    return Drill(client, "mark", time.monotonic() + seconds)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wait between looks."""
    monkeypatch.setattr("causeloop_pipeline.cli.drill.steps.SECONDS_BETWEEN_LOOKS", 0.001)


def test_a_drill_passes_when_everything_follows() -> None:
    installation = Installation()
    names = [step.name for step in start(installation).run()]
    assert names == [
        "API",
        "alert rule",
        "ingestion",
        "normalization",
        "pattern",
        "prediction",
        "alert",
    ]
    assert len(installation.events) == FAILURES
    assert all(event["attributes"] == {"drill": "mark"} for event in installation.events)
    assert {event["service"] for event in installation.events} == {SERVICE}


@pytest.mark.parametrize(
    ("lacks", "step"),
    [
        ("/v1/workspace", "API"),
        ("/v1/ingest/batch", "ingestion"),
        ("/v1/issues rows", "normalization: not in time"),
        ("/v1/patterns rows", "pattern: not in time"),
        ("/v1/predictions rows", "prediction: not in time"),
        (f"{RULE_PATH} rows", "alert: not in time"),
    ],
)
def test_the_step_that_fails_is_named_in_time(lacks: str, step: str) -> None:
    began = time.monotonic()
    with pytest.raises(DrillError, match=f"^{step}"):
        list(start(Installation(lacks), seconds=0.05).run())
    assert time.monotonic() - began < 5


def test_an_api_that_does_not_answer_is_named() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    client = httpx2.Client(transport=httpx2.MockTransport(refuse), base_url="http://causeloop.example")
    with pytest.raises(DrillError, match=r"^API: the API did not answer .*causeloop up"):
        list(Drill(client, "mark", time.monotonic()).run())

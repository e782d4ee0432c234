"""The steps of a drill over the API: what is planted, and what must follow."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

SERVICE = "causeloop-drill"
FAILURES = 21  # one a day at the same hour: sure to recur within a week
WINDOW_DAYS, THRESHOLD = 7, 0.5
SECONDS_BETWEEN_LOOKS = 1.0
RULE = {
    "name": "Drill",
    "scope": {"service": SERVICE},
    "window_days": WINDOW_DAYS,
    "probability_threshold": THRESHOLD,
    # A reserved name that exists nowhere: the rule fires, and its message reaches nobody.
    "channels": [{"type": "webhook", "url": "https://drill.invalid/"}],
}


class DrillError(Exception):
    """A step failed; the message says why."""


@dataclass(frozen=True)
class Step:
    """A step that was done, what was seen and how long it took."""

    name: str
    seen: str
    seconds: float


@dataclass
class Drill:
    """The steps, in a workspace that is the drill's own; `deadline` is a time of `time.monotonic`."""

    client: httpx2.Client
    marker: str
    deadline: float
    rule_id: str = ""
    pattern_id: str = ""

    def run(self) -> Iterator[Step]:
        """Do each step; the one after the last that was yielded raises DrillError."""
        steps: dict[str, Callable[[], str]] = {
            "API": self.reach,
            "alert rule": self.make_rule,
            "ingestion": self.plant,
            "normalization": self.await_issues,
            "pattern": self.await_pattern,
            "prediction": self.await_prediction,
            "alert": self.await_alert,
        }
        for name, do in steps.items():
            start = time.monotonic()
            try:
                seen = do()
            except httpx2.HTTPError as failure:
                raise DrillError(
                    f"{name}: the API did not answer ({failure}): is `causeloop up` running?"
                ) from failure
            except DrillError as failure:
                raise DrillError(f"{name}: {failure}") from failure
            yield Step(name, seen, time.monotonic() - start)

    def reach(self) -> str:
        """The API answers, and takes the key."""
        workspace = self._call("GET", "/v1/workspace")
        return f"it takes the key of {workspace['name']}"

    def make_rule(self) -> str:
        """An alert rule for the planted failure."""
        self.rule_id = str(self._call("POST", "/v1/alert-rules", json=RULE)["id"])
        return f"from {THRESHOLD:.0%} within {WINDOW_DAYS} days"

    def plant(self) -> str:
        """The failures, by the ingest API."""
        answer = self._call("POST", "/v1/ingest/batch", json={"events": list_failures(self.marker)})
        if len(answer["accepted"]) != FAILURES:
            raise DrillError(f"only {len(answer['accepted'])} of {FAILURES} failures were accepted")
        return f"{FAILURES} failures stored"

    def await_issues(self) -> str:
        """Each failure becomes an issue."""

        def look() -> str | None:
            page = self._call("GET", "/v1/issues", params={"service": SERVICE, "limit": 1})["page"]
            return f"{page['total']} issues" if page["total"] >= FAILURES else None

        return self._await(look, "records wait to be normalized: `causeloop status` says what runs")

    def await_pattern(self) -> str:
        """The issues become one pattern."""

        def look() -> str | None:
            patterns = self._call("GET", "/v1/patterns")["data"]
            whole = [pattern for pattern in patterns if pattern["issue_count"] >= FAILURES]
            if not whole:
                return None
            self.pattern_id = str(whole[0]["id"])
            return f"“{whole[0]['name']}”, {whole[0]['issue_count']} issues"

        return self._await(look, "the issues were not grouped: look at the stage `patterns` in Dagster")

    def await_prediction(self) -> str:
        """The pattern is likely to recur."""

        def look() -> str | None:
            query = {"pattern_id": self.pattern_id, "window_days": WINDOW_DAYS}
            rows = self._call("GET", "/v1/predictions", params=query)["data"]
            likely = [row["probability"] for row in rows if (row["probability"] or 0) >= THRESHOLD]
            return f"recurs within {WINDOW_DAYS} days with {likely[0]:.0%}" if likely else None

        return self._await(look, "no likely recurrence: look at the stage `predictions` in Dagster")

    def await_alert(self) -> str:
        """The rule fires."""

        def look() -> str | None:
            rule = self._call("GET", f"/v1/alert-rules/{self.rule_id}")
            return f"fires for {rule['firing']} pattern" if rule["firing"] else None

        return self._await(look, "the rule does not fire: look at the stage `alerts` in Dagster")

    def _await(self, look: Callable[[], str | None], failure: str) -> str:
        while (seen := look()) is None:
            if time.monotonic() > self.deadline:
                raise DrillError(f"not in time; {failure}")
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return seen

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self.client.request(method, path, **options)
        if answer.status_code == httpx2.codes.TOO_MANY_REQUESTS and time.monotonic() < self.deadline:
            time.sleep(min(float(answer.headers.get("Retry-After", 1)), 10.0))
            return self._call(method, path, **options)
        if not answer.is_success:
            raise DrillError(f"{method} {path} answered {answer.status_code}: {answer.text[:300]}")
        return dict(answer.json())


def list_failures(marker: str) -> list[dict[str, Any]]:
    """One failure each day until an hour ago, marked as a drill."""
    last = datetime.now(UTC) - timedelta(hours=1)
    return [
        {
            "external_id": f"drill-{marker}-{number}",
            "title": f"Drill: connection pool exhausted after {20 + number} s",
            "service": SERVICE,
            "severity": "p2",
            "status": "resolved",
            "source_created_at": (at := last - timedelta(days=FAILURES - 1 - number)).isoformat(),
            "resolved_at": (at + timedelta(minutes=20)).isoformat(),
            "attributes": {"drill": marker},
        }
        for number in range(FAILURES)
    ]

"""Tests in the messages that Cucumber writes, an object a line: scenarios first, then how each step ended.

https://github.com/cucumber/messages: a message is an object with one name, which says what it is of.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from causeloop_pipeline.landing.export_file.rows.runner_reports import FoundTest

FIRST = frozenset({"meta", "source", "gherkinDocument", "parseError"})
"""What such a file may begin with."""
SIGNS = {"meta": "protocolVersion", "source": "mediaType", "gherkinDocument": "uri", "parseError": "source"}
FAILED = ("FAILED", "AMBIGUOUS", "UNDEFINED", "UNKNOWN")
NOT_RUN = ("PENDING", "SKIPPED")
MISSING = {"UNDEFINED": "a step without a definition", "AMBIGUOUS": "a step with several definitions"}
"""What is wrong with a step that has no message."""

Record = Mapping[str, Any]


def is_message(record: Any) -> bool:
    """Whether a file whose first line is this one holds the messages of Cucumber."""
    if not isinstance(record, dict) or len(record) != 1:
        return False
    ((name, value),) = record.items()
    return name in FIRST and isinstance(value, dict) and SIGNS[name] in value


def list_tests(messages: Iterable[Record]) -> Iterator[FoundTest]:
    """The scenarios that were run, as of a report of tests; of one that was retried, how it ended at last."""
    run = _Run()
    for message in messages:
        for name, value in message.items():
            if isinstance(value, dict):
                yield from run.read(name, value)


@dataclass
class _Run:
    """What the messages hold so far, by the ids that they refer to one another by."""

    features: dict[str, str] = field(default_factory=dict)
    pickles: dict[str, Record] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    repeats: Counter[tuple[str, str]] = field(default_factory=Counter)
    cases: dict[str, str] = field(default_factory=dict)
    started: dict[str, Record] = field(default_factory=dict)
    worst: dict[str, Record] = field(default_factory=dict)

    def read(self, name: str, value: Record) -> Iterator[FoundTest]:
        """Keep what a message tells; a scenario that has ended is a test."""
        if name == "gherkinDocument":
            self.features[str(value.get("uri"))] = str((value.get("feature") or {}).get("name") or "")
        elif name == "pickle":
            self._add_scenario(value)
        elif name == "testCase":
            self.cases[str(value.get("id"))] = str(value.get("pickleId"))
        elif name == "testCaseStarted":
            self.started[str(value.get("id"))] = value
        elif name == "testStepFinished":
            self._add_result(str(value.get("testCaseStartedId")), value.get("testStepResult") or {})
        elif name == "testCaseFinished" and not value.get("willBeRetried"):
            yield from self._end(str(value.get("testCaseStartedId")))

    def _add_scenario(self, pickle: Record) -> None:
        """Scenarios of an outline have one name: each has its number among them."""
        own, place = str(pickle.get("id")), (str(pickle.get("uri")), str(pickle.get("name")))
        self.repeats[place] += 1
        self.pickles[own] = pickle
        self.names[own] = place[1] if self.repeats[place] == 1 else f"{place[1]} ({self.repeats[place]})"

    def _add_result(self, started: str, result: Record) -> None:
        if _rank(result) < _rank(self.worst.get(started, {})):
            self.worst[started] = result

    def _end(self, started: str) -> Iterator[FoundTest]:
        case = self.started.get(started, {})
        own = self.cases.get(str(case.get("testCaseId")), "")
        if own not in self.pickles:
            return
        pickle, result = self.pickles[own], self.worst.get(started, {})
        uri, word = str(pickle.get("uri")), str(result.get("status") or "PASSED")
        outcome = "failed" if word in FAILED else "skipped" if word in NOT_RUN else "passed"
        error = result.get("exception") or {}
        record = {
            "name": str(pickle.get("name")),
            "fullName": self.names[own],
            "status": outcome,
            "message": result.get("message") or error.get("message") or MISSING.get(word, ""),
            "stack": error.get("stackTrace") or result.get("message"),
            "start": _read_milliseconds(case.get("timestamp")),
        }
        yield FoundTest(record, ({"name": uri}, {"name": self.features.get(uri, "")}))


def _rank(result: Record) -> int:
    """The place of a result among all, the worst first."""
    order = (*FAILED, *NOT_RUN)
    return order.index(result["status"]) if result.get("status") in order else len(order)


def _read_milliseconds(moment: Any) -> float | None:
    if not isinstance(moment, dict) or not isinstance(moment.get("seconds"), int):
        return None
    return float(moment["seconds"] * 1000 + int(moment.get("nanos") or 0) / 1e6)

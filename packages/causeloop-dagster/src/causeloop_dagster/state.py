"""How far a sensor has read, what is failing, and what waits because its root is: the sensor's cursor."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from causeloop_dagster.failures import Failure

MAX_OPEN = 300
"""How many failures are followed until they end; of more, the oldest are left open in Causeloop."""
MAX_TEXT = 1_500


@dataclass
class Waiting:
    """A failure that is not reported, because what it follows from is failing."""

    failure: Failure
    root: str
    root_ended_at: float | None = None


@dataclass
class State:
    """The cursor's content."""

    cursors: dict[str, str] = field(default_factory=dict)
    """How far each kind of record was read."""
    open: list[Failure] = field(default_factory=list)
    """What was reported and has not ended, oldest first; texts are shortened."""
    also_failed: dict[str, list[str]] = field(default_factory=dict)
    """What follows from each open root, by its external id."""
    waiting: list[Waiting] = field(default_factory=list)

    @classmethod
    def parse(cls, text: str | None) -> "State":
        """The state of a cursor; of none, an empty one."""
        if not text:
            return cls()
        document: dict[str, Any] = json.loads(text)
        return cls(
            document["cursors"],
            [Failure(**entry) for entry in document["open"]],
            document["also_failed"],
            [
                Waiting(Failure(**entry["failure"]), entry["root"], entry["root_ended_at"])
                for entry in document["waiting"]
            ],
        )

    def write(self) -> str:
        """The cursor."""
        self.open = self.open[-MAX_OPEN:]
        self.waiting = self.waiting[-MAX_OPEN:]
        ids = {failure.external_id for failure in self.open}
        self.also_failed = {name: keys for name, keys in self.also_failed.items() if name in ids}
        document = asdict(self)
        for failure in (*document["open"], *(entry["failure"] for entry in document["waiting"])):
            failure["body"] = failure["body"][:MAX_TEXT]
        return json.dumps(document)

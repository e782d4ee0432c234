"""An attack in parts: one of hours can be ended and gone on with, and several machines can share it."""

import json
import time
import zlib
from collections.abc import Callable
from pathlib import Path


class Parts:
    """The parts that a file holds are not done again; none begins after a number of seconds."""

    def __init__(self, path: Path | None = None, seconds: float = float("inf"), shard: str = "1/1") -> None:
        self.path, self.end = path, time.monotonic() + seconds
        self.shard, self.shards = (int(number) for number in shard.split("/"))
        self.left = 0
        """How many were not begun, of this shard."""
        lines = path.read_text(encoding="utf-8").splitlines() if path and path.exists() else []
        self.done: dict[str, list[str]] = dict(json.loads(line) for line in lines)

    def do(self, name: str, attack: Callable[[], list[str]]) -> list[str]:
        """What a part met: now, or when it was done."""
        is_own = zlib.crc32(name.encode()) % self.shards == self.shard - 1
        if name not in self.done and is_own:
            if time.monotonic() > self.end:
                self.left += 1
            else:
                self.done[name] = attack()
                self._append(name)
        return self.done.get(name, [])

    def _append(self, name: str) -> None:
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([name, self.done[name]]) + "\n")

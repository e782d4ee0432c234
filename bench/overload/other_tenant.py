"""What another tenant notices: reads one after another, in a process of their own.

`python -m bench.overload.other_tenant PORT SECONDS`, with the key on standard input, writes the status and
milliseconds of each read as JSON.
"""

import asyncio
import json
import sys
import time

from bench.overload.raw_http import RawRequest, send

PATHS = (
    "/v1/patterns?limit=20",
    "/v1/recommendations?limit=20",
    "/v1/issues?limit=20",
    "/v1/me",
)
SECONDS_BETWEEN = 0.05
ADDRESS = "127.0.0.2"
"""Not that of the attackers."""


async def read_for(port: int, key: str, seconds: float) -> list[tuple[int, float]]:
    """Status and milliseconds of every read, each on a new connection; a read that waits delays the next."""
    answers = []
    end, number = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        request = RawRequest("GET", PATHS[number % len(PATHS)], credential=key)
        status, waited = await send(port, request, ADDRESS)
        answers.append((status, waited * 1000))
        number += 1
        await asyncio.sleep(max(0.0, SECONDS_BETWEEN - waited))
    return answers


def main() -> int:
    """Reads and prints."""
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    print(json.dumps(asyncio.run(read_for(port, sys.stdin.read().strip(), seconds))))
    return 0


if __name__ == "__main__":
    sys.exit(main())

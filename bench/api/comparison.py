"""The cost of a list compared with a plain handler of the same response: CPU and latency."""

import asyncio
import contextlib
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from bench.api.clients import ClientConnection, compute_quantile, connect, measure_latencies, read_cpu_ns

CLIENTS, ROUNDS, ROUND_SECONDS = 32, 9, 0.5
MAX_TIMES = 1.5


@dataclass(frozen=True)
class MeasuredServer:
    """An application on loopback."""

    process: int
    port: int


@dataclass(frozen=True)
class Round:
    """CPU microseconds per request, and p95 latency in milliseconds."""

    cpu_us: float
    p95_ms: float


@dataclass(frozen=True)
class Comparison:
    """A list as the API serves it and as the plain handler does: medians, and medians of their ratios."""

    name: str
    ours: Round
    plain: Round
    times_cpu: float
    times_p95: float

    def format(self) -> str:
        """One row of the table."""
        return (
            f"{self.name:28} {self.ours.cpu_us:7,.0f} {self.plain.cpu_us:7,.0f} {self.times_cpu:6.2f} "
            f"{self.ours.p95_ms:8.1f} {self.plain.p95_ms:8.1f} {self.times_p95:6.2f}"
        )

    def list_missed(self) -> Iterator[str]:
        """The goals that are missed."""
        for what, times in (("CPU", self.times_cpu), ("p95", self.times_p95)):
            if times > MAX_TIMES:
                yield f"{self.name}: {times:.2f} times the {what} of a plain handler, goal {MAX_TIMES}"


HEAD = f"{f'{CLIENTS} clients':28} {'API':>7} {'plain':>7} {'times':>6} {'p95':>8} {'plain':>8} {'times':>6}"


async def compare(name: str, key: str, ours: MeasuredServer, plain: MeasuredServer) -> Comparison:
    """Measure both in turns, so that other load on the machine affects both."""
    path = f"/v1/{name}"
    await check_same(key, path, ours, plain)
    rounds = [
        (await measure_round(key, path, ours), await measure_round(key, path, plain)) for _ in range(ROUNDS)
    ]
    return Comparison(
        name,
        _compute_median([first for first, _ in rounds]),
        _compute_median([second for _, second in rounds]),
        statistics.median(first.cpu_us / second.cpu_us for first, second in rounds),
        statistics.median(first.p95_ms / second.p95_ms for first, second in rounds),
    )


async def check_same(key: str, path: str, ours: MeasuredServer, plain: MeasuredServer) -> None:
    """Check that both respond with the same bytes."""
    async with connect(ours.port, key) as api, connect(plain.port, key) as handler:
        answers = [await client.get(path) for client in (api, handler)]
    assert answers[0][0] == 200, answers[0]
    assert answers[0] == answers[1], f"{path} differs"


async def measure_round(key: str, path: str, server: MeasuredServer) -> Round:
    """One round with all clients."""
    async with contextlib.AsyncExitStack() as stack:
        clients: list[ClientConnection] = [
            await stack.enter_async_context(connect(server.port, key)) for _ in range(CLIENTS)
        ]
        await asyncio.gather(*(client.get(path) for client in clients))
        began = read_cpu_ns([server.process])
        waits = await measure_latencies(clients, path, ROUND_SECONDS)
        spent = read_cpu_ns([server.process]) - began
    return Round(spent / 1000 / len(waits), 1000 * compute_quantile(waits, 0.95))


def _compute_median(rounds: list[Round]) -> Round:
    return Round(
        statistics.median(each.cpu_us for each in rounds), statistics.median(each.p95_ms for each in rounds)
    )

"""Metrics of the API's database connections: their number, wait times, and requests that got none."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from psycopg_pool import ConnectionPool

from api.http.bounded_pool import BoundedPool

BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 5)


class PoolMetrics:
    """Watches the request pool and the pool of threads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.waits = Histogram(
            "causeloop_pool_wait_seconds",
            "Seconds that a request waited for a database connection",
            registry=registry,
            buckets=BUCKETS,
        )
        self.refusals = Counter(
            "causeloop_pool_refusals_total",
            "Number of requests that got no database connection in time",
            registry=registry,
        )
        self.connections = Gauge(
            "causeloop_pool_connections",
            "Open database connections of this process",
            ["pool", "state"],
            registry=registry,
        )
        self.waiting = Gauge(
            "causeloop_pool_waiting", "Threads that wait for a connection now", registry=registry
        )

    def watch(self, pool: BoundedPool, landing: ConnectionPool) -> None:
        """Follow these pools from now on."""
        pool.observe_wait, pool.count_refusal = self.waits.observe, self.refusals.inc
        counts: dict[tuple[str, str], Callable[[], float]] = {
            ("requests", "idle"): lambda: pool.idle,
            ("requests", "used"): lambda: pool.size - pool.idle,
            ("landing", "idle"): lambda: landing.get_stats().get("pool_available", 0),
            ("landing", "used"): lambda: (
                landing.get_stats().get("pool_size", 0) - landing.get_stats().get("pool_available", 0)
            ),
        }
        for labels, count in counts.items():
            self.connections.labels(*labels).set_function(count)
        self.waiting.set_function(lambda: landing.get_stats().get("requests_waiting", 0))

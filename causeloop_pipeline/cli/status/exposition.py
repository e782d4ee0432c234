"""The status figures in Prometheus' text format; no label names a tenant unless a setting allows it."""

from collections.abc import Callable
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from causeloop_pipeline.cli.doctor import State
from causeloop_pipeline.cli.status.findings import Status, find_problems
from causeloop_pipeline.cli.status.labelled_gauges import make_type_gauges, make_workspace_gauges

PRODUCT = {
    "workspaces": "Workspaces of active organizations",
    "failed_workspaces": "Workspaces whose last analysis failed in a stage",
    "connectors": "Connectors that are not paused",
    "pending_records": "Records that are not issues or changes yet",
    "oldest_pending_seconds": "Age of the oldest of them",
    "undelivered_messages": "Messages that are not delivered yet",
    "oldest_message_seconds": "Age of the oldest of them",
    "quarantined_in_a_day": "Records of the last day that could not be read",
    "given_up_in_a_day": "Messages of the last day that could not be delivered",
    "graded_predictions": "Predictions whose window closed in the last 90 days",
    "predicted_share": "Mean probability of these predictions",
    "occurred_share": "Share of them that recurred",
    "database_bytes": "Size of the product's database",
    "connections": "Open connections of the server",
    "max_connections": "Connections that the server allows",
}
DAGSTER = {
    "heartbeat_age_seconds": "Seconds since Dagster's daemon was seen",
    "running": "Runs that are under way",
    "queued": "Runs that wait",
    "longest_queued_seconds": "Age of the run that has been queued longest",
    "longest_running_seconds": "Age of the run that has been running longest",
    "longest_silent_seconds": "Seconds since the last event of the run that has been silent longest",
    "succeeded_in_a_day": "Runs that succeeded in the last day",
    "failed_in_a_day": "Runs that failed in the last day",
    "slots_of_ended_runs": "Pool slots held by runs that have ended",
    "last_success": "When a run last succeeded, in seconds since 1970",
}


class StatusCollector(Collector):
    """Reads the figures whenever they are requested."""

    def __init__(self, read: Callable[[], Status]) -> None:
        self._read = read

    def collect(self) -> list[GaugeMetricFamily]:
        """All gauges; figures without a value are left out."""
        status = self._read()
        gauges = [_make_gauge("api_up", "Whether the API answers", status.is_api_up)]
        gauges += [_make_gauge(name, text, getattr(status.product, name)) for name, text in PRODUCT.items()]
        for name in ("failing_connectors", "silent_connectors"):
            text = f"{name.partition('_')[0].capitalize()} connectors"
            gauges.append(_make_gauge(name, text, len(getattr(status.product, name))))
        if status.dagster:
            gauges += [
                _make_gauge(f"dagster_{name}", text, value)
                for name, text in DAGSTER.items()
                if (value := getattr(status.dagster, name)) is not None
            ]
        problems = GaugeMetricFamily(
            "causeloop_problem", "Whether a subject needs attention", labels=["subject"]
        )
        for finding in find_problems(status):
            problems.add_metric(
                [finding.about], {State.OK: 0, State.WARNING: 1, State.WRONG: 2}[finding.state]
            )
        return [*gauges, *make_type_gauges(status.types), *make_workspace_gauges(status.named), problems]


def _make_gauge(name: str, description: str, value: Any) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"causeloop_{name}", description, value=float(value))


def make_registry(read: Callable[[], Status]) -> CollectorRegistry:
    """A registry that reads the figures on every scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StatusCollector(read))
    return registry


def format_exposition(status: Status) -> str:
    """The figures as text."""
    return generate_latest(make_registry(lambda: status)).decode()

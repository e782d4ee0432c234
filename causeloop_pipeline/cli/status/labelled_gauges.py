"""Gauges with a label: by connector type and, where a setting allows it, by workspace."""

from collections.abc import Sequence

from prometheus_client.core import GaugeMetricFamily

from causeloop_pipeline.storage.health.backlog_by_type import TypeFigures, WorkspaceFigures

BY_TYPE = {
    "connectors": "Connectors of a type that are not paused",
    "stopped_connectors": "Connectors of a type that are not polled until they are repaired",
    "lag_seconds": "Longest time since the last good poll of a connector of a type",
    "pending_records": "Records of a type that are not issues or changes yet",
    "oldest_pending_seconds": "Age of the oldest of them",
}
BY_WORKSPACE = {
    "pending_records": "Records of a workspace that are not issues or changes yet",
    "oldest_pending_seconds": "Age of the oldest of them",
}


def make_type_gauges(types: Sequence[TypeFigures]) -> list[GaugeMetricFamily]:
    """A gauge for each figure of connector types; figures without a value are left out."""
    gauges = []
    for name, text in BY_TYPE.items():
        gauge = GaugeMetricFamily(f"causeloop_type_{name}", text, labels=["type"])
        for figures in types:
            if (value := getattr(figures, name)) is not None:
                gauge.add_metric([figures.type], float(value))
        gauges.append(gauge)
    return gauges


def make_workspace_gauges(workspaces: Sequence[WorkspaceFigures]) -> list[GaugeMetricFamily]:
    """A gauge for each figure of workspaces; none where they may not be named."""
    gauges = []
    for name, text in BY_WORKSPACE.items() if workspaces else ():
        gauge = GaugeMetricFamily(f"causeloop_workspace_{name}", text, labels=["workspace"])
        for figures in workspaces:
            gauge.add_metric([figures.workspace], float(getattr(figures, name)))
        gauges.append(gauge)
    return gauges

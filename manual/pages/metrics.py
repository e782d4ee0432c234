"""The page of what Prometheus reads."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry

from api.main import create_app
from causeloop_pipeline.cli.status.exposition import DAGSTER, PRODUCT
from causeloop_pipeline.cli.status.labelled_gauges import BY_TYPE, BY_WORKSPACE
from manual.pages.markdown import format_table

Row = tuple[str, str, str]
COLUMNS_OF_API, COLUMNS_OF_PIPELINE = ("name", "kind", "meaning"), ("name", "label", "meaning")
HEAD = """# Metrics

Two processes are read; [Monitoring](../howto/monitoring.md) says how. No label names a tenant unless
`CAUSELOOP_METRICS_NAME_TENANTS` is true.
"""
OTHERS = {
    "api_up": "Whether the API answers",
    "failing_connectors": "Failing connectors",
    "silent_connectors": "Silent connectors",
}


def write_metrics() -> str:
    """The page."""
    of_api = format_table(COLUMNS_OF_API, list_api_metrics(create_app().state.metrics.registry))
    of_pipeline = format_table(COLUMNS_OF_PIPELINE, list_pipeline_metrics())
    return (
        f"{HEAD}\n## Of each API process, at `/metrics`\n\n{of_api}"
        f"\n## Of the pipeline, at port 9464\n\n{of_pipeline}"
    )


def list_api_metrics(registry: CollectorRegistry) -> Iterator[Row]:
    """Each metric that the API's registry holds."""
    for metric in sorted(registry.collect(), key=lambda metric: metric.name):
        suffix = "_total" if metric.type == "counter" else ""
        yield f"`{metric.name}{suffix}`", metric.type, metric.documentation


def list_pipeline_metrics() -> Iterator[Row]:
    """Each gauge of `causeloop status --listen`."""
    for name, text in {**OTHERS, **PRODUCT}.items():
        yield f"`causeloop_{name}`", "", text
    for name, text in DAGSTER.items():
        yield f"`causeloop_dagster_{name}`", "", text
    for name, text in BY_TYPE.items():
        yield f"`causeloop_type_{name}`", "type", text
    for name, text in BY_WORKSPACE.items():
        yield f"`causeloop_workspace_{name}`", "workspace", text
    yield "`causeloop_problem`", "subject", "0: it is well, 1: a warning, 2: something is wrong"

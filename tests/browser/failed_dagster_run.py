"""A run that failed in a Dagster with causeloop-dagster, and the page that its web server has of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from causeloop_dagster import build_causeloop_sensor

from bench.api.applications import await_listening
from causeloop_pipeline.storage.embedded.postgres_server import find_free_port
from tests.browser.slack_card import FACTS


@dg.asset
def search_index() -> None:
    """Copies the catalogue into the search index."""
    raise RuntimeError(FACTS.latest_title)


@contextmanager
def open_failed_run(folder: Path, causeloop_url: str, key: str) -> Iterator[str]:
    """Let the asset fail, report it as the sensor does, and serve the run's page; its address."""
    os.environ |= {"CAUSELOOP_KEY": key, "DAGSTER_HOME": str(folder)}
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    workspace = folder / "workspace.yaml"
    workspace.write_text("load_from:\n  - python_module: tests.browser.failed_dagster_run\n")
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        run_id = _fail(instance, build_causeloop_sensor(causeloop_url, environment="prod"))
    port = find_free_port()
    command = ("-m", "dagster_webserver", "-h", "127.0.0.1", "-p", str(port), "-w", str(workspace))
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await_listening(port, process.poll, 180.0)
        yield f"http://127.0.0.1:{port}/runs/{run_id}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _fail(instance: dg.DagsterInstance, sensor: dg.SensorDefinition) -> str:
    """Let the asset fail between two evaluations: what was before the first one is history."""
    cursor = _evaluate(instance, sensor, None)
    run_id = dg.materialize([search_index], instance=instance, raise_on_error=False).run_id
    _evaluate(instance, sensor, cursor)
    return run_id


def _evaluate(instance: dg.DagsterInstance, sensor: dg.SensorDefinition, cursor: str | None) -> str | None:
    context = dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        definitions=dg.Definitions(assets=[search_index], sensors=[sensor]),
        sensor_name=sensor.name,
    )
    result = sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result.cursor


defs = dg.Definitions(assets=[search_index])

"""The sensor that reports a code location's failures."""

import time
from collections.abc import Mapping

import dagster as dg

from causeloop_dagster.client import Causeloop
from causeloop_dagster.reporter import Reporter
from causeloop_dagster.state import State

KEY_VARIABLE = "CAUSELOOP_KEY"
INTERVAL_SECONDS = 30


def build_causeloop_sensor(
    url: str,
    *,
    key_variable: str = KEY_VARIABLE,
    environment: str | None = None,
    name: str = "causeloop",
    interval_seconds: int = INTERVAL_SECONDS,
) -> dg.SensorDefinition:
    """A sensor that reports failures to Causeloop at `url`, and writes back whether they were seen before.

    The key is read from `key_variable` when it runs; `environment` goes with each failure, such as prod.
    """

    @dg.sensor(
        name=name,
        minimum_interval_seconds=interval_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reports failures of runs, steps, asset checks and freshness to Causeloop.",
    )
    def report_failures(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        reporter = Reporter(
            instance=context.instance,
            client=Causeloop(url, dg.EnvVar(key_variable).get_value() or ""),
            state=State.parse(context.cursor),
            environment=environment,
            upstream=list_upstream(context.repository_def),
            log=context.log,
        )
        reporter.report(time.time())
        return dg.SensorResult(cursor=reporter.state.write(), asset_events=reporter.observations)

    return report_failures


def list_upstream(repository: dg.RepositoryDefinition | None) -> Mapping[str, frozenset[str]]:
    """The assets that each asset of a code location depends on, near and far."""
    direct: dict[str, set[str]] = {}
    for definition in set(repository.assets_defs_by_key.values()) if repository is not None else ():
        for key, parents in definition.asset_deps.items():
            direct.setdefault(key.to_user_string(), set()).update(
                parent.to_user_string() for parent in parents
            )
    return {asset: frozenset(_reach(asset, direct)) for asset in direct}


def _reach(asset: str, direct: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(direct.get(asset, ()))
    while waiting:
        parent = waiting.pop()
        if parent not in reached:
            reached.add(parent)
            waiting += direct.get(parent, ())
    return reached

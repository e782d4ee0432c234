"""Reports the failures of a Dagster code location to Causeloop, which says whether they were seen before."""

from causeloop_dagster.client import Causeloop, CauseloopError
from causeloop_dagster.component import CauseloopReporter
from causeloop_dagster.sensor import build_causeloop_sensor

__all__ = ["Causeloop", "CauseloopError", "CauseloopReporter", "build_causeloop_sensor"]

"""The component that adds the sensor to a project by a file of YAML."""

import dagster as dg

from causeloop_dagster.sensor import INTERVAL_SECONDS, KEY_VARIABLE, build_causeloop_sensor


class CauseloopReporter(dg.Component, dg.Model, dg.Resolvable):
    """Reports failures of this code location to Causeloop, and writes back whether they were seen before."""

    url: str
    key_variable: str = KEY_VARIABLE
    environment: str | None = None
    interval_seconds: int = INTERVAL_SECONDS

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 of the protocol
        """The sensor."""
        sensor = build_causeloop_sensor(
            self.url,
            key_variable=self.key_variable,
            environment=self.environment,
            interval_seconds=self.interval_seconds,
        )
        return dg.Definitions(sensors=[sensor])

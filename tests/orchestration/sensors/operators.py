"""Operators as a test sees them: a sensor whose cursor is kept, and what their channel received."""

import json
from typing import Any

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.stages.installation import Installation as Resources
from tests.support.fake_tool import FakeTool


class Watch:
    """A sensor, with the cursor that Dagster keeps for it."""

    def __init__(self, sensor: dg.SensorDefinition, instance: DagsterInstance, resources: Resources) -> None:
        self.sensor, self.instance, self.resources, self.cursor = sensor, instance, resources, ""

    def look(self) -> str:
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, resources={"installation": self.resources}
        )
        result: Any = self.sensor(context)
        if isinstance(result, dg.SkipReason):
            return result.skip_message or ""
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor or ""
        assert isinstance(result.skip_reason, dg.SkipReason)
        return result.skip_reason.skip_message or ""


def bodies(tool: FakeTool) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in tool.requests]

"""Sources whose texts a program writes by template, as their mappings say."""

from functools import cache

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.model.issue import OTLP_SOURCE, Identifies


@cache
def list_machine_sources() -> tuple[str, ...]:
    """Sources of which every issue is a firing of a condition, a failed run of a job, or a program's own."""
    declared = {
        name
        for name, connector in CONNECTORS.items()
        if connector.issues
        and all(
            mapping.identifies is Identifies.CONDITION or mapping.job is not None
            for mapping in connector.issues
        )
    }
    return tuple(sorted({OTLP_SOURCE, *declared}))

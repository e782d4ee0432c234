"""Sources whose texts a program writes by template, and those that watch, as their mappings say."""

from functools import cache

from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.model.issue import OTLP_SOURCE, Identifies

PROGRAMS = frozenset({"airflow", "circleci", "github_actions", "zabbix"})
"""Types of which some events are neither, and yet written by a program alone."""


@cache
def list_machine_sources() -> tuple[str, ...]:
    """Sources of which every issue is a firing of a condition, a failed run of a job, or a program's own."""
    declared = {
        name
        for name, connector in CONNECTORS.items()
        if connector.issues
        and all(
            mapping is not PRODUCT_ISSUE  # what people send, of whom nobody knows what they write
            and (mapping.identifies is Identifies.CONDITION or mapping.job is not None)
            for mapping in connector.issues
        )
    }
    return tuple(sorted({OTLP_SOURCE, *PROGRAMS, *declared}))


@cache
def list_watched_sources() -> tuple[str, ...]:
    """Sources of which the jobs are watched, not run: how often is not what their records tell."""
    return tuple(
        sorted(
            name
            for name, connector in CONNECTORS.items()
            if any(mapping.is_watched for mapping in connector.issues)
        )
    )

"""The databases that can be read, and what each needs; an engine but PostgreSQL is an optional extra."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType

from causeloop_pipeline.egress.errors import PermanentFailure

LARGE_DRIVER_BYTES = 3_000_000_000


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One kind of database."""

    name: str
    extra: str = ""
    module: str = ""
    """The driver: without it the extra is not installed."""
    with_public_https: bool = False
    """Its driver speaks HTTPS to several hosts of the vendor, among them where it puts large results."""
    max_process_bytes: int = 1_000_000_000
    """Address space, not memory: large drivers map much that they never touch."""
    upper_case: bool = False
    """Names without quotes are upper case; columns come back in lower case like everywhere else."""


ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        engine.name: engine
        for engine in (
            Engine(name="postgresql"),
            Engine(name="redshift"),
            Engine(name="mysql", extra="mysql", module="pymysql"),
            Engine(name="sql_server", extra="sqlserver", module="pytds"),
            Engine(
                name="snowflake",
                extra="snowflake",
                module="snowflake.sqlalchemy",
                with_public_https=True,
                max_process_bytes=LARGE_DRIVER_BYTES,
                upper_case=True,
            ),
            Engine(
                name="bigquery",
                extra="bigquery",
                module="sqlalchemy_bigquery",
                with_public_https=True,
                max_process_bytes=LARGE_DRIVER_BYTES,
            ),
            Engine(
                name="databricks",
                extra="databricks",
                module="databricks.sqlalchemy",
                with_public_https=True,
                max_process_bytes=LARGE_DRIVER_BYTES,
            ),
        )
    }
)


def require_driver(engine: Engine, title: str) -> None:
    """PermanentFailure that names the extra where the engine's driver is not installed."""
    if engine.module and not _is_installed(engine.module):
        raise PermanentFailure(
            f"{title}: its driver is not installed: an operator runs "
            f"pip install 'causeloop[{engine.extra}]' where the pipeline and the API run"
        )


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False

"""Whether what only servers need is installed: the extra `causeloop[server]`."""

from importlib.util import find_spec

MODULES = ("authlib", "dagster_webserver", "dbt", "uvicorn")
"""Some of its modules: where one of them is missing, the extra is not installed."""


def is_core() -> bool:
    """Whether the extra is missing."""
    return any(find_spec(name) is None for name in MODULES)


def require_servers() -> None:
    """Raise ModuleNotFoundError where the extra is missing, before anything is started."""
    for name in MODULES:
        if find_spec(name) is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

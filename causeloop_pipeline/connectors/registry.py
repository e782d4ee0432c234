"""The registry of connectors: every file in `tools/` declares one, so that adding a tool is adding a file."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from causeloop_pipeline.connectors import tools
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.model.plans import PlanName, is_plan_enough


class RegistryError(RuntimeError):
    """A file in `tools/` does not declare the connector that its name promises."""


def find_modules() -> Iterator[tuple[str, str]]:
    """Every module below `tools/`: its import path, and its folder there, empty for the top."""
    prefix = f"{tools.__name__}."
    for module in pkgutil.walk_packages(tools.__path__, prefix):
        if not module.ispkg:
            yield module.name, module.name.removeprefix(prefix).rpartition(".")[0].replace(".", "/")


def load_connectors() -> dict[str, Connector]:
    """Import every module below `tools/`; each declares CONNECTOR under its own file's name."""
    connectors: dict[str, Connector] = {}
    for path in sorted(path for path, _ in find_modules()):
        place = path.removeprefix(f"{tools.__name__}.").replace(".", "/") + ".py"
        connector = getattr(importlib.import_module(path), "CONNECTOR", None)
        if not isinstance(connector, Connector):
            raise RegistryError(f"tools/{place} declares no CONNECTOR: add one or move the file")
        if connector.name != path.rpartition(".")[2]:
            raise RegistryError(
                f"tools/{place} declares the connector {connector.name!r}: "
                "rename the file or the connector so that they agree"
            )
        if connector.plan not in tuple(PlanName):
            raise RegistryError(f"tools/{place} names the plan {connector.plan!r}: {', '.join(PlanName)}")
        if connector.name in connectors:
            raise RegistryError(f"tools/{place} declares {connector.name!r} a second time")
        connectors[connector.name] = connector
    return dict(sorted(connectors.items()))


CONNECTORS: Mapping[str, Connector] = MappingProxyType(load_connectors())
FOLDERS: Mapping[str, str] = MappingProxyType(
    {path.rpartition(".")[2]: folder for path, folder in find_modules()}
)
"""Connector type → the folder of its file below `tools/`."""


def is_included(plan: str, connector_type: str) -> bool:
    """Whether a plan includes connectors of this type."""
    return is_plan_enough(plan, CONNECTORS[connector_type].plan)

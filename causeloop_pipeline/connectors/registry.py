"""The registry of connectors: every file in `tools/` declares one, so that adding a tool is adding a file."""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from causeloop_pipeline.connectors import tools
from causeloop_pipeline.connectors.spec import Connector


class RegistryError(RuntimeError):
    """A file in `tools/` does not declare the connector that its name promises."""


def load_connectors() -> dict[str, Connector]:
    """Import every module below `tools/`; each declares CONNECTOR under its own file's name."""
    connectors: dict[str, Connector] = {}
    modules = pkgutil.walk_packages(tools.__path__, f"{tools.__name__}.")
    for path in sorted(module.name for module in modules if not module.ispkg):
        place = path.removeprefix(f"{tools.__name__}.").replace(".", "/") + ".py"
        connector = getattr(importlib.import_module(path), "CONNECTOR", None)
        if not isinstance(connector, Connector):
            raise RegistryError(f"tools/{place} declares no CONNECTOR: add one or move the file")
        if connector.name != path.rpartition(".")[2]:
            raise RegistryError(
                f"tools/{place} declares the connector {connector.name!r}: "
                "rename the file or the connector so that they agree"
            )
        if connector.name in connectors:
            raise RegistryError(f"tools/{place} declares {connector.name!r} a second time")
        connectors[connector.name] = connector
    return dict(sorted(connectors.items()))


CONNECTORS: Mapping[str, Connector] = MappingProxyType(load_connectors())

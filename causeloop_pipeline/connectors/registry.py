"""Every connector there is, found by looking into `tools/`: adding a tool is adding a file."""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from causeloop_pipeline.connectors import tools
from causeloop_pipeline.connectors.spec import Connector


class RegistryError(RuntimeError):
    """A file in `tools/` does not declare the connector that its name promises."""


def load_connectors() -> dict[str, Connector]:
    """Import every module in `tools/`; each declares CONNECTOR under its own file's name."""
    found = {}
    for module_name in sorted(module.name for module in pkgutil.iter_modules(tools.__path__)):
        module = importlib.import_module(f"{tools.__name__}.{module_name}")
        connector = getattr(module, "CONNECTOR", None)
        if not isinstance(connector, Connector):
            raise RegistryError(f"tools/{module_name}.py declares no CONNECTOR: add one or move the file")
        if connector.name != module_name:
            raise RegistryError(
                f"tools/{module_name}.py declares the connector {connector.name!r}: "
                "rename the file or the connector so that they agree"
            )
        found[connector.name] = connector
    return found


CONNECTORS: Mapping[str, Connector] = MappingProxyType(load_connectors())

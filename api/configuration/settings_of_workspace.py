"""A workspace's own fields and settings in a configuration file."""

from typing import Any

import orjson

from api.configuration.changes import ConfigurationChange, ConfigurationComparison, Work, compare_fields
from api.configuration.file_schema import Configuration
from api.workspaces import queries
from api.workspaces import routes as operations

EXPORTED_FIELDS = ("timezone", "sso_enforced")


async def compare_settings(work: Work, configuration: Configuration) -> ConfigurationComparison:
    """The changes that make the workspace's fields and settings those of the file."""
    changes = []
    wanted = configuration.workspace.model_dump(exclude_none=True)
    if fields := compare_fields(await queries.read_workspace(work.db), wanted):
        changes.append(_change_workspace(configuration, fields))
    named = configuration.settings.model_dump(include=configuration.settings.model_fields_set)
    settings = {name: value for name, value in named.items() if value is not None or name == "loop_cost"}
    if fields := compare_fields(await _read_settings(work), settings):
        changes.append(_change_settings(configuration, fields))
    return ConfigurationComparison(changes)


async def export_settings(work: Work) -> dict[str, Any]:
    """The sections of the workspace's fields and settings."""
    fields = await queries.read_workspace(work.db)
    own = {name: fields[name] for name in EXPORTED_FIELDS if fields[name]}
    return {"workspace": own, "settings": await _read_settings(work)}


async def _read_settings(work: Work) -> dict[str, Any]:
    return dict(orjson.loads(await queries.read_settings(work.db) or "{}"))


def _change_workspace(
    configuration: Configuration, fields: dict[str, tuple[Any, Any]]
) -> ConfigurationChange:
    async def make(work: Work) -> None:
        change = configuration.workspace.model_copy(
            update={name: None for name in type(configuration.workspace).model_fields if name not in fields}
        )
        work.responses.append(await operations.update_workspace(work.db, work.caller, change))

    return ConfigurationChange("change", "workspace", "", "workspace", make, fields)


def _change_settings(configuration: Configuration, fields: dict[str, tuple[Any, Any]]) -> ConfigurationChange:
    async def make(work: Work) -> None:
        named = {name: after for name, (_, after) in fields.items()}
        change = type(configuration.settings).model_validate(named)
        work.responses.append(await operations.update_settings(work.db, work.caller, change))

    return ConfigurationChange("change", "settings", "", "settings", make, fields)

"""The page of all settings."""

from causeloop_pipeline.settings import Settings

HEAD = """# Settings

Every setting is a variable of the environment. What the embedded database's supervisor chose is stored in
`settings.json` of the state folder, and read where the environment says nothing.
"""


def write_settings() -> str:
    """The page."""
    parts = [
        f"\n### CAUSELOOP_{name.upper()}\n\n{field.description}{_format_default(field.default)}\n"
        for name, field in Settings.model_fields.items()
    ]
    return HEAD + "".join(parts)


def _format_default(value: object) -> str:
    return (
        "" if value is None or repr(value) == "PydanticUndefined" or value == "" else f" Default: `{value}`."
    )

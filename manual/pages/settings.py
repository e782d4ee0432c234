"""The page of all settings."""

from causeloop_pipeline.settings import Settings
from manual.pages.markdown import format_table

HEAD = """# Settings

Every setting is a variable of the environment. What the embedded database's supervisor chose is stored in
`settings.json` of the state folder, and read where the environment says nothing.

"""


def write_settings() -> str:
    """The page."""
    rows = [
        (f"`CAUSELOOP_{name.upper()}`", _format_default(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return HEAD + format_table(("variable", "default", "meaning"), rows)


def _format_default(value: object) -> str:
    return "" if value is None or repr(value) == "PydanticUndefined" or value == "" else f"`{value}`"

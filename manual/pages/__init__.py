"""The pages that code gives: nothing of them is committed."""

from manual.pages.api import write_api
from manual.pages.commands import write_commands
from manual.pages.connectors import write_connectors
from manual.pages.metrics import write_metrics
from manual.pages.settings import write_settings
from manual.pages.tables import write_tables


def write_pages() -> dict[str, str]:
    """Path within the site → text."""
    return {
        "look_up/commands.md": write_commands(),
        "look_up/metrics.md": write_metrics(),
        "look_up/settings.md": write_settings(),
        "look_up/tables.md": write_tables(),
        **write_api(),
        **write_connectors(),
    }

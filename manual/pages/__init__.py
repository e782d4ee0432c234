"""The pages that code gives: nothing of them is committed."""

from manual.pages.access import write_access
from manual.pages.api import write_api
from manual.pages.commands import write_commands
from manual.pages.connectors import write_connectors
from manual.pages.errors import write_errors
from manual.pages.metrics import write_metrics
from manual.pages.settings import write_settings
from manual.pages.tables import write_tables
from manual.pages.views import write_views


def write_pages() -> dict[str, str]:
    """Path within the site → text."""
    return {
        "look_up/access.md": write_access(),
        "look_up/errors.md": write_errors(),
        "look_up/commands.md": write_commands(),
        "look_up/metrics.md": write_metrics(),
        "look_up/settings.md": write_settings(),
        "look_up/tables.md": write_tables(),
        "look_up/views.md": write_views(),
        **write_api(),
        **write_connectors(),
    }

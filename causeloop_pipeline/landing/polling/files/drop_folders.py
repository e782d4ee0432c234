"""Which folder of the machine each workspace may read, as the operator has listed it."""

from pathlib import Path
from uuid import UUID


def find_drop_folder(setting: str, workspace_id: UUID) -> str | None:
    """The workspace's folder in a setting such as "0198…=/srv/drops/acme, 0199…=/srv/drops/beta"."""
    for entry in setting.split(","):
        workspace, _, folder = entry.strip().partition("=")
        if workspace.strip().lower() == str(workspace_id) and Path(folder.strip()).is_absolute():
            return folder.strip()
    return None

"""Puts the dbt project and the deployment files into the wheel, where an installed package finds them."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("dbt_project", "deploy")
GENERATED = {"target", "logs", "dbt_packages", "__pycache__"}


class BundleFolders(BuildHookInterface[Any]):
    """An editable install reads them from the checkout, so that only a real wheel gets copies."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add every file of the folders under `causeloop_pipeline/bundled`."""
        if version == "editable":
            return
        root = Path(self.root)
        files = [path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
        for path in files:
            relative = path.relative_to(root)
            if not GENERATED & set(relative.parts):
                build_data["force_include"][str(path)] = f"causeloop_pipeline/bundled/{relative.as_posix()}"

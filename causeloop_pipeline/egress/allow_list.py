"""What connectors may reach beside the public internet: a setting, and a file that needs no restart."""

from pathlib import Path

from causeloop_pipeline.settings import Settings


def find_allow_file(settings: Settings) -> Path:
    """The file of the state folder in which `causeloop egress` lists addresses."""
    return settings.state_dir / "egress_allow"


def read_allowed(settings: Settings) -> str:
    """The setting, and the file as it is now."""
    try:
        listed = find_allow_file(settings).read_text(encoding="utf-8").split()
    except FileNotFoundError:
        listed = []
    return ",".join(entry for entry in (settings.egress_allow, *listed) if entry)

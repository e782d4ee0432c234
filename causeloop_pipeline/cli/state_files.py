"""The small files of the state folder: replaced atomically, so that no crash leaves half of one."""

from pathlib import Path

from causeloop_pipeline.storage.embedded.settings_files import replace_file


def try_to_replace_file(path: Path, text: str) -> bool:
    """Replace a file that only this user may read; on a full disk it stays; whether it was replaced."""
    try:
        replace_file(path, text)
    except OSError:
        return False
    return True

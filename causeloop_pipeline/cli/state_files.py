"""The small files of the state folder: replaced atomically, so that no crash leaves half of one."""

import os
from pathlib import Path


def replace_file(path: Path, text: str) -> bool:
    """Replace a file that only this user may read; on a full disk it stays; whether it was replaced."""
    draft = path.with_name(f"{path.name}.new")
    try:
        with open(draft, "w", opener=_open_privately) as handle:
            handle.write(text)
        draft.replace(path)
    except OSError:
        return False
    return True


def _open_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

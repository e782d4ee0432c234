"""The settings files in the state folder: ports, database roles and secret keys for every process."""

import contextlib
import fcntl
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from causeloop_pipeline.settings import SECRETS_OF_PROCESSES, settings_file

NEXT_KEY = "next_secret_key"
"""A rotation's new key, which every process accepts but none encrypts with yet."""


@contextlib.contextmanager
def lock_settings(state_dir: Path) -> Iterator[None]:
    """Lock the files against other writers until the block ends, so that no change is lost."""
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / "settings.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def read_settings(state_dir: Path) -> dict[str, str]:
    """The command line's settings, with all values; {} before the first start."""
    path = settings_file(state_dir)
    return dict(json.loads(path.read_text())) if path.exists() else {}


def write_settings(state_dir: Path, values: Mapping[str, str]) -> None:
    """Replace the command line's file, then each process's file with the values that it may see."""
    replace_file(settings_file(state_dir), _format(values))
    for process in SECRETS_OF_PROCESSES:
        replace_file(settings_file(state_dir, process), _format(select_own(process, values)))


def select_own(process: str, values: Mapping[str, str]) -> dict[str, str]:
    """The values that a process may see; the next key is among those that it accepts."""
    keys = [values[name] for name in ("accepted_secret_keys", NEXT_KEY) if values.get(name)]
    visible = {**values, **({"accepted_secret_keys": ",".join(keys)} if keys else {})}
    return {name: value for name, value in visible.items() if name in SECRETS_OF_PROCESSES[process]}


def replace_file(path: Path, text: str) -> None:
    """Replace a file that only this user may read, atomically: a killed process never leaves half of it."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def _format(values: Mapping[str, str]) -> str:
    return json.dumps(dict(values), indent=2, sort_keys=True)

"""The files in the state folder by which every process finds ports, database roles and secret keys."""

import contextlib
import fcntl
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from causeloop_pipeline.settings import SECRETS_OF_PROCESSES, settings_file

NEXT_KEY = "next_secret_key"
"""The key that a rotation has made and that does not encrypt yet; every process accepts it already."""


@contextlib.contextmanager
def lock_settings(state_dir: Path) -> Iterator[None]:
    """Keep others from changing the files until the block ends, so that no change is lost."""
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / "settings.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def read_settings(state_dir: Path) -> dict[str, str]:
    """What the command line reads: all values; {} before the first start."""
    path = settings_file(state_dir)
    return dict(json.loads(path.read_text())) if path.exists() else {}


def write_settings(state_dir: Path, values: Mapping[str, str]) -> None:
    """Replace the file of the command line, then that of each process, which holds what it may see."""
    replace_file(settings_file(state_dir), values)
    for process in SECRETS_OF_PROCESSES:
        replace_file(settings_file(state_dir, process), select_own(process, values))


def select_own(process: str, values: Mapping[str, str]) -> dict[str, str]:
    """The values that a process may see; a key that is about to encrypt is one that it accepts."""
    keys = [values[name] for name in ("accepted_secret_keys", NEXT_KEY) if values.get(name)]
    visible = {**values, **({"accepted_secret_keys": ",".join(keys)} if keys else {})}
    return {name: value for name, value in visible.items() if name in SECRETS_OF_PROCESSES[process]}


def replace_file(path: Path, values: Mapping[str, str]) -> None:
    """Replace a file in one step, so that a killed process never leaves half of it."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(dict(values), indent=2, sort_keys=True))
    draft.replace(path)

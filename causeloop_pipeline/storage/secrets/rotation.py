"""Rotates the installation's master key while servers run; an interrupted rotation is resumed.

Each step leaves a state in which every process reads every stored secret:

1. a new key is written down, and every process accepts it;
2. it takes the place of the old key, which stays accepted without end;
3. every stored secret's own key is wrapped again, row by row;
4. the old key's acceptance gets an end: what it signed (access tokens, cursors) is short-lived.

In which step a rotation is, the files tell; the first two are skipped where the environment names the keys.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from causeloop_pipeline.settings import has_secret_key_in_environment
from causeloop_pipeline.storage.app.vault import SecretError
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.installation import generate_secret_key
from causeloop_pipeline.storage.embedded.settings_files import (
    NEXT_KEY,
    lock_settings,
    read_settings,
    write_settings,
)
from causeloop_pipeline.storage.secrets.key_ring import open_vault
from causeloop_pipeline.storage.secrets.sealed_columns import list_sealed_rows, rewrap_row

ACCEPTED = "accepted_secret_keys"
ROWS_PER_REPORT = 100
GRACE = timedelta(days=1)
"""The lifetime of responses to an Idempotency-Key, the longest-lived data under a derived key."""


@dataclass(frozen=True)
class RotationReport:
    """What a rotation did, and which secrets no accepted key decrypts."""

    is_resumed: bool
    rewrapped: int
    unreadable: tuple[str, ...]


def rotate_master_key(
    state_dir: Path,
    database: Database,
    *,
    is_old_revoked: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> RotationReport:
    """Replace the master key, or resume an interrupted rotation.

    Where the environment names the keys, secrets are wrapped by the key that it names.
    """
    if has_secret_key_in_environment():
        rewrapped, unreadable = _rewrap_all(database, report)
        return RotationReport(False, rewrapped, unreadable)
    is_resumed = _begin(state_dir)
    report("a new key is accepted by every process")
    _promote(state_dir)
    report("the new key encrypts")
    rewrapped, unreadable = _rewrap_all(database, report)
    _end(state_dir, None if is_old_revoked else datetime.now(UTC) + GRACE)
    report("the old key is no longer needed")
    return RotationReport(is_resumed, rewrapped, unreadable)


def _begin(state_dir: Path) -> bool:
    """Create a new key that every process accepts, unless a rotation is in progress; returns whether one
    is."""
    with lock_settings(state_dir):
        values = read_settings(state_dir)
        is_resumed = NEXT_KEY in values or any("@" not in entry for entry in _list_accepted(values))
        if not is_resumed:
            values[NEXT_KEY] = generate_secret_key()
        write_settings(state_dir, values)
    return is_resumed


def _promote(state_dir: Path) -> None:
    """Encrypt with the new key from now on; the old one stays accepted."""
    with lock_settings(state_dir):
        values = read_settings(state_dir)
        if NEXT_KEY in values:
            old, values["secret_key"] = values["secret_key"], values.pop(NEXT_KEY)
            values[ACCEPTED] = ",".join((old, *_list_accepted(values)))
            write_settings(state_dir, values)


def _end(state_dir: Path, until: datetime | None) -> None:
    """Set until when older keys are accepted; drop those whose time is over."""
    with lock_settings(state_dir):
        values = read_settings(state_dir)
        ends = {key: end for key, _, end in (entry.partition("@") for entry in _list_accepted(values))}
        limited = {key: end or until.isoformat() for key, end in ends.items()} if until else {}
        now = datetime.now(UTC)
        entries = [f"{key}@{end}" for key, end in limited.items() if datetime.fromisoformat(end) > now]
        values.pop(ACCEPTED, None)
        write_settings(state_dir, {**values, **({ACCEPTED: ",".join(entries)} if entries else {})})


def _list_accepted(values: dict[str, str]) -> list[str]:
    return [entry for entry in values.get(ACCEPTED, "").split(",") if entry]


def _rewrap_all(database: Database, report: Callable[[str], None]) -> tuple[int, tuple[str, ...]]:
    """Wrap every stored secret with the present key, each in a transaction of its own, until none is left."""
    vault, changed, unreadable = open_vault(), 0, {}
    with database.keep_connection() as connected:
        is_finished = False
        while not is_finished:
            is_finished = True
            for place in list_sealed_rows(connected):
                if place in unreadable:
                    continue
                try:
                    with connected.workspace(place.workspace_id) as session:
                        is_changed = rewrap_row(session, vault, place)
                except SecretError as failure:
                    unreadable[place] = str(failure)
                    continue
                if is_changed:
                    is_finished, changed = False, changed + 1
                    if changed % ROWS_PER_REPORT == 0:
                        report(f"{changed} secrets are under the new key")
    return changed, tuple(unreadable.values())

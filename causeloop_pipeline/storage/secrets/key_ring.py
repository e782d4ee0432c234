"""The accepted master keys: one encrypts, the others still decrypt.

Keys are rotated while servers run, so they are read again when the state folder's settings change.
"""

from datetime import UTC, datetime
from functools import lru_cache

from causeloop_pipeline.settings import Settings, latest_settings
from causeloop_pipeline.storage.app.vault import Vault, decode_master_key


def read_keys(config: Settings | None = None) -> tuple[bytes, ...]:
    """The master key that encrypts, then those that are accepted besides."""
    config = config or latest_settings()
    accepted = config.accepted_secret_keys
    keys = _parse_keys(config.require("secret_key"), accepted.get_secret_value() if accepted else "")
    now = datetime.now(UTC)
    return tuple(key for key, until in keys if until is None or now < until)


def open_vault(config: Settings | None = None) -> Vault:
    """The vault of the currently accepted master keys."""
    key, *accepted = read_keys(config)
    return Vault(key, tuple(accepted), reread=open_vault)


@lru_cache(maxsize=8)
def _parse_keys(current: str, accepted: str) -> tuple[tuple[bytes, datetime | None], ...]:
    entries = (entry.strip().partition("@") for entry in accepted.split(",") if entry.strip())
    others = (
        (decode_master_key(key), datetime.fromisoformat(until) if until else None)
        for key, _, until in entries
    )
    return ((decode_master_key(current), None), *others)

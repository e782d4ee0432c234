"""Access tokens of operators and their tools: files in the state folder, created when first needed."""

import secrets
from pathlib import Path

from causeloop_pipeline.settings import Settings

METRICS_TOKEN_FILE = "metrics.token"  # noqa: S105 - the name of a file


def read_or_create_token(path: Path) -> str:
    """The token in a file, which only the installation's user may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32))
        try:
            path.hardlink_to(draft)  # of two processes that start together, one creates it
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def read_metrics_token(config: Settings) -> str:
    """The token for the API's metrics."""
    if config.metrics_token is not None:
        return config.metrics_token.get_secret_value()
    return read_or_create_token(config.state_dir / METRICS_TOKEN_FILE)

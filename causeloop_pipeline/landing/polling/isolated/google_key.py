"""A key of a Google service account, which is exchanged at Google and nowhere else."""

import json
from typing import Any

PINNED = {"token_uri": "https://oauth2.googleapis.com/token", "universe_domain": "googleapis.com"}


def read_google_key(text: str) -> dict[str, Any]:
    """The key without its own addresses; ValueError or TypeError where it is not Google's JSON."""
    return {**json.loads(text), **PINNED}

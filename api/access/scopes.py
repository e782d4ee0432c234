"""What a key is limited to: areas of the API, to read or to write, beside what its role allows.

An operation's area is its tag. A key without scopes may do all that its role may.
"""

from collections.abc import Sequence

AREAS = (
    "alerts",
    "audit",
    "changes",
    "clusters",
    "connectors",
    "corrections",
    "export",
    "ingestion",
    "issues",
    "keys",
    "members",
    "owners",
    "patterns",
    "predictions",
    "recommendations",
    "search",
    "stream",
    "workspace",
)
AREAS_OF_PEOPLE = ("personal", "sessions")
"""What concerns a person, not their work: no key with scopes reaches it."""

SCOPES = tuple(f"{area}:{act}" for area in AREAS for act in ("read", "write"))
READ_METHODS = {"GET", "HEAD"}


def is_in_scope(scopes: frozenset[str] | None, tags: Sequence[str], method: str) -> bool:
    """Whether a key with these scopes may use an operation; writing an area includes reading it."""
    return scopes is None or not scopes.isdisjoint(list_scopes(tags, method))


def list_scopes(tags: Sequence[str], method: str) -> list[str]:
    """The scopes of which an operation needs one."""
    acts = ("read", "write") if method in READ_METHODS else ("write",)
    return [f"{tag}:{act}" for tag in tags for act in acts]

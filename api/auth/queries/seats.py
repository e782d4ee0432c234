"""What the database refuses because nobody more can be let in."""

from api.http.errors import broken_rule


def seats_exhausted() -> Exception:
    """422: the organization has no free seat."""
    return broken_rule(
        "seats_exhausted",
        "active members take all seats of the organization: suspend one, or ask an owner for more seats",
    )

"""Addresses of the dashboard's pages, as alert messages and tickets show them."""

from uuid import UUID


def build_pattern_url(public_url: str, pattern_id: UUID | str) -> str:
    """The page of a pattern on the dashboard at `public_url`."""
    return f"{public_url.rstrip('/')}/#/patterns/{pattern_id}"


def build_recommendation_url(public_url: str, recommendation_id: UUID | str) -> str:
    """The page of a recommendation on the dashboard at `public_url`."""
    return f"{public_url.rstrip('/')}/#/recommendations/{recommendation_id}"


def build_seen_before_url(public_url: str) -> str:
    """The page of the dashboard at `public_url` that looks up whether a failure was seen before."""
    return f"{public_url.rstrip('/')}/#/seen-before"

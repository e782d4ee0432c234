"""A browser for tests of the dashboard."""

from collections.abc import Iterator

import httpx2
import pytest


@pytest.fixture
def site(api_url: str) -> Iterator[httpx2.Client]:
    """A browser without a credential."""
    with httpx2.Client(base_url=api_url, timeout=30) as browser:
        yield browser

"""Dagster's storage on the tests' PostgreSQL."""

from tests.orchestration.instance.conftest import storage, url

__all__ = ["storage", "url"]

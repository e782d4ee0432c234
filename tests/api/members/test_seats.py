"""A change of a member that the database refuses."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from api.http.errors import Problem
from api.members.queries import update_member


def refuse(constraint: str) -> Any:
    """A database on which every change breaks a constraint."""
    error = asyncpg.CheckViolationError("new row violates a check constraint")
    error.constraint_name = constraint

    async def execute(*_: object) -> None:
        raise error

    return SimpleNamespace(transaction=SimpleNamespace(execute=execute))


def test_a_change_that_needs_a_seat_is_refused_when_none_is_free() -> None:
    with pytest.raises(Problem) as refused:
        asyncio.run(update_member(refuse("seats_exhausted"), uuid4(), None, "active"))

    assert (refused.value.status, refused.value.code) == (422, "seats_exhausted")


def test_a_broken_constraint_of_another_kind_is_a_defect() -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        asyncio.run(update_member(refuse("membership_role_check"), uuid4(), "admin", None))

"""A process waits for another piece of work of its key, and for nobody else's."""

import asyncio
import os
import signal

import pytest

from api.http.computing import forked
from api.http.computing.processes import MAX_PROCESSES, Computing, TooCostlyError
from tests.api.http.computing import work
from tests.api.http.computing.test_processes import compute


def test_a_key_has_its_process_again_and_never_anothers() -> None:
    async def use(computing: Computing) -> tuple[set[int], set[int]]:
        first, second = set(), set()
        for _ in range(3):
            first.add(await computing.run("first", work.read_process_id))
            second.add(await computing.run("second", work.read_process_id))
        return first, second

    first, second = compute(use)

    assert (len(first), len(second)) == (1, 1)
    assert first != second


def test_what_failed_or_was_large_ends_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "MAX_KEPT_BYTES", 10_000)

    async def use(computing: Computing) -> list[int]:
        ids = [await computing.run("a", work.read_process_id)]
        with pytest.raises(RuntimeError):
            await computing.run("a", work.fail_alone)
        ids.append(await computing.run("a", work.read_process_id))
        await computing.run("a", len, "large" * 3_000)
        return [*ids, await computing.run("a", work.read_process_id)]

    assert len(set(compute(use))) == 3


def test_it_ends_after_its_pieces_and_where_others_need_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "MAX_PIECES", 2)

    async def use(computing: Computing) -> tuple[list[int], list[int]]:
        of_one = [await computing.run("a", work.read_process_id) for _ in range(4)]
        before = await computing.run("b", work.read_process_id)
        for other in range(MAX_PROCESSES):
            await computing.run(other, work.read_process_id)
        return of_one, [before, await computing.run("b", work.read_process_id)]

    of_one, of_another = compute(use)

    assert of_one[0] == of_one[1] != of_one[2] == of_one[3]
    assert of_another[0] != of_another[1]


def test_it_ends_when_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "MAX_WAITING_SECONDS", 0.05)

    async def use(computing: Computing) -> tuple[int, int]:
        first = await computing.run("a", work.read_process_id)
        await asyncio.sleep(0.2)
        return first, await computing.run("a", work.read_process_id)

    first, second = compute(use)

    assert first != second


def test_one_that_was_killed_while_it_waited_costs_nobody_an_answer() -> None:
    async def use(computing: Computing) -> int:
        process_id = await computing.run("a", work.read_process_id)
        os.kill(process_id, signal.SIGKILL)
        await asyncio.sleep(0.1)
        return await computing.run("a", work.add, 1, 2)

    assert compute(use) == 3


def test_time_is_bounded_for_each_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.computing.processes.MAX_CPU_SECONDS", 0.3)

    async def use(computing: Computing) -> int:
        ids = {await computing.run("a", work.compute, 0.2) for _ in range(3)}
        with pytest.raises(TooCostlyError):
            await computing.run("a", work.compute_for_ever)
        return len(ids)

    assert compute(use) == 1

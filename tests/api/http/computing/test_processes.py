"""Functions computed in processes: bounded, shared fairly, and harmless when they end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from api.http.computing import processes
from api.http.computing.processes import Computing, TooCostlyError
from api.http.errors import Problem
from tests.api.http.computing import work

Result = TypeVar("Result")
MODULES = ("tests.api.http.computing.work",)


def compute(using: Callable[[Computing], Awaitable[Result]]) -> Result:
    """What comes of using processes that end afterwards."""

    async def run() -> Result:
        computing = Computing(MODULES)
        try:
            return await using(computing)
        finally:
            computing.close()

    return asyncio.run(run())


def test_what_a_function_returns_and_what_it_raises_travels() -> None:
    async def use(computing: Computing) -> tuple[int, BaseException, BaseException]:
        total = await computing.run("a", work.add, 1, 2)
        refused, failed = await asyncio.gather(
            computing.run("a", work.refuse),
            computing.run("b", work.fail_alone),
            return_exceptions=True,
        )
        assert isinstance(refused, BaseException)
        assert isinstance(failed, BaseException)
        return total, refused, failed

    total, refused, failed = compute(use)

    assert total == 3
    assert isinstance(refused, Problem)
    assert (refused.status, refused.code, refused.detail) == (422, "validation_failed", "so not")
    assert (refused.errors, refused.headers, refused.extra) == (
        [{"pointer": "/a"}],
        {"X-A": "1"},
        {"more": 2},
    )
    assert (type(failed), str(failed)) == (RuntimeError, "LocalError: nobody else knows it")


def test_what_takes_too_long_or_ends_its_process_is_refused_and_stops_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "MAX_CPU_SECONDS", 0.2)

    async def use(computing: Computing) -> int:
        for costly in (work.compute_for_ever, work.end, work.take_memory, work.call_without_end):
            with pytest.raises(TooCostlyError):
                await computing.run("a", costly)
        return await computing.run("a", work.add, 3, 4)

    assert compute(use) == 7


def test_one_key_keeps_no_other_waiting() -> None:
    async def use(computing: Computing) -> bool:
        await computing.run("first", work.add, 0, 0)
        slow = [asyncio.create_task(computing.run("greedy", work.sleep, 0.3)) for _ in range(4)]
        await asyncio.sleep(0.05)
        await computing.run("modest", work.add, 0, 0)
        waiting = sum(not each.done() for each in slow)
        await asyncio.gather(*slow)
        return waiting >= 3

    assert compute(use)


def test_the_loop_goes_on_while_something_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "MAX_CPU_SECONDS", 0.5)

    async def use(computing: Computing) -> int:
        await computing.run("a", work.add, 0, 0)
        computed, ticks = asyncio.create_task(computing.run("a", work.compute_for_ever)), 0
        while not computed.done():
            await asyncio.sleep(0.01)
            ticks += 1
        with pytest.raises(TooCostlyError):
            await computed
        return ticks

    assert compute(use) > 5


def test_a_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUSELOOP_SECRET_KEY", "planted")

    environment = compute(lambda computing: computing.run("a", work.read_environment))

    assert "planted" not in str(environment)
    assert environment["CAUSELOOP_STATE_DIR"] == processes.NO_STATE


def test_it_starts_again_after_it_was_killed() -> None:
    async def use(computing: Computing) -> int:
        await computing.run("a", work.add, 0, 0)
        assert computing.process is not None
        computing.process.kill()
        computing.process.wait()
        return await computing.run("a", work.add, 5, 6)

    assert compute(use) == 11

"""A pytest plugin that runs the tests of each change of a file, and writes which changes were noticed."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from unittest.mock import patch

import pytest
from _pytest.runner import runtestprotocol

from causeloop_pipeline.settings import ROOT
from tests.fuzz.mutants import TARGETS, VARIABLE
from tests.fuzz.mutation import Mutation, mutating

ENDLESS = 1_000_000
"""All sign-ins of all passes come from one address."""


class _Between(pytest.Item):
    """Stands for what comes after a change: all that tests share is made again, except for the session's."""

    def runtest(self) -> None:
        """Nothing is run."""


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run the tests unchanged, with each change, and unchanged again."""
    request = Path(os.environ[VARIABLE])
    mutations = [Mutation(**fields) for fields in json.loads(request.read_text())]
    between = _Between.from_parent(session, name="between")
    items = {module: _choose_items(session.items, tests) for module, tests in TARGETS.items()}
    modules = dict.fromkeys(mutation.module for mutation in mutations)
    with patch("api.auth.passwords.MAX_ATTEMPTS_PER_ADDRESS", ENDLESS):
        _require_success(_find_failure(items[module], between) for module in modules)
        killed = []
        for mutation in mutations:
            with mutating(mutation):
                killed.append(_find_failure(items[mutation.module], between) is not None)
            print(f"{'noticed' if killed[-1] else 'NOT noticed'}: {mutation}", flush=True)
        _require_success(_find_failure(items[module], between) for module in modules)
    request.with_suffix(".answer").write_text(json.dumps(killed))
    return True


def _require_success(failures: Iterable[str | None]) -> None:
    for failure in filter(None, failures):
        pytest.exit(f"the tests fail without a change:\n{failure}", returncode=3)


def _choose_items(items: Iterable[pytest.Item], tests: Sequence[str]) -> list[pytest.Item]:
    chosen = [item for item in items if item.path.relative_to(ROOT).as_posix() in tests]
    return sorted(chosen, key=lambda item: tests.index(item.path.relative_to(ROOT).as_posix()))


def _find_failure(items: Sequence[pytest.Item], between: pytest.Item) -> str | None:
    """How the first test fails; None: all pass."""
    for number, item in enumerate(items):
        following = items[number + 1] if number + 1 < len(items) else between
        for report in runtestprotocol(item, log=False, nextitem=following):
            if report.failed:
                between.session._setupstate.teardown_exact(between)
                return f"{report.nodeid}\n{report.longreprtext}"
    return None

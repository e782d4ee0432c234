"""Changes one thing at a time in what decides over access, and runs the tests that should notice."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from causeloop_pipeline.settings import ROOT, copy_environment
from tests.fuzz.mutation import VARIABLE, Mutation, mutate

TESTS, TENANCY = "tests/api", "tests/api/routers/tenancy"
TARGETS = {
    "api.access.permissions": (
        f"{TESTS}/access/test_permissions.py",
        f"{TESTS}/access/test_access_document.py",
    ),
    "api.access.scopes": (f"{TENANCY}/test_keys.py",),
    "api.auth.standing": (
        f"{TENANCY}/test_keys.py",
        f"{TENANCY}/test_members.py",
    ),
    "api.auth.keys": (f"{TENANCY}/test_keys.py", f"{TENANCY}/test_members.py"),
    "api.auth.tokens": (f"{TESTS}/auth/test_tokens.py",),
    "api.http.pagination": (f"{TESTS}/http/test_pagination.py",),
    "api.queries.tenancy.members": (
        f"{TENANCY}/test_members.py",
        f"{TENANCY}/test_invitations.py",
    ),
}
"""Module → the tests that should notice."""

MIN_KILLED = 0.9


@dataclass(frozen=True)
class Verdict:
    """Whether a change was noticed."""

    mutation: Mutation
    is_killed: bool


def list_mutations(module: str) -> list[Mutation]:
    """Every change of a module."""
    source = (ROOT / f"{module.replace('.', '/')}.py").read_text()
    count = sum(1 for _ in mutate(ast.parse(source)))
    return [Mutation(module, index) for index in range(count)]


def judge(mutations: list[Mutation]) -> Iterator[Verdict]:
    """Run the tests of each change."""
    for mutation in mutations:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        command += ["-p", "tests.fuzz.mutation", *TARGETS[mutation.module]]
        environment = {**copy_environment(), VARIABLE: f"{mutation.module}:{mutation.index}"}
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        yield Verdict(mutation, done.returncode != 0)

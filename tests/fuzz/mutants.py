"""Changes one thing at a time in what decides over access, and runs the tests that should notice.

One session of pytest judges all changes of a module: the functions are changed in place, so that neither the
database nor the API is started again for each.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from causeloop_pipeline.settings import ROOT, copy_environment
from tests.fuzz.mutation import Mutation

TARGETS = {
    "api.access.permissions": (
        "tests/api/access/test_role_table.py",
        "tests/api/access/test_permissions.py",
    ),
    "api.access.scopes": ("tests/api/keys/test_keys.py",),
    "api.auth.authorize": (
        "tests/api/auth/test_authorize.py",
        "tests/api/keys/test_keys.py",
        "tests/api/members/test_members.py",
        "tests/api/test_operation.py",
        "tests/api/workspaces/test_workspace.py",
        "tests/api/organizations/test_organizations.py",
    ),
    "api.auth.keys": ("tests/api/keys/test_keys.py", "tests/api/members/test_members.py"),
    "api.auth.tokens": ("tests/api/auth/test_tokens.py", "tests/api/auth/test_oidc.py"),
    "api.auth.session_start": (
        "tests/api/auth/test_session_start.py",
        "tests/api/members/test_invitation_walls.py",
        "tests/api/sign_in/test_sessions.py",
        "tests/api/audit/test_audit.py",
        "tests/api/sign_up/test_sign_up.py",
        "tests/api/organizations/test_organizations.py",
        "tests/api/sign_in/test_passwords.py",
        "tests/api/members/test_invitations.py",
        "tests/api/members/test_passwords_by_link.py",
    ),
    "api.http.pagination": ("tests/api/http/test_pagination.py",),
    "api.members.queries": (
        "tests/api/members/test_seats.py",
        "tests/api/members/test_members.py",
        "tests/api/members/test_invitations.py",
    ),
    "api.members.routes": (
        "tests/api/members/test_members.py",
        "tests/api/members/test_invitation_walls.py",
        "tests/api/members/test_invitations.py",
        "tests/api/audit/test_audit.py",
        "tests/api/alert_rules/test_alert_rules.py",
    ),
    "api.members.invitations.routes": (
        "tests/api/auth/test_address_limits.py",
        "tests/api/members/test_invitation_walls.py",
        "tests/api/members/test_invitations.py",
        "tests/api/members/test_members.py",
        "tests/api/alert_rules/test_alert_rules.py",
    ),
}
"""Module → the tests that should notice."""

MIN_KILLED = 0.9
VARIABLE = "CAUSELOOP_TEST_MUTATIONS"
"""Names the file of changes to judge, which the session answers beside it."""


class UnsoundTestsError(RuntimeError):
    """The tests fail without a change, so that they tell nothing."""


def find_survivors(mutations: list[Mutation]) -> list[str]:
    """The changes that no test notices."""
    if not mutations:
        return []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        request = Path(folder, "mutations.json")
        request.write_text(json.dumps([asdict(mutation) for mutation in mutations]))
        tests = sorted({test for mutation in mutations for test in TARGETS[mutation.module]})
        command = [sys.executable, "-m", "pytest", "-q", "--tb", "native", "-p", "no:cacheprovider"]
        command += ["-p", "tests.fuzz.mutant_session", *tests]
        environment = {**copy_environment(), VARIABLE: str(request)}
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        answer = request.with_suffix(".answer")
        if not answer.exists():
            raise UnsoundTestsError(f"the tests fail without a change:\n{done.stdout[-3_000:]}")
        are_killed = json.loads(answer.read_text())
    return [str(mutation) for mutation, is_killed in zip(mutations, are_killed, strict=True) if not is_killed]

"""schemathesis, which knows nothing but the OpenAPI document, as everybody who may call."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import httpx2
import psycopg

from api.auth.tokens import issue_access_token
from causeloop_pipeline.storage.app.tenants import add_member, create_user
from tests.api.sample import ROLES, Sample, make_session

CHECKS = ("--checks", "all", "--exclude-checks", "positive_data_acceptance,negative_data_rejection")
"""All of its own but two, which `agreement` replaces."""

EXCLUDED = r"/test$|/stream$|/auth/oidc"
"""They call the outside, or do not end."""

ENDING = (
    r"/organization$|/members/(leave$|\{user_id\})|/sessions($|/\{session_id\})|/auth/browser$"
    r"|/workspace/(archive|erase|restore)$"
)
"""They may end what the caller may do: a run of their own, after the others."""

OTHERS, LAST = ("--exclude-path-regex", f"{EXCLUDED}|{ENDING}"), ("--include-path-regex", ENDING)

DAY = timedelta(days=1)
"""A token must outlive a run: as nobody, everything is answered as it should be."""

Headers = dict[str, str]


def run_as_everybody(
    url: str, owner: psycopg.Connection, make_tenant: Callable[[], Sample], examples: int, seed: int
) -> list[str]:
    """Run it as each kind of caller, in a tenant of its own; which ended with a failure."""
    failed = []
    httpx2.get(f"{url}/openapi.json", timeout=60)  # schemathesis waits ten seconds; then it is made
    with patch("api.auth.tokens.LIFETIME", DAY), patch("api.auth.tokens.MAX_LIFETIME", DAY):
        for name, headers in list_callers(owner, make_tenant):
            print(f"schemathesis as {name}", flush=True)
            if run_once(url, headers, examples, seed, *OTHERS):
                failed.append(name)
            if headers and httpx2.get(f"{url}/v1/me", headers=headers, timeout=60).status_code != 200:
                failed.append(f"{name} was signed out: what followed was sent as nobody")
            if run_once(url, headers, examples, seed, *LAST):
                failed.append(f"{name}, at last")
    return failed


def list_callers(
    owner: psycopg.Connection, make_tenant: Callable[[], Sample]
) -> Iterator[tuple[str, Headers]]:
    """A person of each role, a service account with a key, and nobody."""
    for role in ROLES:
        yield role, sign_in(owner, make_tenant(), role)
    yield "service key", {"Authorization": f"Bearer {make_tenant().credentials['owner']}"}
    yield "nobody", {}


def sign_in(owner: psycopg.Connection, sample: Sample, role: str) -> Headers:
    """The header of a new member."""
    user_id = create_user(owner, f"{role}-{sample.workspace_id}@example.com", role)
    add_member(owner, sample.workspace_id, user_id, role)
    token = issue_access_token(make_session(sample.workspace_id, user_id))
    return {"Authorization": f"Bearer {token}"}


def run_once(url: str, headers: Headers, examples: int, seed: int, *options: str) -> int:
    """Run it once; 0 where nothing was wrong."""
    program = Path(sys.executable).with_name("schemathesis")
    command = [str(program), "run", f"{url}/openapi.json", *CHECKS]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    command += ["--max-examples", str(examples), "--seed", str(seed)]
    command += ["--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all", "--no-color"]
    command += ["--request-timeout", "60", "--max-response-time", "60"]  # a busy machine is not a finding
    command += ["--generation-allow-x00", "false"]  # PostgreSQL stores no NUL: `documents` sends it
    command += ["--continue-on-failure", "--warnings", "off", "--generation-database", "none", *options]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.agreement"}
    return subprocess.run(command, check=False, env=environment).returncode

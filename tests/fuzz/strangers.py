"""schemathesis, which knows nothing but the OpenAPI document, as everybody who may call."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

import httpx2
import psycopg

from api.auth.tokens import issue_access_token
from causeloop_pipeline.storage.app.tenants import add_member, create_user
from tests.api.sample import ROLES, Sample, make_session
from tests.fuzz.parts import Parts

CHECKS = ("--checks", "all", "--exclude-checks", "positive_data_acceptance,negative_data_rejection")
"""All of its own but two, which `agreement` replaces."""

EXCLUDED = r"/test$|/stream$|/auth/oidc"
"""They call the outside, or do not end."""

ENDING = (
    r"/organization$|/members/(leave$|\{user_id\})|/sessions($|/\{session_id\})|/auth/browser$"
    r"|/workspace/(archive|erase|restore)$|/service-accounts/\{account_id\}"
)
"""They may end what the caller may do: a part of their own."""

PATHS_A_PART, EXAMPLES_A_PART = 16, 40
"""All callers come to all operations before any of them comes a second time."""

CALLERS = (*ROLES, "service key", "nobody")

DAY = timedelta(days=1)
"""A token must outlive a run: as nobody, everything is answered as it should be."""

Headers = dict[str, str]


@dataclass(frozen=True)
class Strangers:
    """The API that is called, and tenants for the callers."""

    url: str
    owner: psycopg.Connection
    make_tenant: Callable[[], Sample]

    def run_as_everybody(self, examples: int, seed: int, parts: Parts) -> list[str]:
        """Run it as each kind of caller; what ended with a failure."""
        document = httpx2.get(f"{self.url}/openapi.json", timeout=60).json()  # schemathesis waits ten seconds
        failed: list[str] = []
        with patch("api.auth.tokens.LIFETIME", DAY), patch("api.auth.tokens.MAX_LIFETIME", DAY):
            for turn in range(0, examples, EXAMPLES_A_PART):
                size = min(EXAMPLES_A_PART, examples - turn)
                for paths in divide_paths(list(document["paths"])):
                    options = choose_options(paths, size, seed + turn, is_first=turn == 0)
                    for caller in CALLERS:
                        name = f"{caller}, {size} examples after {turn}: {' '.join(paths)}"
                        failed += parts.do(name, partial(self.run_as, caller, options, name))
        return failed

    def run_as(self, caller: str, options: Sequence[str], name: str) -> list[str]:
        """Run it as one caller in a tenant of its own: what one does to it is met by no other."""
        print(f"schemathesis as {name}", flush=True)
        headers = self.make_caller(caller)
        failed = [name] if run_once(self.url, headers, options) else []
        if headers and not re.search(ENDING, name) and not self.is_signed_in(headers):
            failed.append(f"signed out, what followed was sent as nobody: {name}")
        return failed

    def make_caller(self, caller: str) -> Headers:
        """A person of a role, a service account with a key, or nobody."""
        if caller == "nobody":
            return {}
        if caller == "service key":
            return {"Authorization": f"Bearer {self.make_tenant().credentials['owner']}"}
        return sign_in(self.owner, self.make_tenant(), caller)

    def is_signed_in(self, headers: Headers) -> bool:
        """Whether these headers still name a caller."""
        return httpx2.get(f"{self.url}/v1/me", headers=headers, timeout=60).status_code == 200


def divide_paths(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    """The paths in parts; what may end the caller is a part of its own."""
    chosen = [path for path in paths if not re.search(EXCLUDED, path)]
    others = [path for path in chosen if not re.search(ENDING, path)]
    yield from (others[first : first + PATHS_A_PART] for first in range(0, len(others), PATHS_A_PART))
    yield [path for path in chosen if re.search(ENDING, path)]


def choose_options(paths: Sequence[str], examples: int, seed: int, *, is_first: bool) -> list[str]:
    """What is tried on these paths: what the document itself leads to only once."""
    phases = "examples,coverage,fuzzing" if is_first else "fuzzing"
    included = [word for path in paths for word in ("--include-path", path)]
    return ["--max-examples", str(examples), "--seed", str(seed), "--phases", phases, *included]


def sign_in(owner: psycopg.Connection, sample: Sample, role: str) -> Headers:
    """The header of a new member."""
    user_id = create_user(owner, f"{role}-{sample.workspace_id}@example.com", role)
    add_member(owner, sample.workspace_id, user_id, role)
    token = issue_access_token(make_session(sample.workspace_id, user_id))
    return {"Authorization": f"Bearer {token}"}


def run_once(url: str, headers: Headers, options: Sequence[str]) -> int:
    """Run it once; 0 where nothing was wrong."""
    program = Path(sys.executable).with_name("schemathesis")
    command = [str(program), "run", f"{url}/openapi.json", *CHECKS, *options]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    command += ["--suppress-health-check", "all", "--no-color"]
    command += ["--request-timeout", "60", "--max-response-time", "60"]  # a busy machine is not a finding
    command += ["--generation-allow-x00", "false"]  # PostgreSQL stores no NUL: `documents` sends it
    command += ["--continue-on-failure", "--warnings", "off", "--generation-database", "none"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.agreement"}
    return subprocess.run(command, check=False, env=environment).returncode

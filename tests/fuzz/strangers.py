"""schemathesis, which knows nothing but the OpenAPI document, as everybody who may call."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import psycopg

from api.auth.tokens import issue_access_token
from causeloop_pipeline.storage.app.tenants import add_member, create_user
from tests.api.sample import ROLES, Sample, make_session

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXCLUDED = r"/test$|/stream$|/auth/oidc"
"""They call the outside, or do not end."""

ENDING = r"/organization$|/members/leave$|/sessions$|/auth/browser$|/workspace/(archive|erase|restore)$"
"""They may end what the caller may do: a run of their own, after the others."""

OTHERS, LAST = ("--exclude-path-regex", f"{EXCLUDED}|{ENDING}"), ("--include-path-regex", ENDING)

Headers = dict[str, str]


def run_as_everybody(
    url: str, owner: psycopg.Connection, make_tenant: Callable[[], Sample], examples: int, seed: int
) -> list[str]:
    """Run it as each kind of caller, in a tenant of its own; which ended with a failure."""
    failed = []
    for name, headers in list_callers(url, owner, make_tenant):
        print(f"schemathesis as {name}", flush=True)
        runs = [run_once(url, headers, examples, seed, *paths) for paths in (OTHERS, LAST)]
        if any(runs):
            failed.append(name)
    return failed


def list_callers(
    url: str, owner: psycopg.Connection, make_tenant: Callable[[], Sample]
) -> Iterator[tuple[str, Headers]]:
    """A person of each role at a browser, a service account with a key, and nobody."""
    for role in ROLES:
        yield role, sign_in(url, owner, make_tenant(), role)
    yield "service key", {"Authorization": f"Bearer {make_tenant().credentials['owner']}"}
    yield "nobody", {}


def sign_in(url: str, owner: psycopg.Connection, sample: Sample, role: str) -> Headers:
    """The headers of a new member's browser, whose session outlives every run."""
    user_id = create_user(owner, f"{role}-{sample.workspace_id}@example.com", role)
    add_member(owner, sample.workspace_id, user_id, role)
    token = issue_access_token(make_session(sample.workspace_id, user_id))
    headers = {"Authorization": f"Bearer {token}", "Origin": url}
    with httpx2.Client(base_url=url, headers=headers, timeout=60) as client:
        response = client.post("/v1/auth/browser").raise_for_status()
    cookie = response.headers["set-cookie"].partition(";")[0]
    return {"Cookie": cookie, "Origin": url, "X-CSRF-Token": response.json()["csrf_token"]}


def run_once(url: str, headers: Headers, examples: int, seed: int, *options: str) -> int:
    """Run it once; 0 where nothing was wrong."""
    program = Path(sys.executable).with_name("schemathesis")
    command = [str(program), "run", f"{url}/openapi.json", "--checks", CHECKS]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    command += ["--max-examples", str(examples), "--seed", str(seed)]
    command += ["--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all", "--no-color"]
    command += ["--continue-on-failure", "--warnings", "off", "--generation-database", "none", *options]
    return subprocess.run(command, check=False).returncode

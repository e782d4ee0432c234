"""schemathesis, which knows nothing but the OpenAPI document, as a caller of each role."""

import subprocess
import sys
from pathlib import Path

from tests.api.sample import ROLES, Sample

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXCLUDED = r"/test$|/stream$|/auth/oidc"
"""They call the outside, or do not end."""


def run_as_each_role(url: str, sample: Sample, examples: int, seed: int) -> list[str]:
    """Run it with a key of each role and with none; which ended with a failure."""
    callers: dict[str, str | None] = {**{role: sample.credentials[role] for role in ROLES}, "nobody": None}
    failed = []
    for name, credential in callers.items():
        print(f"schemathesis as {name}", flush=True)
        if run_once(url, credential, examples, seed) != 0:
            failed.append(name)
    return failed


def run_once(url: str, credential: str | None, examples: int, seed: int, *options: str) -> int:
    """Run it once; 0 where nothing was wrong."""
    program = Path(sys.executable).with_name("schemathesis")
    header = ["--header", f"Authorization: Bearer {credential}"] if credential else []
    command = [str(program), "run", f"{url}/openapi.json", *header, "--checks", CHECKS]
    command += ["--max-examples", str(examples), "--seed", str(seed), "--exclude-path-regex", EXCLUDED]
    command += ["--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all", "--no-color"]
    command += ["--continue-on-failure", "--warnings", "off", "--generation-database", "none", *options]
    return subprocess.run(command, check=False).returncode

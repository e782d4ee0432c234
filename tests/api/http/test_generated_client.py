"""A client that is generated from the API's document works: `make client` builds the same one."""

import json
import os
import subprocess
from pathlib import Path

import httpx2
import pytest

from tests.api.sample import Sample

ROOT = Path(__file__).parents[3]
TOOLS = ROOT / ".venv/tools/bin"
UNREAD = {"application/x-protobuf", "application/zip"}
"""Content that clients in Python get no method for."""

PROGRAM = """
import sys
from causeloop_client import AuthenticatedClient
from causeloop_client.api.ingestion import ingest_batch
from causeloop_client.api.issues import create_issue, list_issues, read_issue
from causeloop_client.models import BatchRequest, IngestEvent, NewIssue

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.stdin.read(), raise_on_unexpected_status=True)
made = create_issue.sync(client=client, body=NewIssue(title="Made by the generated client"))
read = read_issue.sync(issue_id=made.id, client=client)
batch = ingest_batch.sync(client=client, body=BatchRequest(events=[IngestEvent(title="One of a batch")]))
page = list_issues.sync(client=client, limit=1)
print(read.title, batch.new, len(page.data), page.page.has_more, sep="|")
"""


@pytest.fixture(scope="module")
def generated(api_url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a client generated from the running API's document, and what the generator printed."""
    if not (TOOLS / "openapi-python-client").exists():
        pytest.skip("openapi-python-client is not installed: `make lint` installs it")
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_bytes(httpx2.get(f"{api_url}/openapi.json", timeout=60).content)
    command = [
        str(TOOLS / "openapi-python-client"),
        "generate",
        "--path",
        "openapi.json",
        "--output-path",
        "client",
    ]
    path = f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"  # it formats with ruff
    done = subprocess.run(command, cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=True)
    return folder / "client", done.stdout + done.stderr


def test_nothing_of_the_document_is_left_out(generated: tuple[Path, str]) -> None:
    folder, printed = generated
    operations = json.loads((folder.parent / "openapi.json").read_bytes())["paths"]

    left_out = [
        line for line in printed.splitlines() if "Cannot parse" in line or "Unsupported content" in line
    ]
    made = [file for file in (folder / "causeloop_client/api").rglob("*.py") if file.name != "__init__.py"]
    assert [line for line in left_out if not any(kind in line for kind in UNREAD)] == []
    assert len(made) == sum(map(len, operations.values()))


def test_the_client_reads_and_writes(generated: tuple[Path, str], api_url: str, fresh_sample: Sample) -> None:
    done = subprocess.run(
        [str(TOOLS / "python"), "-c", PROGRAM, api_url],
        input=fresh_sample.credentials["analyst"],
        env={"PYTHONPATH": str(generated[0])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert done.stdout.strip() == "Made by the generated client|1|1|True"

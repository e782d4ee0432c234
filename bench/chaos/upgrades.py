"""Upgrades an installation of an earlier commit under traffic: `python -m bench.chaos.upgrades COMMIT …`.

The earlier commit runs from an archive of its own, with the packages that are installed now; its schema is
of revision 0071 or later, where migrations begin. Goals: every
event acknowledged before, during and after the upgrade is an issue exactly once, no answer is a 5xx other
than a 503 with Retry-After, and every pattern that the API showed before is shown after it.
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from uuid import UUID

import httpx2

from bench.chaos.installation import ChaosInstallation
from bench.chaos.traffic import Traffic
from bench.installation import wait_until
from causeloop_pipeline.cli.private_folders import protect_state
from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.storage.embedded.postgres_server import remove_server

CREATE_WORKSPACE = """
import sys, psycopg
from causeloop_pipeline.storage.app.tenants import create_organization, create_service_key, create_workspace
with psycopg.connect(sys.argv[1]) as owner:
    organization = create_organization(owner, "upgrade", "Upgrade", "enterprise", 10)
    workspace = create_workspace(owner, organization, "main", "Main", "UTC")
    print(workspace, create_service_key(owner, workspace, "upgrade", "owner"))
"""
RATE, MAX_GROUPED_SECONDS, TRAFFIC_SECONDS, MAX_DRAIN_SECONDS = 5.0, 600.0, 20.0, 600.0


def main() -> int:
    """Upgrades from each commit in turn; 1 when anything is lost, doubled, refused or hidden."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos.upgrades", description=__doc__)
    parser.add_argument("commits", nargs="+", metavar="COMMIT")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is ended
    missed = [commit for commit in arguments.commits if not upgrade_from(commit, arguments.seed)]
    print(f"goals missed from: {', '.join(missed)}" if missed else "all goals met")
    return int(bool(missed))


def upgrade_from(commit: str, seed: int) -> bool:
    """Run the earlier code under events, then this code on its state; returns whether all goals are met."""
    folder = Path(tempfile.mkdtemp(prefix="upgrade-"))
    state_dir = folder / "state"
    state_dir.mkdir()
    protect_state(state_dir)
    running = ChaosInstallation(state_dir)
    try:
        start_earlier(running, extract(commit, folder / "earlier"))
        traffic = Traffic(running, RATE, seed)
        traffic.start()
        wait_until(lambda: bool(read_patterns(running)), MAX_GROUPED_SECONDS)
        time.sleep(TRAFFIC_SECONDS)
        before = read_patterns(running)
        began = time.monotonic()
        running.bring_down()
        running.bring_up()
        back = time.monotonic() - began
        time.sleep(TRAFFIC_SECONDS)
        traffic.stop()
        with contextlib.suppress(AssertionError):
            wait_until(lambda: traffic.compare()[0] == 0, MAX_DRAIN_SECONDS)
        lost, doubled = traffic.compare()
        hidden = len(before - read_patterns(running))
        defects = traffic.count_defects()
        print(
            f"from {commit}: {len(traffic.acknowledged)} events, {lost} lost, {doubled} doubled, {defects} "
            f"defects of answers, {hidden} of {len(before)} patterns hidden, back after {back:.0f} s",
            flush=True,
        )
        return not (lost or doubled or defects or hidden)
    finally:
        if running.process is not None and running.process.poll() is None:
            running.bring_down()
        remove_server(state_dir / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


def extract(commit: str, folder: Path) -> Path:
    """The tree of a commit."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def start_earlier(running: ChaosInstallation, tree: Path) -> None:
    """Start an earlier tree, and have it make the workspace and a key."""
    with build_environment(tree):
        running.start("--no-demo")
        running.await_line("servers")  # later lines of the first release wait for recommendations
        created = subprocess.run(
            [sys.executable, "-c", CREATE_WORKSPACE, running.urls["database_url"]],
            capture_output=True,
            text=True,
            check=True,
        )
    workspace_id, running.key = created.stdout.split()
    running.workspace_id = UUID(workspace_id)
    running.read_on()


@contextlib.contextmanager
def build_environment(tree: Path) -> Iterator[None]:
    """The environment for a working folder: Python finds modules there first, then by the inherited path."""
    former = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(tree)
    try:
        with contextlib.chdir(tree):
            yield
    finally:
        if former is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = former


def read_patterns(running: ChaosInstallation) -> set[str]:
    """The patterns that the API shows; none while it does not answer."""
    headers = {"authorization": f"Bearer {running.key}"}
    try:
        answer = httpx2.get(f"{running.api_url}/v1/patterns?limit=100", headers=headers, timeout=15)
        answer.raise_for_status()
    except httpx2.HTTPError:
        return set()
    return {pattern["id"] for pattern in answer.json()["data"]}


if __name__ == "__main__":
    sys.exit(main())

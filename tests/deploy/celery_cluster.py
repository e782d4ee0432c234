"""A broker, three workers that stand for three machines, and a Dagster instance that launches by them."""

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.test_utils import create_run_for_test, create_test_daemon_workspace_context
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.monitoring.run_monitoring import execute_run_monitoring_iteration

from bench.installation import wait_until
from causeloop_pipeline.cli.processes import is_listening
from causeloop_pipeline.settings import ROOT, temporary_variables
from causeloop_pipeline.storage.embedded.postgres_server import find_free_port

MAX_SECONDS = 240
HOSTS = ("one", "two", "three")


@dataclass
class Cluster:
    """What a test does to it."""

    folder: Path
    storage_url: str
    port: int = field(default_factory=find_free_port)
    broker: subprocess.Popen[bytes] | None = None
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    instance: DagsterInstance | None = None
    context: WorkspaceProcessContext | None = None

    @property
    def variables(self) -> dict[str, str]:
        """What the instance and its workers read from their environment."""
        return {
            "DAGSTER_HOME": str(self.folder / "home"),
            "CAUSELOOP_DAGSTER_STORAGE_URL": self.storage_url,
            "CAUSELOOP_CELERY_BROKER_URL": f"redis://127.0.0.1:{self.port}/0",
            "CAUSELOOP_CELERY_BACKEND_URL": f"redis://127.0.0.1:{self.port}/1",
            "PYTHONPATH": str(ROOT),
        }

    def start_broker(self) -> None:
        """Start Redis, which writes every change to its disk, on loopback."""
        program = shutil.which("redis-server")
        assert program is not None
        command = [program, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        self.broker = subprocess.Popen(
            [*command, "--appendonly", "yes", "--save", ""], stdout=subprocess.DEVNULL
        )
        wait_until(lambda: is_listening(self.port), MAX_SECONDS)

    def stop_broker(self) -> None:
        """End Redis as a restart of its machine does."""
        assert self.broker is not None
        self.broker.terminate()
        self.broker.wait(timeout=MAX_SECONDS)

    def start_worker(self, host: str) -> None:
        """Start one worker with the options of its systemd unit, for one run at a time."""
        command = [sys.executable, "-m", "celery", "-A", "dagster_celery.app"]
        command += ["--broker", self.variables["CAUSELOOP_CELERY_BROKER_URL"]]
        command += ["--result-backend", self.variables["CAUSELOOP_CELERY_BACKEND_URL"], "worker"]
        command += ["--concurrency", "1", "--queues", "dagster", "--disable-prefetch", "-n", f"worker@{host}"]
        with (self.folder / f"{host}.log").open("ab") as log:
            self.workers[host] = subprocess.Popen(
                command,
                env={**os.environ, **self.variables},
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill_worker(self, host: str) -> None:
        """End a worker and its children at once, as the loss of its machine does."""
        process = self.workers.pop(host)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=MAX_SECONDS)

    def launch(self, name: str) -> DagsterRun:
        """Hand a run over to the broker."""
        assert self.instance is not None
        assert self.context is not None
        workspace = self.context.create_request_context()
        (location,) = workspace.code_locations
        job = location.get_repository("__repository__").get_full_job("work")
        config = {"ops": {"wait_for_word": {"config": {"folder": str(self.folder), "name": name}}}}
        created = create_run_for_test(
            self.instance,
            "work",
            run_config=config,
            remote_job_origin=job.get_remote_origin(),
            job_code_origin=job.get_python_origin(),
        )
        return self.instance.launch_run(created.run_id, workspace)

    def let_end(self, *names: str) -> None:
        """Let these runs end."""
        for name in names:
            (self.folder / f"{name}.go").touch()

    def read_notes(self, name: str) -> list[str]:
        """What a run has written down."""
        notes = self.folder / name
        return notes.read_text().split() if notes.exists() else []

    def await_begun(self, *names: str) -> None:
        """Wait until these runs are under way."""
        wait_until(lambda: all(self.read_notes(name) for name in names), MAX_SECONDS)

    def read_status(self, run: DagsterRun) -> DagsterRunStatus:
        """A run's status now."""
        assert self.instance is not None
        stored = self.instance.get_run_by_id(run.run_id)
        assert stored is not None
        return stored.status

    def await_status(self, status: DagsterRunStatus, *runs: DagsterRun) -> None:
        """Let the monitor look again and again until these runs have a status."""

        def is_reached() -> bool:
            assert self.context is not None
            list(execute_run_monitoring_iteration(self.context, logging.getLogger("monitor")))
            return {self.read_status(run) for run in runs} == {status}

        try:
            wait_until(is_reached, MAX_SECONDS)
        except AssertionError as late:
            raise AssertionError("\n".join(self.describe(run) for run in runs)) from late

    def describe(self, run: DagsterRun) -> str:
        """A run's status and all its events, for the reader of a failed test."""
        assert self.instance is not None
        events = [entry.message or entry.user_message for entry in self.instance.all_logs(run.run_id)]
        return f"{run.run_id}: {self.read_status(run)}\n" + "\n".join(events)

    def find_host(self, run: DagsterRun) -> str:
        """The host whose worker has a run."""
        assert self.instance is not None
        active = self.instance.run_launcher.celery.control.inspect(timeout=5).active()  # type: ignore[attr-defined]
        launched = self.instance.get_run_by_id(run.run_id)
        assert launched is not None
        task_id = launched.tags["dagster-celery/task_id"]
        (host,) = [name for name, tasks in active.items() if task_id in {task["id"] for task in tasks}]
        return str(host).removeprefix("worker@")


@contextlib.contextmanager
def running_cluster(folder: Path, storage_url: str) -> Iterator[Cluster]:
    """All of it, until the block ends."""
    cluster = Cluster(folder, storage_url)
    (folder / "home").mkdir()
    shutil.copy(ROOT / "deploy" / "celery" / "dagster.yaml", folder / "home" / "dagster.yaml")
    target = ModuleTarget("tests.deploy.celery_jobs", None, str(ROOT), "work")
    try:
        with temporary_variables(cluster.variables), contextlib.ExitStack() as stack:
            cluster.start_broker()
            cluster.instance = stack.enter_context(DagsterInstance.get())
            for host in HOSTS:
                cluster.start_worker(host)
            cluster.context = stack.enter_context(
                create_test_daemon_workspace_context(target, cluster.instance)
            )
            yield cluster
    finally:
        for host in list(cluster.workers):
            cluster.kill_worker(host)
        if cluster.broker is not None:
            cluster.stop_broker()

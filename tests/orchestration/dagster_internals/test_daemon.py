"""The daemon launches a run as soon as it is queued, and reads definitions again only where it must."""

from collections.abc import Mapping
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest
from dagster import DagsterInstance
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin
from dagster._core.run_coordinator.base import SubmitRunContext
from dagster._core.run_coordinator.queued_run_coordinator import QueuedRunCoordinator
from dagster._core.storage.dagster_run import DagsterRunStatus
from dagster._daemon.daemon import DaemonIterator

from causeloop_pipeline.orchestration.dagster_internals import daemon
from causeloop_pipeline.orchestration.dagster_internals.daemon import WatchfulController, WokenQueueDaemon
from tests.orchestration.instance.code_locations import job_origin

AN_HOUR = 3600
AT_MOST_SECONDS = 30.0
QUEUE = {"run_coordinator": {"module": "dagster.core.run_coordinator", "class": "QueuedRunCoordinator"}}
SERVER = GrpcServerCodeLocationOrigin(host="127.0.0.1", port=1)


def submit_run(instance: DagsterInstance) -> None:
    run = dg.DagsterRun(
        job_name="loop",
        run_id=str(uuid4()),
        remote_job_origin=job_origin("loop"),
        status=DagsterRunStatus.NOT_STARTED,
    )
    instance.add_run(run)
    instance.run_coordinator.submit_run(SubmitRunContext(run, SimpleNamespace()))  # type: ignore[arg-type]


class LookingTwice(WokenQueueDaemon):
    """Looks at the queue once an hour; while it looks for the first time, a run is queued."""

    def __init__(self, instance: DagsterInstance) -> None:
        super().__init__(interval_seconds=AN_HOUR)
        self.instance, self.seen, self.ended = instance, list[int](), Event()

    def run_iteration(self, *_arguments: Any, **_options: Any) -> DaemonIterator:
        queued = dg.RunsFilter(statuses=[DagsterRunStatus.QUEUED])
        self.seen.append(self.instance.get_runs_count(queued))
        if len(self.seen) == 1:
            submit_run(self.instance)
        else:
            self.ended.set()
        yield None


def test_a_run_is_launched_as_soon_as_it_is_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QueuedRunCoordinator, "submit_run", QueuedRunCoordinator.submit_run)
    daemon.announce_queued_runs()
    with dg.instance_for_test(overrides=QUEUE) as instance, LookingTwice(instance) as looking:
        loop = Thread(target=lambda: list(looking.core_loop(None, looking.ended)), daemon=True)
        loop.start()
        assert looking.ended.wait(AT_MOST_SECONDS)
        daemon.RUN_QUEUED.set()  # ends the last wait
        loop.join(AT_MOST_SECONDS)

    assert looking.seen == [0, 1]


@pytest.mark.parametrize(
    ("entries", "are_read_again"),
    [
        ({"watched": SimpleNamespace(origin=SERVER, load_error=None)}, False),
        ({"broken": SimpleNamespace(origin=SERVER, load_error="no such table")}, True),
        ({"unwatched": SimpleNamespace(origin="in this process", load_error=None)}, True),
    ],
)
def test_definitions_are_read_again_each_minute_only_where_no_thread_watches_their_server(
    entries: Mapping[str, Any], are_read_again: bool
) -> None:
    readings: list[str] = []
    controller = WatchfulController.__new__(WatchfulController)
    controller._grpc_server_registry = None
    controller._workspace_process_context = SimpleNamespace(  # type: ignore[assignment]
        create_request_context=lambda: SimpleNamespace(get_code_location_entries=lambda: entries),
        refresh_workspace=lambda: readings.append("all"),
    )

    updated_at = controller.check_workspace_freshness(0.0)

    assert bool(readings) == (updated_at > 0.0) == are_read_again

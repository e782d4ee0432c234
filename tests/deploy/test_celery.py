"""Runs spread over machines by Celery and a real Redis: a machine or the broker may end, and none is lost."""

import shutil
from collections.abc import Iterator

import psycopg
import pytest
from dagster import DagsterRunStatus
from psycopg import sql

from causeloop_pipeline.orchestration.instance import celery_launcher
from causeloop_pipeline.storage.database.roles import DAGSTER
from tests.conftest import Installation
from tests.deploy.celery_cluster import HOSTS, MAX_SECONDS, Cluster, running_cluster

pytestmark = pytest.mark.timeout(900)
DATABASE = "dagster_celery"
WHOLE = ["begun", "ended"]


@pytest.fixture(scope="module")
def cluster(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three workers of one core, on a Dagster database of their own."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not on this machine (Debian: apt-get install redis-server)")
    with psycopg.connect(installation.superuser_url, autocommit=True) as superuser:
        statement = sql.SQL("create database {} owner {}")
        superuser.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(DAGSTER)))
    url = installation.dagster_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    with running_cluster(
        tmp_path_factory.mktemp("celery"), url.rpartition("/")[0] + f"/{DATABASE}"
    ) as cluster:
        yield cluster


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The monitor asks at every look."""
    monkeypatch.setattr(celery_launcher, "KEPT_SECONDS", 1.0)


def test_the_run_of_a_lost_machine_fails_and_the_others_and_its_successor_succeed(cluster: Cluster) -> None:
    names = ("first", "second", "third")
    runs = dict(zip(names, map(cluster.launch, names), strict=True))
    cluster.await_begun(*names)
    hosts = {name: cluster.find_host(run) for name, run in runs.items()}
    assert sorted(hosts.values()) == sorted(HOSTS)

    cluster.kill_worker(hosts["second"])
    cluster.await_status(DagsterRunStatus.FAILURE, runs["second"])
    assert (
        cluster.read_status(runs["first"]) == cluster.read_status(runs["third"]) == DagsterRunStatus.STARTED
    )
    successor = cluster.launch("successor")
    cluster.let_end(*names, "successor")

    cluster.await_status(DagsterRunStatus.SUCCESS, runs["first"], runs["third"], successor)
    assert [cluster.read_notes(name) for name in (*names, "successor")] == [WHOLE, ["begun"], WHOLE, WHOLE]
    cluster.start_worker(hosts["second"])


def test_runs_under_way_and_runs_that_wait_outlive_a_restart_of_the_broker(cluster: Cluster) -> None:
    names = ("busy-1", "busy-2", "busy-3")
    busy = [cluster.launch(name) for name in names]
    cluster.await_begun(*names)
    waiting = cluster.launch("waiting")

    cluster.stop_broker()
    cluster.await_status(DagsterRunStatus.STARTED, *busy)  # the monitor cannot ask, and condemns none
    cluster.start_broker()
    assert cluster.read_notes("waiting") == []
    cluster.let_end(*names, "waiting")

    cluster.await_status(DagsterRunStatus.SUCCESS, *busy, waiting)
    assert [cluster.read_notes(name) for name in (*names, "waiting")] == [WHOLE] * 4


def test_a_run_that_began_after_an_answer_is_not_lost_however_often_that_answer_is_looked_at(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = cluster.launch("early")
    cluster.await_begun("early")
    monkeypatch.setattr(celery_launcher, "KEPT_SECONDS", 0.0)
    cluster.await_status(DagsterRunStatus.STARTED, early)
    monkeypatch.setattr(celery_launcher, "KEPT_SECONDS", float(MAX_SECONDS))

    late = cluster.launch("late")
    cluster.await_begun("late")
    for _ in range(celery_launcher.MAX_MISSES + 1):
        cluster.await_status(DagsterRunStatus.STARTED, early, late)
    cluster.let_end("early", "late")

    cluster.await_status(DagsterRunStatus.SUCCESS, early, late)


def test_a_run_can_be_cancelled_under_way_and_before_it_has_begun(cluster: Cluster) -> None:
    names = ("cancelled", "other-1", "other-2")
    runs = [cluster.launch(name) for name in names]
    cluster.await_begun(*names)
    never = cluster.launch("never")
    assert cluster.instance is not None

    assert cluster.instance.run_launcher.terminate(never.run_id)
    assert cluster.instance.run_launcher.terminate(runs[0].run_id)
    cluster.await_status(DagsterRunStatus.CANCELED, runs[0])
    cluster.let_end(*names, "never")
    last = cluster.launch("last")
    cluster.let_end("last")

    cluster.await_status(DagsterRunStatus.SUCCESS, *runs[1:], last)
    assert cluster.read_notes("never") == []
    assert cluster.read_status(never) in {DagsterRunStatus.CANCELING, DagsterRunStatus.CANCELED}
    assert not cluster.instance.run_launcher.terminate(last.run_id)

"""Runs as a code location's own: labelled as Dagster's daemon and UI label those that they start."""

from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from causeloop_pipeline.orchestration.instance.own_runs import CODE_LOCATION


def job_origin(job_name: str, location: str = CODE_LOCATION) -> RemoteJobOrigin:
    """Where a run of a job comes from."""
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(location), SINGLETON_REPOSITORY_NAME)
    return repository.get_job_origin(job_name)

"""Notifies operators about failing runs and silent failures, by the channel in the settings."""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from causeloop_pipeline.outbound.operator_notice import OperatorNotice, SilentFailureNotice, send_notice
from causeloop_pipeline.settings import Settings
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.jobs.deliveries import read_delivery_settings
from causeloop_pipeline.storage.health.silent_failures import SilentFailure


def notify_operators(
    installation: Installation,
    run_id: str,
    *,
    trigger: str,
    cause: str,
    since: float,
    failed_runs: int,
    is_over: bool,
) -> None:
    """Notify operators that a trigger's runs fail or have recovered; a repeated notice has the same id."""
    channel = installation.settings.require("operator_channel")
    url = build_run_url(installation.settings, run_id)
    notice = OperatorNotice(
        str(uuid5(NAMESPACE_URL, f"{url}#{is_over}")),
        trigger,
        cause,
        datetime.fromtimestamp(since, UTC),
        failed_runs,
        is_over,
        url,
    )
    send_notice(notice, channel, read_delivery_settings(installation))


def notify_silent_failure(
    installation: Installation, failure: SilentFailure, *, since: float, is_over: bool
) -> None:
    """Notify operators that something fails silently or has recovered; a repeated notice has the same id."""
    began = datetime.fromtimestamp(since, UTC)
    url = find_dagster_url(installation.settings)
    notice_id = str(uuid5(NAMESPACE_URL, f"{url}#{failure.subject}#{since}#{is_over}"))
    notice = SilentFailureNotice(notice_id, failure.subject, failure.text, began, is_over, url)
    send_notice(
        notice, installation.settings.require("operator_channel"), read_delivery_settings(installation)
    )


def find_dagster_url(settings: Settings) -> str:
    """The address of Dagster for operators: their proxy, or loopback."""
    proxy = settings.dagster_hosts.split(",")[0].strip()
    return f"https://{proxy}" if proxy else f"http://127.0.0.1:{settings.dagster_port}"


def build_run_url(settings: Settings, run_id: str) -> str:
    """The page of a run."""
    return f"{find_dagster_url(settings)}/runs/{run_id}"

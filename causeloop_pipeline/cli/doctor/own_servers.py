"""Recognizes the servers of this installation by their answers, whatever started them."""

import httpx2

from causeloop_pipeline.settings import Settings
from causeloop_pipeline.storage.secrets.operator_tokens import read_metrics_token

TIMEOUT_SECONDS = 3
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  where a server listens that does so everywhere


def is_own_api(config: Settings) -> bool:
    """Whether the API answers at its port, and takes the token of this installation's metrics."""
    try:
        token = read_metrics_token(config)
        address = f"http://{_find_host(config.api_host)}:{config.api_port}/metrics"
        answer = httpx2.get(
            address, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_SECONDS, trust_env=False
        )
    except (httpx2.HTTPError, OSError):
        return False
    return answer.status_code == 200 and "causeloop_" in answer.text


def is_own_webserver(config: Settings) -> bool:
    """Whether the guard of Dagster's UI answers at its port."""
    address = f"http://{_find_host(config.dagster_host)}:{config.dagster_port}/"
    try:
        answer = httpx2.get(address, timeout=TIMEOUT_SECONDS, trust_env=False)
    except httpx2.HTTPError:
        return False
    return "causeloop dagster" in answer.headers.get("www-authenticate", "")


def _find_host(listens_at: str) -> str:
    return EVERYWHERE.get(listens_at, listens_at)

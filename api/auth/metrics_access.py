"""Who may read the API's metrics: Prometheus, by its own token; people's credentials are not accepted."""

import logging
import secrets

from fastapi import Request

from api.http.errors import Problem, authentication_problem
from causeloop_pipeline.settings import Settings
from causeloop_pipeline.storage.secrets.operator_tokens import METRICS_TOKEN_FILE, read_metrics_token

log = logging.getLogger("causeloop.api.metrics")


def find_metrics_token(config: Settings) -> str | None:
    """The token; None, which locks everybody out, where neither settings nor state folder hold one."""
    try:
        return read_metrics_token(config)
    except OSError as error:
        log.warning(
            "no metrics are served: %s/%s cannot be written (%s); set CAUSELOOP_METRICS_TOKEN",
            config.state_dir,
            METRICS_TOKEN_FILE,
            error.strerror,
        )
        return None


def check_metrics_token(request: Request) -> None:
    """401 unless the request presents the token of the metrics."""
    expected: str | None = request.app.state.metrics_token
    scheme, _, presented = request.headers.get("authorization", "").partition(" ")
    is_same = secrets.compare_digest(presented.strip().encode(), (expected or "").encode())
    if expected is None or scheme.lower() != "bearer" or not is_same:
        raise _refuse()


def _refuse() -> Problem:
    return authentication_problem(
        "invalid_credentials",
        "metrics are for operators: send the token of CAUSELOOP_METRICS_TOKEN, or of the file "
        f"{METRICS_TOKEN_FILE} in the state folder, as a bearer token",
    )

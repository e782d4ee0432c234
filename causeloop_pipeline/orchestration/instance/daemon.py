"""`python -m causeloop_pipeline.orchestration.instance.daemon run OPTIONS` is `dagster-daemon`, woken."""

import sys

from causeloop_pipeline.orchestration.dagster_internals.daemon import run
from causeloop_pipeline.orchestration.instance.log_options import configure_logging, list_log_options

if __name__ == "__main__":
    configure_logging()
    run([*sys.argv[1:], *list_log_options()])

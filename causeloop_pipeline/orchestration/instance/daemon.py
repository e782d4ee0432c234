"""`python -m causeloop_pipeline.orchestration.instance.daemon run OPTIONS` is `dagster-daemon`, woken."""

import sys

from causeloop_pipeline.orchestration.dagster_internals.daemon import run

if __name__ == "__main__":
    run(sys.argv[1:])

"""`python -m causeloop_pipeline.orchestration.instance.daemon run OPTIONS` is `dagster-daemon`, sooner awake.

Dagster looks every five seconds which of its sensors are due, whatever interval they ask for. Here it looks
each second: a sensor that is not due costs nothing, and one that waits for events finds them at once.
"""

import sys
from collections.abc import Sequence

from dagster._daemon import sensor
from dagster._daemon.cli import cli

SECONDS_BETWEEN_LOOKS = 1


def run(arguments: Sequence[str]) -> None:
    """Run the daemon until ended."""
    sensor.MIN_INTERVAL_LOOP_TIME = SECONDS_BETWEEN_LOOKS
    cli.main(args=list(arguments), prog_name="dagster-daemon", obj={})


if __name__ == "__main__":
    run(sys.argv[1:])

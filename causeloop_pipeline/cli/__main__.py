"""`python -m causeloop_pipeline.cli` is `causeloop`."""

from causeloop_pipeline.cli.program import run

run()

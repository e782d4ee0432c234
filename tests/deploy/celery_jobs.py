"""A code location for the tests of Celery: a run that begins, waits for a word and ends."""

import time
from pathlib import Path

import dagster as dg

MAX_SECONDS = 600


@dg.op(config_schema={"folder": str, "name": str})
def wait_for_word(context: dg.OpExecutionContext) -> None:
    """Write down that it has begun, wait until it may end, and write that down too."""
    folder, name = Path(context.op_config["folder"]), context.op_config["name"]
    with (folder / name).open("a") as notes:
        notes.write("begun\n")
    deadline = time.monotonic() + MAX_SECONDS
    while not (folder / f"{name}.go").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    with (folder / name).open("a") as notes:
        notes.write("ended\n")


@dg.job(executor_def=dg.in_process_executor)
def work() -> None:
    """One run of it."""
    wait_for_word()


defs = dg.Definitions(jobs=[work])

"""`causeloop doctor`: what is wrong with a set-up, and how to mend it."""

from collections.abc import Iterator

import polars as pl
import typer

from causeloop_pipeline.cli.commands.analyze import Json
from causeloop_pipeline.cli.doctor import Finding, State
from causeloop_pipeline.cli.output.terminal import FAILED, print_json_lines, quiet_libraries, stdout, table
from causeloop_pipeline.settings import Settings, settings


def doctor(as_json: Json = False) -> None:
    """Look at machine, database, secrets, reach and Dagster; ends with 1 when something is wrong."""
    quiet_libraries()
    findings = list(look_at_everything(settings()))
    if as_json:
        rows = [{"about": f.about, "state": f.state.value, "told": f.told, "fix": f.fix} for f in findings]
        print_json_lines("finding", pl.DataFrame(rows))
    else:
        rows_shown = [(f.state.value, f.about, f.told, f.fix) for f in findings]
        stdout().print(table("Causeloop's set-up", ("", "what", "finding", "how to mend it"), rows_shown))
    if any(finding.state is State.WRONG for finding in findings):
        raise typer.Exit(FAILED)


def look_at_everything(known: Settings) -> Iterator[Finding]:
    """Every finding, in the order in which one mends."""
    from causeloop_pipeline.cli.doctor.check_dagster import look_at_dagster
    from causeloop_pipeline.cli.doctor.check_database import look_at_database
    from causeloop_pipeline.cli.doctor.check_machine import look_at_machine
    from causeloop_pipeline.cli.doctor.check_network import look_at_reach
    from causeloop_pipeline.cli.doctor.check_secrets import look_at_secrets

    yield from look_at_machine(known)
    database = list(look_at_database(known))
    yield from database
    answers = not any(
        f.about.startswith("database as") or (f.about == "migrations" and f.fix) for f in database
    )
    yield from look_at_secrets(known, database_answers=answers)
    yield from look_at_reach(known, database_answers=answers)
    if answers:
        yield from look_at_dagster(known)

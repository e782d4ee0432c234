"""`causeloop doctor`: checks an installation and says how to fix what is wrong."""

from collections.abc import Iterator

import polars as pl
import typer

from causeloop_pipeline.cli.commands.analyze import Json
from causeloop_pipeline.cli.doctor import Finding, State
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import (
    FAILED,
    build_table,
    print_json_lines,
    quiet_libraries,
    stdout,
)
from causeloop_pipeline.settings import Settings, settings

EXAMPLES = show_examples("doctor", "doctor --json")


def doctor(as_json: Json = False) -> None:
    """Check machine, database, secrets, network, connectors, Dagster; exits with 1 if anything is wrong."""
    quiet_libraries()
    findings = list(run_checks(settings()))
    if as_json:
        records = [
            {"about": f.about, "state": f.state.value, "message": f.message, "fix": f.fix} for f in findings
        ]
        print_json_lines("finding", pl.DataFrame(records))
    else:
        rows = [(f.state.value, f.about, f.message, f.fix) for f in findings]
        stdout().print(build_table("Causeloop installation", ("", "check", "finding", "fix"), rows))
    if any(finding.state is State.WRONG for finding in findings):
        raise typer.Exit(FAILED)


def run_checks(config: Settings) -> Iterator[Finding]:
    """Every finding, in the order in which to fix them."""
    from causeloop_pipeline.cli.doctor.check_connectors import check_connectors
    from causeloop_pipeline.cli.doctor.check_dagster import check_dagster, check_restarts
    from causeloop_pipeline.cli.doctor.check_database import check_database
    from causeloop_pipeline.cli.doctor.check_encoder import check_encoder
    from causeloop_pipeline.cli.doctor.check_machine import check_machine
    from causeloop_pipeline.cli.doctor.check_network import check_network
    from causeloop_pipeline.cli.doctor.check_secrets import check_secrets

    yield from check_machine(config)
    yield from check_encoder(config)
    yield check_restarts(config)
    database = list(check_database(config))
    yield from database
    has_database = not any(
        f.about.startswith("database as") or (f.about == "migrations" and f.fix) for f in database
    )
    yield from check_secrets(config, has_database=has_database)
    yield from check_network(config, has_database=has_database)
    if has_database:
        yield from check_connectors(config)
        yield from check_dagster(config)

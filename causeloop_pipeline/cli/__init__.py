"""The command line, `causeloop …`: results on stdout, progress on stderr; 0 ok, 1 failed, 2 wrong usage."""

from typing import Annotated

import typer

from causeloop_pipeline.cli.commands import (
    analyze,
    backtest,
    connectors,
    declared_connectors,
    demo,
    evaluate,
    evaluate_causes,
    evaluate_triggers,
    explain,
    patterns,
    serve,
    sign_in,
    tenant,
)
from causeloop_pipeline.cli.commands import (
    doctor as doctor_command,
)
from causeloop_pipeline.cli.commands.upkeep import archive, backup, config, erase, keys, reporting
from causeloop_pipeline.cli.commands.upkeep import status as status_command
from causeloop_pipeline.cli.output.help import SHORT_AND_LONG, CommandList, print_version, show_examples

app = typer.Typer(
    name="causeloop",
    cls=CommandList,
    context_settings=SHORT_AND_LONG,
    epilog=show_examples("up", "analyze incidents.csv", "doctor"),
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)


@app.callback()
def causeloop(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Turns recorded failures into patterns, predictions and ranked, verified fixes."""


app.command("up", epilog=serve.UP_EXAMPLES)(serve.up)
app.command("migrate", epilog=serve.MIGRATE_EXAMPLES)(serve.migrate)
app.command("env", epilog=serve.ENV_EXAMPLES)(serve.env)
app.command("analyze", epilog=analyze.EXAMPLES)(analyze.analyze)
app.command("backtest", epilog=backtest.EXAMPLES)(backtest.backtest)
app.command("explain", epilog=explain.EXAMPLES)(explain.explain)
app.command("allow-passwords", epilog=sign_in.EXAMPLES)(sign_in.allow_passwords)
app.command("backup", epilog=backup.BACKUP_EXAMPLES)(backup.backup)
app.command("restore", epilog=backup.RESTORE_EXAMPLES)(backup.restore)
app.command("status", epilog=status_command.EXAMPLES)(status_command.status)
app.command("doctor", epilog=doctor_command.EXAMPLES)(doctor_command.doctor)
evaluate.app.command("causes", epilog=evaluate_causes.EXAMPLES)(evaluate_causes.causes)
evaluate.app.command("triggers", epilog=evaluate_triggers.EXAMPLES)(evaluate_triggers.triggers)
app.add_typer(evaluate.app, name="evaluate")
connectors.app.command("check", epilog=declared_connectors.CHECK_EXAMPLES)(declared_connectors.check)
connectors.app.command("import", epilog=declared_connectors.IMPORT_EXAMPLES)(
    declared_connectors.import_manifest
)
connectors.app.command("add", epilog=declared_connectors.ADD_EXAMPLES)(declared_connectors.add)
app.add_typer(connectors.app, name="connectors")
app.add_typer(patterns.app, name="patterns")
app.add_typer(demo.app, name="demo")
tenant.app.command("export", epilog=archive.EXPORT_EXAMPLES)(archive.export)
tenant.app.command("import", epilog=archive.IMPORT_EXAMPLES)(archive.import_)
tenant.app.command("erase", epilog=erase.WORKSPACE_EXAMPLES)(erase.erase)
tenant.app.command("erase-person", epilog=erase.PERSON_EXAMPLES)(erase.erase_person)
app.add_typer(tenant.app, name="tenant")
app.add_typer(keys.app, name="key")
app.add_typer(config.app, name="config")
app.add_typer(reporting.app, name="reporting")

__all__ = ["app"]

"""The command line, `causeloop …`: results on stdout, progress on stderr; 0 ok, 1 failed, 2 wrong usage."""

import typer

from causeloop_pipeline.cli.commands import (
    analyze,
    backtest,
    connectors,
    demo,
    evaluate,
    explain,
    patterns,
    serve,
    sign_in,
    tenant,
)
from causeloop_pipeline.cli.commands import (
    doctor as doctor_command,
)

app = typer.Typer(
    name="causeloop",
    help="Turns recorded failures into patterns, predictions and ranked, verified fixes.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)
app.command("up")(serve.up)
app.command("migrate")(serve.migrate)
app.command("env")(serve.env)
app.command("analyze")(analyze.analyze)
app.command("backtest")(backtest.backtest)
app.command("explain")(explain.explain)
app.command("allow-passwords")(sign_in.allow_passwords)
app.command("doctor")(doctor_command.doctor)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(connectors.app, name="connectors")
app.add_typer(patterns.app, name="patterns")
app.add_typer(demo.app, name="demo")
app.add_typer(tenant.app, name="tenant")

__all__ = ["app"]

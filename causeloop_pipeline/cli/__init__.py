"""The command line, `causeloop …`: results on stdout, progress on stderr; 0 ok, 1 failed, 2 wrong usage."""

from pathlib import Path
from typing import Annotated

import typer

from causeloop_pipeline.cli.env_file import read_env_file
from causeloop_pipeline.cli.lazy_commands import AddCommand, list_lazily
from causeloop_pipeline.cli.output.help import SHORT_AND_LONG, print_version, show_examples
from causeloop_pipeline.settings import copy_environment, export_variables


def _add_serving(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import serve

    app.command("up", epilog=serve.UP_EXAMPLES)(serve.up)
    app.command("migrate", epilog=serve.MIGRATE_EXAMPLES)(serve.migrate)
    app.command("env", epilog=serve.ENV_EXAMPLES)(serve.env)


def _add_roles(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import roles

    app.command("roles", epilog=roles.EXAMPLES)(roles.roles)


def _add_deploy(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import deploy

    app.command("deploy", epilog=deploy.EXAMPLES)(deploy.deploy)


def _add_analyze(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import analyze

    app.command("analyze", epilog=analyze.EXAMPLES)(analyze.analyze)


def _add_audit(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import audit

    app.command("audit", epilog=audit.EXAMPLES)(audit.audit)


def _add_backtest(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import backtest

    app.command("backtest", epilog=backtest.EXAMPLES)(backtest.backtest)


def _add_explain(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import explain

    app.command("explain", epilog=explain.EXAMPLES)(explain.explain)


def _add_seen_before(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import seen_before

    app.command("seen-before", epilog=seen_before.EXAMPLES)(seen_before.match_failure)


def _add_postmortem(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import postmortem

    app.command("postmortem", epilog=postmortem.EXAMPLES)(postmortem.postmortem)


def _add_semantic(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import semantic

    app.add_typer(semantic.app, name="semantic")


def _add_mcp(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import mcp

    app.command("mcp", epilog=mcp.EXAMPLES)(mcp.mcp)


def _add_sign_in(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import sign_in

    app.command("allow-passwords", epilog=sign_in.EXAMPLES)(sign_in.allow_passwords)


def _add_backup(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import backup

    app.command("backup", epilog=backup.BACKUP_EXAMPLES)(backup.backup)
    app.command("restore", epilog=backup.RESTORE_EXAMPLES)(backup.restore)


def _add_status(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import status

    app.command("status", epilog=status.EXAMPLES)(status.status)


def _add_doctor(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import doctor

    app.command("doctor", epilog=doctor.EXAMPLES)(doctor.doctor)


def _add_drill(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import drill

    app.command("drill", epilog=drill.EXAMPLES)(drill.drill)


def _add_evaluate(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import (
        evaluate,
        evaluate_causes,
        evaluate_seen_before,
        evaluate_semantic,
        evaluate_triggers,
    )

    evaluate.app.command("seen-before", epilog=evaluate_seen_before.EXAMPLES)(
        evaluate_seen_before.measure_seen_before
    )
    evaluate.app.command("semantic", epilog=evaluate_semantic.EXAMPLES)(
        evaluate_semantic.measure_semantic_search
    )
    evaluate.app.command("causes", epilog=evaluate_causes.EXAMPLES)(evaluate_causes.causes)
    evaluate.app.command("triggers", epilog=evaluate_triggers.EXAMPLES)(evaluate_triggers.triggers)
    app.add_typer(evaluate.app, name="evaluate")


def _add_connectors(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import connectors, declared_connectors

    connectors.app.command("check", epilog=declared_connectors.CHECK_EXAMPLES)(declared_connectors.check)
    connectors.app.command("import", epilog=declared_connectors.IMPORT_EXAMPLES)(
        declared_connectors.import_manifest
    )
    connectors.app.command("add", epilog=declared_connectors.ADD_EXAMPLES)(declared_connectors.add)
    app.add_typer(connectors.app, name="connectors")


def _add_patterns(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import patterns

    app.add_typer(patterns.app, name="patterns")


def _add_demo(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import demo

    app.add_typer(demo.app, name="demo")


def _add_tenant(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import archive, erase, tenant

    tenant.app.command("export", epilog=archive.EXPORT_EXAMPLES)(archive.export)
    tenant.app.command("import", epilog=archive.IMPORT_EXAMPLES)(archive.import_)
    tenant.app.command("erase", epilog=erase.WORKSPACE_EXAMPLES)(erase.erase)
    tenant.app.command("erase-person", epilog=erase.PERSON_EXAMPLES)(erase.erase_person)
    app.add_typer(tenant.app, name="tenant")


def _add_key(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import keys

    app.add_typer(keys.app, name="key")


def _add_config(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import config

    app.add_typer(config.app, name="config")


def _add_egress(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import egress

    app.add_typer(egress.app, name="egress")


def _add_fixes(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import fixes

    app.add_typer(fixes.app, name="fixes")


def _add_reporting(app: typer.Typer) -> None:
    from causeloop_pipeline.cli.commands import reporting

    app.add_typer(reporting.app, name="reporting")


COMMANDS: dict[str, AddCommand] = {
    "up": _add_serving,
    "roles": _add_roles,
    "migrate": _add_serving,
    "env": _add_serving,
    "deploy": _add_deploy,
    "analyze": _add_analyze,
    "audit": _add_audit,
    "backtest": _add_backtest,
    "explain": _add_explain,
    "seen-before": _add_seen_before,
    "postmortem": _add_postmortem,
    "semantic": _add_semantic,
    "mcp": _add_mcp,
    "allow-passwords": _add_sign_in,
    "backup": _add_backup,
    "restore": _add_backup,
    "status": _add_status,
    "doctor": _add_doctor,
    "drill": _add_drill,
    "evaluate": _add_evaluate,
    "connectors": _add_connectors,
    "egress": _add_egress,
    "patterns": _add_patterns,
    "demo": _add_demo,
    "tenant": _add_tenant,
    "key": _add_key,
    "config": _add_config,
    "fixes": _add_fixes,
    "reporting": _add_reporting,
}


def _export_env_file(path: Path | None) -> None:
    """Before a command is imported, so that all of it reads these settings; what is set already stays."""
    if path is None:
        return
    try:
        export_variables(read_env_file(path) | copy_environment())
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


app = typer.Typer(
    name="causeloop",
    cls=list_lazily(COMMANDS),
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
    env_file: Annotated[
        Path | None,
        typer.Option(
            callback=_export_env_file,
            is_eager=True,
            help="Read settings from a file of NAME=VALUE lines, such as /etc/causeloop/environment.",
        ),
    ] = None,
) -> None:
    """Turns recorded failures into patterns, predictions and ranked, verified fixes."""


__all__ = ["app"]

"""`causeloop key`: replaces the master key that protects stored credentials, while everything runs."""

from typing import Annotated

import psycopg
import typer

from causeloop_pipeline.cli.output.help import CommandList, show_examples
from causeloop_pipeline.cli.output.terminal import FAILED, UNREACHABLE, announce, fail, format_count, stderr
from causeloop_pipeline.settings import MissingSettingError, has_secret_key_in_environment, settings

app = typer.Typer(
    cls=CommandList,
    help="Replace the master key that protects stored credentials, while everything runs.",
    no_args_is_help=True,
)


@app.callback()
def key() -> None:
    """Replace the master key that protects stored credentials, while everything runs."""


@app.command("rotate", epilog=show_examples("key rotate", "key rotate --revoke-old"))
def rotate(
    *,
    revoke_old: Annotated[
        bool,
        typer.Option(
            "--revoke-old",
            help="Stop accepting the old key at once and not after a day: people sign in again.",
        ),
    ] = False,
) -> None:
    """Replace the master key, or finish a replacement that was interrupted; servers need no restart.

    Where CAUSELOOP_SECRET_KEY is set, put the new key into CAUSELOOP_ACCEPTED_SECRET_KEYS of every server
    first, then exchange the two and restart the servers again, then run this: it wraps every stored
    secret by the key that CAUSELOOP_SECRET_KEY names. Afterwards the old one can be left out.
    """
    from causeloop_pipeline.storage.database.session import Database
    from causeloop_pipeline.storage.secrets.rotation import rotate_master_key

    console = stderr()
    try:
        config = settings()
        report = rotate_master_key(
            config.state_dir,
            Database(config.require("pipeline_database_url")),
            is_old_revoked=revoke_old,
            report=lambda line: announce(console, line),
        )
    except (psycopg.OperationalError, MissingSettingError) as failure:
        fail(f"the key is not replaced yet: {failure}; run the command again", UNREACHABLE)
    if report.is_resumed:
        announce(console, "this finished a replacement that had been interrupted")
    announce(console, f"{format_count(report.rewrapped, 'secret')} changed over to the new key")
    for reason in report.unreadable:
        announce(console, f"unreadable: {reason}")
    if report.unreadable:
        fail("some secrets open with no accepted key: enter them again in their connector or rule", FAILED)
    if has_secret_key_in_environment() and config.accepted_secret_keys:
        announce(console, "the old key can be taken out of CAUSELOOP_ACCEPTED_SECRET_KEYS in a day")

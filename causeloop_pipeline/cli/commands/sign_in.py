"""`causeloop allow-passwords`: restores access when a workspace's single sign-on locks everybody out."""

from typing import Annotated

import psycopg
import typer

from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import (
    UNREACHABLE,
    USAGE,
    fail,
    quiet_libraries,
    stderr,
    strip_controls,
)
from causeloop_pipeline.settings import MissingSettingError, settings

EXAMPLES = show_examples("allow-passwords acme/payments")


def allow_passwords(
    workspace: Annotated[str, typer.Argument(help="The workspace as organization/workspace.")],
) -> None:
    """Stop requiring single sign-on in a workspace, so that its owners can sign in with a password."""
    from causeloop_pipeline.storage.app.tenants import stop_requiring_single_sign_on
    from causeloop_pipeline.storage.database.session import Database

    quiet_libraries()
    organization, separator, name = workspace.partition("/")
    if not separator:
        fail("name the workspace as organization/workspace", USAGE)
    try:
        config = settings()
        with psycopg.connect(config.require("database_url")) as owner:
            pipeline = Database(config.require("pipeline_database_url"))
            is_changed = stop_requiring_single_sign_on(owner, pipeline, organization, name)
    except (psycopg.OperationalError, MissingSettingError) as failure:
        fail(f"the database cannot be reached: {failure}", UNREACHABLE)
    if not is_changed:
        fail(f"there is no workspace {workspace}", USAGE)
    stderr().print(strip_controls(f"{workspace}: single sign-on is no longer required"))

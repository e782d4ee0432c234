"""`causeloop tenant`: organizations with owner, plan, seats and status, and new passwords for people."""

import re
from typing import Annotated

import psycopg
import typer

from causeloop_pipeline.cli.output.help import CommandList, show_examples
from causeloop_pipeline.model.plans import PlanName
from causeloop_pipeline.model.tenancy import OrganizationStatus
from causeloop_pipeline.model.time_zones import is_time_zone
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.provisioning import (
    NewTenant,
    ResetRefusedError,
    create_tenant,
    format_accept_link,
    format_reset_link,
    offer_password_reset,
)

app = typer.Typer(
    cls=CommandList,
    help="Create organizations, change their plan and status, and let people set new passwords.",
    no_args_is_help=True,
)

EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
UPDATE_PLAN = """
update app.organization set plan = %s, seats_total = coalesce(%s, seats_total) where slug = %s
returning seats_total
"""
SELECT_CONNECTORS = """
select w.slug as workspace, c.display_name, c.type
from app.connector as c
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where o.slug = %s and c.status = 'active'
order by w.slug, c.display_name
"""
UPDATE_STATUS = """
update app.organization set status = %s, status_set_by = 'operator' where slug = %s returning organization_id
"""


@app.command(
    "create",
    epilog=show_examples(
        "tenant create Acme --email ada@acme.example",
        "tenant create Acme --email a@x.test --seats 5",
    ),
)
def create(
    organization: Annotated[str, typer.Argument(help="Name of the organization.")],
    email: Annotated[str, typer.Option(help="Address of the person who will own it.")],
    *,
    name: Annotated[str | None, typer.Option(help="That person's name.")] = None,
    workspace: Annotated[str, typer.Option(help="Name of the first workspace.")] = "Main",
    timezone: Annotated[str, typer.Option(help="Time zone of its reports.")] = "UTC",
    plan: Annotated[PlanName, typer.Option()] = PlanName.ENTERPRISE,
    seats: Annotated[int, typer.Option(min=1, help="How many active members it may have.")] = 50,
) -> None:
    """Create an organization, a workspace and an owner, who sets a password by the printed link."""
    if not EMAIL.fullmatch(email):
        raise typer.BadParameter(f"{email!r} is not an e-mail address", param_hint="--email")
    if not is_time_zone(timezone):
        raise typer.BadParameter(
            f"{timezone!r} is not a time zone: use one of the IANA database, such as Europe/Berlin",
            param_hint="--timezone",
        )
    tenant = NewTenant(
        organization=organization,
        organization_slug=make_slug(organization),
        workspace=workspace,
        workspace_slug=make_slug(workspace),
        timezone=timezone,
        email=email,
        name=name,
        plan=plan,
        seats=seats,
        invited_by="command line",
    )
    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        try:
            token = create_tenant(owner, tenant)
        except psycopg.errors.UniqueViolation:
            typer.echo(
                f"there is an organization {tenant.organization_slug!r} already: choose another name",
                err=True,
            )
            raise typer.Exit(1) from None
    typer.echo(f"{email} accepts and sets a password within seven days at", err=True)
    typer.echo(format_accept_link(settings().public_url, token))


@app.command("set-status", epilog=show_examples("tenant set-status acme suspended"))
def set_status(
    slug: Annotated[str, typer.Argument(help="The organization's slug.")],
    status: Annotated[
        OrganizationStatus,
        typer.Argument(help="suspended: its data can only be read; cancelled: nobody can sign in."),
    ],
) -> None:
    """Suspend, cancel or reactivate an organization; takes effect with the next request."""
    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        if owner.execute(UPDATE_STATUS, (status, slug)).fetchone() is None:
            typer.echo(f"there is no organization {slug!r}", err=True)
            raise typer.Exit(1)
    typer.echo(f"{slug} is {status}", err=True)


@app.command("set-plan", epilog=show_examples("tenant set-plan acme growth --seats 20"))
def set_plan(
    slug: Annotated[str, typer.Argument(help="The organization's slug.")],
    plan: Annotated[PlanName, typer.Argument()],
    seats: Annotated[
        int | None, typer.Option(min=1, help="How many active members it may have; as before if left out.")
    ] = None,
) -> None:
    """Change the plan and the seats of an organization; takes effect with the next request."""
    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        try:
            row = owner.execute(UPDATE_PLAN, (plan, seats, slug)).fetchone()
        except psycopg.errors.CheckViolation:
            typer.echo(f"{slug} has more than {seats} active members: let them go first", err=True)
            raise typer.Exit(1) from None
        if row is None:
            typer.echo(f"there is no organization {slug!r}", err=True)
            raise typer.Exit(1)
        stopped = _list_stopped(owner, slug, plan)
    typer.echo(f"{slug} has the plan {plan} and {row[0]} seats", err=True)
    if stopped:
        typer.echo(f"no longer reading from {', '.join(stopped)}: the plan does not include it", err=True)


def _list_stopped(owner: psycopg.Connection, slug: str, plan: str) -> list[str]:
    """The active connectors of an organization that a plan does not include."""
    from causeloop_pipeline.connectors.registry import is_included

    rows = owner.execute(SELECT_CONNECTORS, (slug,)).fetchall()
    return [f"{name} ({workspace})" for workspace, name, kind in rows if not is_included(plan, kind)]


@app.command("reset-password", epilog=show_examples("tenant reset-password ada@acme.example"))
def reset_password(
    email: Annotated[str, typer.Argument(help="Address of the person who needs a new password.")],
) -> None:
    """Print a one-time link, valid for an hour, by which a person sets a new password."""
    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        try:
            token = offer_password_reset(owner, email)
        except ResetRefusedError as refusal:
            typer.echo(str(refusal), err=True)
            raise typer.Exit(1) from None
    typer.echo(f"{email} sets a new password within an hour at", err=True)
    typer.echo(format_reset_link(settings().public_url, token))


def make_slug(name: str) -> str:
    """The URL slug of a name."""
    slug = "-".join(re.findall(r"[a-z0-9]+", name.lower()))
    if not slug:
        raise typer.BadParameter(f"{name!r} has no letter or digit to make an address of")
    return slug

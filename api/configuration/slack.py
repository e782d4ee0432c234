"""The Slack app of a configuration file: set up, changed and exported; its secrets are only named."""

from typing import Any, Literal

from starlette.concurrency import run_in_threadpool

from api.auth.authorize import check_feature
from api.auth.queries import audit
from api.configuration.changes import (
    SECRET,
    ConfigurationChange,
    ConfigurationComparison,
    Work,
    compare_fields,
)
from api.configuration.file_schema import ConfiguredSlack
from api.configuration.secret_references import VariableNames
from api.slack import queries
from api.slack.connecting import find_team, open_secrets, seal_secrets
from causeloop_pipeline.model.slack import SlackMode
from causeloop_pipeline.storage.app.vault import SecretError
from causeloop_pipeline.storage.notify.slack_apps import BOT_TOKEN, SIGNING_SECRET

PLACE, SECRETS = "slack", (BOT_TOKEN, SIGNING_SECRET)


async def compare_slack(work: Work, wanted: ConfiguredSlack | None) -> ConfigurationComparison:
    """The change that makes the Slack app that of the file."""
    if wanted is None:
        return ConfigurationComparison([])
    stored = await _read_app(work)
    mode = wanted.mode or (stored["mode"] if stored else SlackMode.LIVE)
    setup = {
        "channel_id": wanted.channel_id,
        "mode": str(mode),
        BOT_TOKEN: work.secrets.read(wanted.bot_token),
        SIGNING_SECRET: work.secrets.read(wanted.signing_secret),
    }
    fields = compare_fields(stored or {}, setup)
    if not fields:
        return ConfigurationComparison([])
    visible = {name: (SECRET, SECRET) if name in SECRETS else pair for name, pair in fields.items()}
    act: Literal["create", "change"] = "change" if stored else "create"

    async def make(work: Work) -> None:
        await _store(work, setup, set(fields))

    return ConfigurationComparison([ConfigurationChange(act, "Slack app", "", PLACE, make, visible)])


async def read_slack_secrets(work: Work) -> dict[str, str]:
    """The stored secrets, by their field in a file."""
    stored = await _read_app(work) or {}
    return {f"{PLACE}.{name}": stored.get(name, "") for name in SECRETS}


async def export_slack(work: Work, names: VariableNames) -> dict[str, Any] | None:
    """The app as a file holds it; None where there is none."""
    stored = await _read_app(work)
    if stored is None:
        return None
    named = {name: {"env": names.name("slack", name)} for name in SECRETS}
    return {**named, "channel_id": stored["channel_id"], "mode": stored["mode"]}


async def _read_app(work: Work) -> dict[str, Any] | None:
    app = await queries.read_app(work.db)
    if app is None:
        return None
    try:
        secrets = open_secrets(await queries.read_secrets(work.db), work.db.workspace_id)
    except SecretError:
        secrets = {}
    return {**app, **secrets}


async def _store(work: Work, setup: dict[str, Any], changed: set[str]) -> None:
    """Store it; a new token is tried first."""
    check_feature(work.caller, "alerts")
    db, actor = work.db, work.caller.actor
    if changed & set(SECRETS):
        team = await run_in_threadpool(find_team, setup[BOT_TOKEN])
        sealed = seal_secrets(db.workspace_id, setup[BOT_TOKEN], setup[SIGNING_SECRET])
        await queries.store_app(db, team, setup, sealed, actor)
    else:
        mode = setup["mode"] if "mode" in changed else None
        await queries.change_app(db, setup["channel_id"], mode)
    visible = {name: setup[name] for name in ("channel_id", "mode")}
    await audit.record(db, actor, "slack.set_up", f"workspace:{db.workspace_id}", **visible)

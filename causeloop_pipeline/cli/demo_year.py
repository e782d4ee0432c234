"""Completes the demo's year once there are patterns: its post-mortems, and its fixes with their verdicts."""

from typing import TYPE_CHECKING

import httpx2
import psycopg
from rich.console import Console

from causeloop_pipeline.settings import Settings
from causeloop_pipeline.storage.database.session import Database

if TYPE_CHECKING:
    from causeloop_pipeline.cli.demo_tenants import DemoTenants


def complete_demo_year(console: Console, config: Settings, loaded: "DemoTenants") -> None:
    """Claim what the year's documents and people claim; what fails is tried again by the next start."""
    from causeloop_pipeline.cli.demo_fixes import claim_demo_fixes
    from causeloop_pipeline.cli.demo_postmortems import import_demo_postmortems

    console.print(f"its tracker http://127.0.0.1:{config.demo_port}/tickets")
    console.print(f"its Slack   http://127.0.0.1:{config.demo_port}/slack/{next(iter(loaded.workspace_ids))}")
    api_url = f"http://{config.api_host}:{config.api_port}"
    try:
        with Database(config.require("pipeline_database_url")).keep_connection() as database:
            imported = import_demo_postmortems(database, api_url, loaded.workspace_ids, config.state_dir)
            claimed = claim_demo_fixes(
                database,
                Database(config.require("database_url")),
                loaded.workspace_ids,
                loaded.analysts,
                config.state_dir,
                by_postmortems=imported,
            )
    except (psycopg.Error, httpx2.HTTPError) as problem:
        console.print(f"demo        its year is not complete: {problem}", markup=False)
        return
    if claimed:
        console.print(f"demo        {claimed} fixes of its year are claimed and judged")

"""dbt Core on DuckDB: a test that fails until the model is right; dbt-ol, which tells it as OpenLineage."""

import json
from typing import Any

from tests.realtools.packages import install_python, read_version
from tests.realtools.place import call
from tests.realtools.real_tool import Expected, RealTool

REQUIREMENTS = ("dbt-core==1.10.23", "dbt-duckdb==1.11.1")
LINEAGE = "openlineage-dbt==1.54.0"
PROJECT = {"name": "shop", "version": "1.0", "profile": "shop", "model-paths": ["models"]}
PROFILE = {"shop": {"target": "prod", "outputs": {"prod": {"type": "duckdb", "path": "shop.duckdb"}}}}
BAD = "select 1 as id, 'x' as status union all select 1, 'y'"
GOOD = "select 1 as id, 'x' as status union all select 2, 'y'"
TESTS = {"models": [{"name": "stg_orders", "columns": [{"name": "id", "tests": ["unique"]}]}]}


class DbtCore(RealTool):
    """run_results.json, posted after each run as the catalog says."""

    name = "dbt"
    title = "dbt Core"
    type = "dbt_core"
    words = ("stg_orders", "stg_letter")
    program = "dbt"

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(*REQUIREMENTS)
        return read_version(REQUIREMENTS[0])

    def start(self) -> None:
        """The project; there is no server."""
        folder = self.place.folder
        (folder / "models").mkdir()
        for name, content in (("dbt_project", PROJECT), ("profiles", PROFILE), ("models/schema", TESTS)):
            (folder / f"{name}.yml").write_text(json.dumps(content))

    def push_to(self, url: str, secret: str) -> None:
        """Where the file is posted."""
        self.url, self.secret = url, secret

    def fail(self) -> None:
        """A run whose test fails."""
        self._build(BAD, 1)

    def recover(self) -> None:
        """The same run without a failure."""
        self._build(GOOD, 0)

    @property
    def expected(self) -> Expected:
        """The test without its hash, and what it found."""
        return Expected(
            title=r"^unique_stg_orders_id(?!\.)(?=.*Got 1 result)",
            severity="p[23]",
            service="^stg_orders$|^shop$",
            link=None,
        )

    def _build(self, model: str, code: int) -> None:
        folder = self.place.folder
        (folder / "models" / "stg_orders.sql").write_text(model)
        environment = {
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "PATH": f"{self.programs}:/usr/local/bin:/usr/bin:/bin",
        }
        options = ("build", "--profiles-dir", ".", "--no-use-colors")
        self.place.run(self.programs / self.program, *options, environment=environment, codes=(code,))
        self._send()

    def _send(self) -> Any:
        results = (self.place.folder / "target" / "run_results.json").read_bytes()
        headers = {"x-causeloop-token": self.secret, "content-type": "application/json"}
        return call("POST", self.url, content=results, headers=headers)


class OpenLineageDbt(DbtCore):
    """What dbt-ol sends of the same runs."""

    name = "openlineage"
    title = "OpenLineage, dbt-ol"
    type = "openlineage"
    program = "dbt-ol"
    only = "stg_"

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(LINEAGE, *REQUIREMENTS)
        return read_version(LINEAGE)

    def push_to(self, url: str, secret: str) -> None:
        """The client's HTTP transport: address and endpoint apart, the secret as an api_key."""
        base, _, endpoint = url.partition("/v1/")
        transport = {
            "type": "http",
            "url": base,
            "endpoint": f"v1/{endpoint}",
            "auth": {"type": "api_key", "apiKey": secret},
        }
        (self.place.folder / "openlineage.yml").write_text(json.dumps({"transport": transport}))

    @property
    def expected(self) -> Expected:
        """The assertion that failed."""
        return Expected(title=r"stg_orders.*unique.*id", severity="p[23]", service="stg_orders", link=None)

    def _send(self) -> None:
        """The client has sent it."""

"""Checks of data: Great Expectations and Soda, their results posted after each run as the catalog says."""

from pathlib import Path

from tests.realtools.packages import install_python, read_version
from tests.realtools.place import call
from tests.realtools.real_tool import Expected, RealTool

EXPECTATIONS = "great-expectations==1.24.1"
SODA = "soda-core-duckdb==3.5.6"
VALIDATION = """
import json
import sys
import urllib.request
import great_expectations as gx
import pandas as pd

url, token, amount = sys.argv[1:]
context = gx.get_context(mode="ephemeral")
batch = (
    context.data_sources.add_pandas("shop")
    .add_dataframe_asset("orders")
    .add_batch_definition_whole_dataframe("all")
)
expectations = [
    gx.expectations.ExpectColumnValuesToNotBeNull(column="amount", severity="warning"),
    gx.expectations.ExpectColumnValuesToBeUnique(column="id"),
]
suite = context.suites.add(gx.ExpectationSuite(name="orders_daily", expectations=expectations))
validation = gx.ValidationDefinition(name="orders_daily", data=batch, suite=suite)
validations = [context.validation_definitions.add(validation)]
checkpoint = context.checkpoints.add(gx.Checkpoint(name="nightly", validation_definitions=validations))
frame = pd.DataFrame({"id": [1, 2], "amount": [None if amount == "null" else 3, 4]})
for result in checkpoint.run(batch_parameters={"dataframe": frame}).run_results.values():
    headers = {"X-Causeloop-Token": token, "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(result.to_json_dict()).encode(), headers)
    urllib.request.urlopen(request)
"""
TABLE = """
import sys
import duckdb

values = f"(1, {sys.argv[1]}), (2, 4)"
duckdb.connect("shop.duckdb").execute(
    f"create or replace table orders as select * from (values {values}) rows(id, amount)"
)
"""
CONFIGURATION = "data_source shop:\n  type: duckdb\n  path: shop.duckdb\n"
CHECKS = """
checks for orders:
  - missing_count(amount) = 0
  - duplicate_count(id) = 0:
      name: Order ids are unique
"""


class GreatExpectations(RealTool):
    """An expectation that is not met, met, and not met again, in a context that nothing stores."""

    name = "great-expectations"
    title = "Great Expectations"
    type = "great_expectations"
    words = ("orders", "parcels")
    unwanted = "unique"

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(EXPECTATIONS)
        return read_version(EXPECTATIONS)

    def start(self) -> None:
        """The program; there is no server."""
        (self.place.folder / "validate.py").write_text(VALIDATION)

    def push_to(self, url: str, secret: str) -> None:
        """Where the results are posted."""
        self.url, self.secret = url, secret

    def fail(self) -> None:
        """An amount is missing."""
        self._run("null")

    def recover(self) -> None:
        """None is."""
        self._run("3")

    @property
    def expected(self) -> Expected:
        """Suite, column and expectation."""
        return Expected(
            title="^orders_daily.amount: expect_column_values_to_not_be_null$",
            severity="p3",
            service="^orders$",
            link=None,
        )

    def _run(self, amount: str) -> None:
        program = self.place.folder / "validate.py"
        environment = {"GX_ANALYTICS_ENABLED": "false"}
        self.place.run(
            self.programs / "python", program, self.url, self.secret, amount, environment=environment
        )


class Soda(GreatExpectations):
    """A check that fails, passes, and fails again."""

    name = "soda"
    title = "Soda Core"
    type = "soda"

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(SODA)
        return read_version(SODA)

    def start(self) -> None:
        """The checks and the configuration; there is no server."""
        for name, text in (("table.py", TABLE), ("soda.yml", CONFIGURATION), ("checks.yml", CHECKS)):
            (self.place.folder / name).write_text(text)

    @property
    def expected(self) -> Expected:
        """Table and check."""
        return Expected(
            title=r"^orders: missing_count\(amount\) = 0$", severity="p2", service="^orders$", link=None
        )

    def _run(self, amount: str) -> None:
        self.place.run(self.programs / "python", "table.py", amount)
        results = Path("results.json")
        scan = ("scan", "-d", "shop", "-c", "soda.yml", "-srf", results, "checks.yml")
        environment = {"SODA_CORE_TELEMETRY_ENABLED": "false", "OTEL_SDK_DISABLED": "true"}
        self.place.run(self.programs / "soda", *scan, environment=environment, codes=(0, 2))
        headers = {"x-causeloop-token": self.secret, "content-type": "application/json"}
        call("POST", self.url, content=(self.place.folder / results).read_bytes(), headers=headers)

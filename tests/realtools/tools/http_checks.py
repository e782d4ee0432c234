"""Newman and Playwright from npm: what they check of a server over HTTP, as the JSON that they report."""

import json

from tests.realtools.packages import install_npm
from tests.realtools.real_tool import Expected
from tests.realtools.tools.junit_runners import NodeTest

NEWMAN = "newman@6.2.2"
PLAYWRIGHT = "@playwright/test@1.65.1"
SCRIPT = """
pm.test("answers", () => pm.expect(pm.response.code, "gateway").to.equal(200));
pm.test("refund", () => {});
"""
SPEC = """
import {{ test, expect }} from "@playwright/test";
test.describe("checkout", () => {{
  test("charges the order", async ({{ request }}) => {{
    const answer = await request.get("{url}");
    if (answer.status() !== 200) throw new Error(`gateway answered ${{answer.status()}}`);
  }});
  test("refunds", async () => {{}});
  test.skip("exports", async () => {{}});
}});
"""


class Newman(NodeTest):
    """A collection of one request, whose page is missing."""

    name = "newman"
    title = "Newman, JSON"
    report = "newman.json"

    def install(self) -> str:
        """From npm; the server is Python's."""
        super().install()
        self.package = install_npm(NEWMAN)
        return NEWMAN.rpartition("@")[2]

    def start(self) -> None:
        """A server of the folder's files."""
        super().start()
        port = next(self.place.ports)
        self.place.start("python3", "-m", "http.server", str(port), "--bind", "127.0.0.1")
        self.url = f"http://127.0.0.1:{port}/ok"
        self.place.await_answer(f"http://127.0.0.1:{port}/")

    @property
    def expected(self) -> Expected:
        """Assertion and request."""
        return Expected(
            title="^answers: gateway: expected 404 to equal 200$",
            severity="p[23]",
            service="^charge the order$",
            link=None,
        )

    def _run(self, code: int) -> None:
        event = {"listen": "test", "script": {"exec": [SCRIPT]}}
        item = {
            "name": "charge the order",
            "event": [event],
            "request": {"method": "GET", "url": self.url},
        }
        schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
        collection = {"info": {"name": "checkout", "schema": schema}, "item": [item]}
        (self.place.folder / "collection.json").write_text(json.dumps(collection))
        options = ("run", "collection.json", "-r", "json", "--reporter-json-export", self.report)
        self.place.run("node", self.package / "bin" / "newman.js", *options, codes=(code,))
        self._upload()


class Playwright(Newman):
    """The same request by Playwright, which needs no browser for it."""

    name = "playwright"
    title = "Playwright, JSON"
    report = "playwright.json"
    unwanted = "refund|export"

    def install(self) -> str:
        """From npm."""
        super(Newman, self).install()
        self.package = install_npm(PLAYWRIGHT)
        return PLAYWRIGHT.rpartition("@")[2]

    @property
    def expected(self) -> Expected:
        """Suite, test and what it threw."""
        return Expected(
            title="^charges the order: Error: gateway answered 404$",
            severity="p[23]",
            service="^checkout$",
            link=None,
        )

    def _run(self, code: int) -> None:
        spec = self.package / "pay.spec.js"
        spec.write_text(SPEC.format(url=self.url))
        environment = {"PLAYWRIGHT_JSON_OUTPUT_NAME": str(self.place.folder / self.report)}
        self.place.run(
            *("node", self.package / "cli.js", "test", "pay.spec.js", "--reporter=json", "--workers=1"),
            environment=environment,
            folder=self.package,
            codes=(code,),
        )
        self._upload()

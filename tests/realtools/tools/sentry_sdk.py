"""Sentry's SDKs: a program that raises, its DSN being the address of the connector's webhook."""

from urllib.parse import urlsplit

from tests.realtools.causeloop import Connected, Workspace
from tests.realtools.packages import install_npm, install_python, read_version
from tests.realtools.real_tool import Expected, RealTool

REQUIREMENTS = ("sentry-sdk==2.33.0",)
PROGRAM = """
import sys
import sentry_sdk

sentry_sdk.init(dsn=sys.argv[1], release="checkout@1.4", environment="production", traces_sample_rate=1.0)
sentry_sdk.set_tag("team", "payments")
with sentry_sdk.start_transaction(name="pay"):
    try:
        {}["amount"]
    except KeyError:
        sentry_sdk.capture_exception()
sentry_sdk.flush(30)
"""
NODE = "10.78.0"
NODE_PROGRAM = """
const Sentry = require("@sentry/node");

Sentry.init({
  dsn: process.argv[1], release: "checkout@1.4", environment: "production", tracesSampleRate: 1.0,
});
Sentry.setTag("team", "payments");
let refused = "";
Sentry.getClient().on("afterSendEvent", (event, { statusCode: status }) => {
  if (!(status >= 200 && status < 300)) refused += `${event.type}: ${status} `;
});
Sentry.startSpan({ name: "pay" }, () => {
  try { null.amount; } catch (error) { Sentry.captureException(error); }
});
Sentry.close(30000).then((isSent) => { console.log(refused); process.exit(isSent && !refused ? 0 : 1); });
"""


class SentrySdk(RealTool):
    """An exception, and a transaction that is not a failure."""

    name = "sentry-sdk"
    title = "Sentry SDK (Python)"
    type = "sentry_sdk"
    words = ("", "")
    unwanted = "^pay$"

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(*REQUIREMENTS)
        return read_version(REQUIREMENTS[0])

    def start(self) -> None:
        """The program."""
        (self.place.folder / "pay.py").write_text(PROGRAM)

    def connect(self, workspace: Workspace, name: str, address: str) -> Connected | None:
        """A connector, and the DSN that its form says."""
        connected = workspace.connect(self.type, name=name)
        parts = urlsplit(connected.webhook_url or "")
        dsn = f"{parts.scheme}://{connected.secret}@{parts.netloc}{parts.path}/1"
        if name.endswith("2"):
            self.second = dsn
        else:
            self.dsn = dsn
        return connected

    def fail(self) -> None:
        """The program runs."""
        self._run(self.dsn)

    def recover(self) -> None:
        """An SDK never says that it is over."""

    def push_to_second(self, workspace: Workspace, second: Connected | None) -> bool:
        """The same program with the other DSN."""
        self._run(self.second)
        return True

    @property
    def expected(self) -> Expected:
        """Exception, release and level."""
        return Expected(
            title="^KeyError: 'amount'$", severity="p2", service="^checkout$", link=None, has_end=False
        )

    def _run(self, dsn: str) -> None:
        self.place.run(self.programs / "python", self.place.folder / "pay.py", dsn)


class SentryNode(SentrySdk):
    """The same of a program in JavaScript."""

    name = "sentry-node"
    title = "Sentry SDK (Node)"

    def install(self) -> str:
        """From npm."""
        self.package = install_npm(f"@sentry/node@{NODE}")
        return NODE

    def start(self) -> None:
        """The program is in the command."""

    @property
    def expected(self) -> Expected:
        """Exception, release and level."""
        return Expected(
            title="^TypeError: Cannot read properties of null",
            severity="p2",
            service="^checkout$",
            link=None,
            has_end=False,
        )

    def _run(self, dsn: str) -> None:
        self.place.run("node", "-e", NODE_PROGRAM, dsn, folder=self.package)

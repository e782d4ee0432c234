"""Reports of other languages' test runners that people upload: Mocha's and Robot Framework's JUnit XML."""

from tests.realtools.packages import install_npm, read_version
from tests.realtools.real_tool import Expected
from tests.realtools.tools.reports import UploadedReport

MOCHA, REPORTER = "11.7.4", "2.2.1"
MOCHA_TEST = """
const assert = require("assert"), fs = require("fs");
describe("checkout", () => {
  it("charges the order", () => { assert.ok(fs.existsSync("ok"), "gateway answered 502"); });
  it("refunds", () => {});
});
"""
ROBOT = "robotframework==7.5"
ROBOT_TEST = """
*** Settings ***
Library    OperatingSystem

*** Test Cases ***
Charge Order
    File Should Exist    ${CURDIR}/ok    gateway answered 502
Refund
    Log    fine
"""


class Mocha(UploadedReport):
    """A test in JavaScript."""

    name = "mocha"
    title = "Mocha, JUnit XML"
    report = "mocha.xml"
    unwanted = "refund"

    def install(self) -> str:
        """From npm, with its reporter."""
        self.package = install_npm(f"mocha-junit-reporter@{REPORTER}", f"mocha@{MOCHA}")
        return MOCHA

    def fail(self) -> None:
        """The test's file is not there."""
        (self.place.folder / "ok").unlink(missing_ok=True)
        self._run(1)

    def recover(self) -> None:
        """It is."""
        (self.place.folder / "ok").touch()
        self._run(0)

    @property
    def expected(self) -> Expected:
        """Suite, test and assertion."""
        return Expected(
            title="^checkout charges the order: gateway answered 502$",
            severity="p[23]",
            service="^checkout$",
            link=None,
        )

    def _run(self, code: int) -> None:
        (self.place.folder / "pay.test.js").write_text(MOCHA_TEST)
        program = self.package / "node_modules" / "mocha" / "bin" / "mocha.js"
        options = ("--reporter", self.package, "--reporter-options", f"mochaFile={self.report}")
        self.place.run("node", program, *options, "pay.test.js", codes=(code,))
        self._upload()


class RobotFramework(Mocha):
    """A test in Robot Framework's tables."""

    name = "robot"
    title = "Robot Framework, xUnit"
    requirement = ROBOT
    report = "xunit.xml"

    def install(self) -> str:
        """From PyPI."""
        super(Mocha, self).install()
        return read_version(ROBOT)

    @property
    def expected(self) -> Expected:
        """Test and message; the suite is what the file is called."""
        return Expected(
            title="^Charge Order: gateway answered 502$", severity="p[23]", service="^Checkout$", link=None
        )

    def _run(self, code: int) -> None:
        (self.place.folder / "checkout.robot").write_text(ROBOT_TEST)
        options = ("--xunit", self.report, "--output", "NONE", "--log", "NONE", "--report", "NONE")
        self.place.run(self.programs / "robot", *options, "checkout.robot", codes=(code,))
        self._upload()

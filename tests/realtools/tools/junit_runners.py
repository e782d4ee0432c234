"""Reports of other test runners that people upload: JUnit XML of Node.js and Robot, and the JSON of Jest."""

import shutil

from tests.realtools.packages import MissingToolError, install_npm, read_version
from tests.realtools.real_tool import Expected
from tests.realtools.tools.reports import UploadedReport

NODE_TEST = """
const assert = require("assert"), fs = require("fs");
const { describe, it } = require("node:test");
describe("checkout", () => {
  it("charges the order", () => { assert.ok(fs.existsSync("ok"), "gateway answered 502"); });
  it("refunds", () => {});
});
"""
JEST = "jest@30.5.2"
JEST_TEST = """
const fs = require("fs");
describe("checkout", () => {
  it("charges the order", () => { if (!fs.existsSync("ok")) throw new Error("gateway answered 502"); });
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


class NodeTest(UploadedReport):
    """A test in JavaScript."""

    name = "node-test"
    title = "Node.js test runner, JUnit XML"
    report = "junit.xml"
    unwanted = "refund"

    def install(self) -> str:
        """It is a part of Node."""
        if shutil.which("node") is None:
            raise MissingToolError("node is not installed")
        return self.place.run("node", "--version").strip().removeprefix("v")

    def fail(self) -> None:
        """The test's file is not there."""
        self.place.let_fail()
        self._run(1)

    def recover(self) -> None:
        """It is."""
        self.place.let_succeed()
        self._run(0)

    @property
    def expected(self) -> Expected:
        """Suite, test and assertion."""
        return Expected(
            title="^charges the order: gateway answered 502$",
            severity="p[23]",
            service="^checkout$",
            link=None,
        )

    def _run(self, code: int) -> None:
        (self.place.folder / "pay.test.js").write_text(NODE_TEST)
        reporter = ("--test-reporter=junit", f"--test-reporter-destination={self.report}")
        self.place.run("node", "--test", *reporter, "pay.test.js", codes=(code,))
        self._upload()


class Jest(NodeTest):
    """The same test in Jest, whose report is JSON."""

    name = "jest"
    title = "Jest, JSON"
    report = "report.json"

    def install(self) -> str:
        """From npm."""
        super().install()
        self.package = install_npm(JEST)
        return JEST.partition("@")[2]

    @property
    def expected(self) -> Expected:
        """Suite, test and what it threw."""
        return Expected(
            title="^charges the order: .*gateway answered 502$",
            severity="p[23]",
            service="^checkout$",
            link=None,
        )

    def _run(self, code: int) -> None:
        (self.place.folder / "pay.test.js").write_text(JEST_TEST)
        options = ("--config", "{}", "--runInBand", "--json", f"--outputFile={self.report}")
        self.place.run("node", self.package / "bin" / "jest.js", *options, "pay.test.js", codes=(code,))
        self._upload()


class RobotFramework(NodeTest):
    """A test in Robot Framework's tables."""

    name = "robot"
    title = "Robot Framework, xUnit"
    requirement = ROBOT
    report = "xunit.xml"

    def install(self) -> str:
        """From PyPI."""
        super(NodeTest, self).install()
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


class RobotOutput(RobotFramework):
    """The same test by the file that Robot Framework always writes."""

    name = "robot-output"
    title = "Robot Framework, output.xml"
    report = "output.xml"

    def _run(self, code: int) -> None:
        (self.place.folder / "checkout.robot").write_text(ROBOT_TEST)
        options = ("--output", self.report, "--log", "NONE", "--report", "NONE")
        self.place.run(self.programs / "robot", *options, "checkout.robot", codes=(code,))
        self._upload()


class NodeTap(NodeTest):
    """The test of Node.js by the protocol that runners of many languages write."""

    name = "node-tap"
    title = "Node.js test runner, TAP"
    report = "report.tap"

    def _run(self, code: int) -> None:
        (self.place.folder / "pay.test.js").write_text(NODE_TEST)
        reporter = ("--test-reporter=tap", f"--test-reporter-destination={self.report}")
        self.place.run("node", "--test", *reporter, "pay.test.js", codes=(code,))
        self._upload()

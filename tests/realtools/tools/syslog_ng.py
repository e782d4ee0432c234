"""syslog-ng from Debian: what programs log, posted as JSON with a header."""

import time

from tests.realtools.packages import install_debian
from tests.realtools.place import wait_for
from tests.realtools.real_tool import Expected, RealTool

CONFIGURATION = """
@version: {version}
@include "scl.conf"
options {{ keep-hostname(yes); stats(freq(0)); }};
source logs {{ syslog(ip("127.0.0.1") port({port}) transport("udp")); }};
destination causeloop {{
  http(
    url("{url}")
    method("POST")
    headers("Content-Type: application/json", "Authorization: Bearer {secret}")
    body("$(format-json --scope rfc5424 --key ISODATE)")
  );
}};
log {{ source(logs); destination(causeloop); }};
"""


class SyslogNg(RealTool):
    """Lines of a program, of which errors are failures."""

    name = "syslog-ng"
    title = "syslog-ng, JSON"
    type = "custom_api"
    words = ("orders", "parcel")
    unwanted = "started"

    def install(self) -> str:
        """From Debian, with its HTTP destination, and `logger`."""
        self.version = install_debian("syslog-ng-core", "syslog-ng-mod-http", "syslog-ng-scl", "bsdutils")
        return self.version

    def start(self) -> None:
        """It starts when it knows where to send."""
        self.port = next(self.place.ports)

    def push_to(self, url: str, secret: str) -> None:
        """Its destination, and syslog-ng itself."""
        folder, version = self.place.folder, ".".join(self.version.split(".")[:2])
        text = CONFIGURATION.format(version=version, port=self.port, url=url, secret=secret)
        (folder / "syslog-ng.conf").write_text(text)
        files = [f"--{name}={folder}/{name}" for name in ("persist-file", "pidfile", "control")]
        self.place.start("syslog-ng", "-F", "--no-caps", f"--cfgfile={folder}/syslog-ng.conf", *files)
        wait_for((folder / "control").exists, 30, "syslog-ng to start")
        time.sleep(1)

    def fail(self) -> None:
        """An error, beside a line that is none."""
        self._log("daemon.info", "worker 4 started")
        self._log("daemon.err", "queue orders: connection to broker refused after 30 s")

    def recover(self) -> None:
        """Logs never say that it is over."""

    @property
    def expected(self) -> Expected:
        """The line, its program and its level."""
        return Expected(
            title="^queue orders: connection to broker refused",
            severity="p2",
            service="^dispatcher$",
            link=None,
            has_end=False,
        )

    def _log(self, priority: str, line: str) -> None:
        where = ("--server", "127.0.0.1", "--port", str(self.port), "--udp", "--rfc5424")
        self.place.run("logger", *where, "--tag", "dispatcher", "--priority", priority, line)
        time.sleep(1)

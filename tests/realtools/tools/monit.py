"""Monit from Debian: a check of a file, whose actions are a script that posts to a connector of one's own."""

import time
from typing import Any

from tests.realtools.causeloop import Connected, Workspace
from tests.realtools.packages import install_debian
from tests.realtools.real_tool import Expected, RealTool

CHECKS = """
set daemon 2
set logfile {folder}/monit.log
set idfile {folder}/monit.id
set statefile {folder}/monit.state
set pidfile {folder}/monit.pid
check file nightly-export with path {folder}/ok
  if not exist then exec "{folder}/send open" else if succeeded then exec "{folder}/send resolved"
"""
SCRIPT = """#!/bin/sh
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
form='{"external_id": "%s", "title": "%s: %s", "status": "%s", "severity": "high", "source_updated_at": "%s"}'
body=$(printf "$form" "$MONIT_SERVICE" "$MONIT_SERVICE" "$MONIT_DESCRIPTION" "$1" "$now")
signature=$(printf '%s' "$body" | openssl dgst -sha256 -hmac 'SECRET' -r | cut -d ' ' -f 1)
curl --silent --show-error --fail --data-binary "$body" --header 'Content-Type: application/json' \\
  --header "X-Causeloop-Signature: $signature" 'ADDRESS'
"""
CYCLES_SECONDS = 6


class Monit(RealTool):
    """What its actions push, an id for each check."""

    name = "monit"
    title = "Monit"
    type = "custom_api"
    words = ("nightly-export", "weekly-export")

    def install(self) -> str:
        """From Debian, with what its script needs."""
        return install_debian("monit", "curl", "openssl")

    def start(self) -> None:
        """Monit starts when it knows where to send."""
        self.place.let_succeed()

    def connect(self, workspace: Workspace, name: str, address: str) -> Connected | None:
        """A connector that is only pushed to, whose ids name checks."""
        config: dict[str, Any] = {"identifies": "condition"}
        return workspace.connect(self.type, config, name=name)

    def push_to(self, url: str, secret: str) -> None:
        """The script, and Monit itself."""
        script, checks = self.place.folder / "send", self.place.folder / "monitrc"
        script.write_text(SCRIPT.replace("SECRET", secret).replace("ADDRESS", url))
        checks.write_text(CHECKS.format(folder=self.place.folder))
        for path in (script, checks):
            path.chmod(0o700)
        self.place.start("monit", "-I", "-c", checks)
        time.sleep(CYCLES_SECONDS)

    def fail(self) -> None:
        """The file goes."""
        self.place.let_fail()
        time.sleep(CYCLES_SECONDS)

    def recover(self) -> None:
        """The file is there again."""
        self.place.let_succeed()
        time.sleep(CYCLES_SECONDS)

    def push_to_second(self, workspace: Workspace, second: Connected | None) -> bool:
        """The script of another machine, whose check has the same name."""
        script = self.place.folder / "send-too"
        url, secret = (second.webhook_url, second.secret) if second else (None, None)
        script.write_text(SCRIPT.replace("SECRET", secret or "").replace("ADDRESS", url or ""))
        script.chmod(0o700)
        variables = {"MONIT_SERVICE": "nightly-export", "MONIT_DESCRIPTION": "file doesn't exist"}
        self.place.run(script, "open", environment=variables)
        return True

    @property
    def expected(self) -> Expected:
        """Check and what Monit says of it."""
        return Expected(
            title="^nightly-export: file doesn't exist$",
            severity="p2",
            service=None,
            link=None,
        )

"""Messages for chats, sent to a Custom API: Alertmanager's for Slack, Uptime Kuma's for Discord."""

import json
from pathlib import Path
from typing import Any

from tests.realtools.real_tool import Expected
from tests.realtools.tools.alertmanager import Alertmanager
from tests.realtools.tools.uptime_kuma import UptimeKuma


class AlertmanagerToSlack(Alertmanager):
    """Alertmanager's own text for Slack."""

    name = "alertmanager-slack"
    title = "Alertmanager, message for Slack"
    type = "custom_api"
    is_polled = False

    def push_to(self, url: str, secret: str) -> None:
        """Slack's receiver, with our address in the place of Slack's."""
        slack = {
            "api_url": f"{url}?token={secret}",
            "channel": "#ops",
            "send_resolved": True,
            "text": "{{ .CommonAnnotations.summary }}",
        }
        route = {"receiver": "chat", "group_wait": "1s", "group_interval": "2s", "repeat_interval": "2m"}
        routes = [{"matchers": ["alertname=Watchdog"], "receiver": "nobody"}]
        receivers = [{"name": "chat", "slack_configs": [slack]}, {"name": "nobody"}]
        config = {"route": {**route, "group_by": ["alertname"], "routes": routes}, "receivers": receivers}
        Path(self.place.folder / "alertmanager.yml").write_text(json.dumps(config))
        self.place.run("curl", "-sf", "-X", "POST", f"{self.address}/-/reload")

    @property
    def expected(self) -> Expected:
        """The line of the message, by its red bar an error; Alertmanager's own page."""
        return Expected(
            title="^HighQueueDepth",
            severity="p[12]",
            service=None,
            link=rf"^{self.address}/#/alerts",
        )


class UptimeKumaToDiscord(UptimeKuma):
    """Uptime Kuma's embed for Discord."""

    name = "uptime-kuma-discord"
    title = "Uptime Kuma, message for Discord"
    type = "custom_api"

    def make_notification(self, url: str, secret: str) -> dict[str, Any]:
        """Discord, with our address in the place of Discord's."""
        return {"type": "discord", "discordWebhookUrl": f"{url}?token={secret}", "discordUsername": "Kuma"}

    @property
    def expected(self) -> Expected:
        """The heading of the embed, and its field for the service."""
        return Expected(title="Shop checkout went down", severity="p2", service="^Shop checkout$", link=None)

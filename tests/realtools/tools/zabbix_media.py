"""Zabbix again, whose media type posts what the catalog says, problem and recovery."""

import time

from tests.realtools.causeloop import Connected, Workspace
from tests.realtools.tools.zabbix import Zabbix

SCRIPT = """
var fields = JSON.parse(value), request = new HttpRequest(), url = fields.causeloop_url;
delete fields.causeloop_url;
request.addHeader('Content-Type: application/json');
request.post(url, JSON.stringify(fields));
if (request.getStatus() >= 300) { throw 'answered ' + request.getStatus(); }
return 'OK';
"""
MACROS = {
    "event_id": "{EVENT.ID}",
    "event_value": "{EVENT.VALUE}",
    "event_nseverity": "{EVENT.NSEVERITY}",
    "title": "{EVENT.NAME}",
    "host_name": "{HOST.NAME}",
    "event_tags": "{EVENT.TAGSJSON}",
    "trigger_id": "{TRIGGER.ID}",
    "event_timestamp": "{EVENT.TIMESTAMP}",
    "event_recovery_timestamp": "{EVENT.RECOVERY.TIMESTAMP}",
}
CACHE_SECONDS = 15
"""Until the server has learned of the action: it reads its configuration every ten."""
MESSAGES = [{"eventsource": 0, "recovery": stage, "subject": "x", "message": "x"} for stage in (0, 1)]


class ZabbixPushed(Zabbix):
    """Problems by a media type of its own."""

    name = "zabbix-pushed"
    is_polled = False

    def connect(self, workspace: Workspace, name: str, address: str) -> Connected | None:
        """A connector that is never polled, and needs no token."""
        return workspace.connect(self.type, self.configure(address), name=name, is_push_only=True)

    def push_to(self, url: str, secret: str) -> None:
        """The media type, the administrator's medium, and an action for all problems."""
        macros = {**MACROS, "zabbix_url": self.address, "causeloop_url": f"{url}?token={secret}"}
        kind = {
            "type": 4,
            "name": "Causeloop",
            "status": 0,
            "script": SCRIPT,
            "parameters": [{"name": name, "value": macro} for name, macro in macros.items()],
            "message_templates": MESSAGES,
        }
        (media_type,) = self.ask("mediatype.create", kind)["mediatypeids"]
        medium = {"mediatypeid": media_type, "sendto": ["causeloop"]}
        self.ask("user.update", {"userid": "1", "medias": [medium]})
        send = {
            "operationtype": 0,
            "opmessage": {"default_msg": 1, "mediatypeid": media_type},
            "opmessage_usr": [{"userid": "1"}],
        }
        action = {
            "name": "Causeloop",
            "eventsource": 0,
            "status": 0,
            "esc_period": "60s",
            "filter": {"evaltype": 0, "conditions": []},
            "operations": [send],
            "recovery_operations": [send],
        }
        self.ask("action.create", action)
        time.sleep(CACHE_SECONDS)

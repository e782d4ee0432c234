"""Nagios Core 4 from Debian: a service whose check needs a file; its CGIs behind Python's server."""

import grp
import os
import pwd
import sys
from pathlib import Path

from tests.realtools.packages import install_debian
from tests.realtools.place import call, wait_for
from tests.realtools.real_tool import Expected, RealTool

PROGRAMS = Path("/usr/lib/cgi-bin/nagios4")
MAIN = """
log_file={folder}/nagios.log
cfg_file={folder}/objects.cfg
object_cache_file={folder}/objects.cache
precached_object_file={folder}/objects.precache
status_file={folder}/status.dat
status_update_interval=2
state_retention_file={folder}/retention.dat
temp_file={folder}/nagios.tmp
temp_path=/tmp
lock_file={folder}/nagios.lock
query_socket={folder}/nagios.qh
check_result_path={folder}/results
log_archive_path={folder}/archives
check_external_commands=0
nagios_user=nagios
nagios_group=nagios
interval_length=1
use_syslog=0
enable_environment_macros=0
illegal_object_name_chars=`~!$%^&*|'"<>?,()=
"""
OBJECTS = """
define timeperiod {{
  timeperiod_name always
  alias always
  monday 00:00-24:00
  tuesday 00:00-24:00
  wednesday 00:00-24:00
  thursday 00:00-24:00
  friday 00:00-24:00
  saturday 00:00-24:00
  sunday 00:00-24:00
}}
define command {{
  command_name file
  command_line {folder}/check
}}
define command {{
  command_name true
  command_line /bin/true
}}
define contact {{
  contact_name ops
  host_notification_period always
  service_notification_period always
  host_notification_commands true
  service_notification_commands true
}}
define host {{
  host_name db-1
  address 127.0.0.1
  check_command true
  max_check_attempts 1
  check_interval 30
  check_period always
  contacts ops
}}
define service {{
  host_name db-1
  service_description disk
  check_command file
  max_check_attempts 1
  check_interval 2
  retry_interval 2
  check_period always
  contacts ops
}}
"""
CHECK = """#!/bin/sh
test -e {folder}/ok && echo DISK OK && exit 0
echo DISK CRITICAL: 1 percent is free
exit 2
"""
CGI = """
main_config_file={folder}/nagios.cfg
physical_html_path={folder}
url_html_path=/nagios
use_authentication=0
"""


class Nagios(RealTool):
    """Changes of state from the archive."""

    name = "nagios"
    title = "Nagios Core"
    type = "nagios"
    is_polled = True
    words = ("db-1", "db-2")

    def install(self) -> str:
        """From Debian."""
        return install_debian("nagios4-core", "nagios4-cgi")

    def start(self) -> None:
        """The scheduler as the user nagios, and a server of its CGIs."""
        folder = self.place.folder
        self.place.let_succeed()
        for name, text in (
            ("nagios.cfg", MAIN),
            ("objects.cfg", OBJECTS),
            ("cgi.cfg", CGI),
            ("check", CHECK),
        ):
            (folder / name).write_text(text.format(folder=folder))
        (folder / "check").chmod(0o755)
        for name in ("results", "archives", "cgi-bin"):
            (folder / name).mkdir()
        for program in PROGRAMS.glob("*.cgi"):
            (folder / "cgi-bin" / program.name).symlink_to(program)
        user, group = pwd.getpwnam("nagios").pw_uid, grp.getgrnam("nagios").gr_gid
        for path in (folder, folder / "results", folder / "archives"):
            os.chown(path, user, group)
        self.place.start("/usr/sbin/nagios4", folder / "nagios.cfg", user="nagios")
        self.port = next(self.place.ports)
        server = ("-m", "http.server", "--cgi", str(self.port), "--bind", "127.0.0.1", "-d", str(folder))
        self.place.start(sys.executable, *server, environment={"NAGIOS_CGI_CONFIG": f"{folder}/cgi.cfg"})
        self.place.await_answer(f"{self.address}/cgi.cfg")
        wait_for(lambda: self._read_state() == "ok", 90, "the first check")

    @property
    def address(self) -> str:
        """That of its pages."""
        return f"http://127.0.0.1:{self.port}"

    def fail(self) -> None:
        """The file goes."""
        self.place.let_fail()
        wait_for(lambda: self._read_state() == "critical", 60, "the failing check")

    def recover(self) -> None:
        """The file is there again."""
        self.place.let_succeed()
        wait_for(lambda: self._read_state() == "ok", 60, "the recovery")

    @property
    def expected(self) -> Expected:
        """Host, check and what it printed."""
        return Expected(
            title="^db-1 disk: DISK CRITICAL",
            severity="p1",
            service="^db-1$",
            link=rf"^{self.address}/cgi-bin/extinfo.cgi\?type=2&host=db-1&service=disk$",
        )

    def _read_state(self) -> str:
        query = "query=service&hostname=db-1&servicedescription=disk&formatoptions=enumerate"
        answer = call("GET", f"{self.address}/cgi-bin/statusjson.cgi?{query}")
        return (
            str(answer.get("data", {}).get("service", {}).get("status")) if isinstance(answer, dict) else ""
        )

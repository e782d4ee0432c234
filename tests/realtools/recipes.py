"""All recipes by name, in the order in which they run."""

from tests.realtools.real_tool import RealTool
from tests.realtools.tools.airflow import Airflow2, Airflow3
from tests.realtools.tools.alerta import Alerta
from tests.realtools.tools.alertmanager import Alertmanager, AlertmanagerPolled
from tests.realtools.tools.apprise import Apprise
from tests.realtools.tools.bugsink import Bugsink
from tests.realtools.tools.buildbot import Buildbot
from tests.realtools.tools.celery import Celery
from tests.realtools.tools.chat_messages import AlertmanagerToSlack, UptimeKumaToDiscord
from tests.realtools.tools.cloud_events import CloudEvents
from tests.realtools.tools.dagster import DagsterAsset, DagsterJob
from tests.realtools.tools.data_quality import GreatExpectations, Soda
from tests.realtools.tools.dbt import DbtCore, OpenLineageDbt
from tests.realtools.tools.http_checks import Newman, Playwright
from tests.realtools.tools.icinga import Icinga
from tests.realtools.tools.job_queues import JobTable, PgBoss
from tests.realtools.tools.junit_runners import Jest, NodeTap, NodeTest, RobotFramework, RobotOutput
from tests.realtools.tools.luigi import Luigi
from tests.realtools.tools.mariadb import MariaDb
from tests.realtools.tools.monit import Monit
from tests.realtools.tools.moto import Moto
from tests.realtools.tools.nagios import Nagios
from tests.realtools.tools.plain_logs import DatabaseLog, SchedulerLog
from tests.realtools.tools.postgresql import PostgreSql
from tests.realtools.tools.prefect import PrefectPolled, PrefectPushed
from tests.realtools.tools.redmine import Redmine
from tests.realtools.tools.reports import Bandit, Pytest, Ruff
from tests.realtools.tools.request_tracker import RequestTracker
from tests.realtools.tools.roundup import Roundup
from tests.realtools.tools.sentry_sdk import SentryNode, SentrySdk
from tests.realtools.tools.syslog_ng import SyslogNg
from tests.realtools.tools.telemetry import OtlpLogs, OtlpSpans
from tests.realtools.tools.uptime_kuma import UptimeKuma
from tests.realtools.tools.zabbix import Zabbix
from tests.realtools.tools.zabbix_media import ZabbixPushed

RECIPES: dict[str, type[RealTool]] = {
    recipe.name: recipe
    for recipe in (
        Alertmanager,
        AlertmanagerPolled,
        AlertmanagerToSlack,
        UptimeKuma,
        UptimeKumaToDiscord,
        Zabbix,
        ZabbixPushed,
        Nagios,
        Monit,
        Icinga,
        Redmine,
        RequestTracker,
        Roundup,
        Luigi,
        Apprise,
        SyslogNg,
        Airflow3,
        Airflow2,
        DagsterJob,
        DagsterAsset,
        PrefectPolled,
        PrefectPushed,
        DbtCore,
        OpenLineageDbt,
        GreatExpectations,
        Soda,
        OtlpLogs,
        OtlpSpans,
        Celery,
        CloudEvents,
        SentrySdk,
        SentryNode,
        Bugsink,
        Pytest,
        NodeTest,
        Jest,
        NodeTap,
        RobotFramework,
        RobotOutput,
        Newman,
        Playwright,
        SchedulerLog,
        DatabaseLog,
        Bandit,
        Ruff,
        Buildbot,
        Alerta,
        Moto,
        PostgreSql,
        MariaDb,
        JobTable,
        PgBoss,
    )
}

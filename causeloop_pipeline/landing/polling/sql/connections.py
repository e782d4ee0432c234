"""Connects to each engine by SQLAlchemy: a session that may only read and ends what takes long."""

import ssl
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.landing.polling.isolated.google_key import read_google_key
from causeloop_pipeline.landing.polling.sql.values import Job

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine as Database

CONNECT_SECONDS = 10
LOCK_SECONDS = 5
MAX_BILLED_BYTES = 100_000_000_000


def open_database(job: Job) -> "Database":
    """The engine's database, with one connection at a time."""
    return CONNECTORS[job["engine"]](job)


def list_session_statements(engine: str, seconds: int) -> tuple[str, ...]:
    """The statements that prepare a session for reading; none where an engine has no such settings."""
    if engine == "mysql":
        return (
            "SET SESSION sql_mode = ''",
            "SET SESSION time_zone = '+00:00'",
            f"SET SESSION lock_wait_timeout = {LOCK_SECONDS}, innodb_lock_wait_timeout = {LOCK_SECONDS}",
            "SET SESSION TRANSACTION READ ONLY",
            "START TRANSACTION READ ONLY",
        )
    if engine == "redshift":
        return (f"SET statement_timeout TO {seconds * 1000}", "BEGIN READ ONLY")
    if engine == "sql_server":
        return (f"SET LOCK_TIMEOUT {LOCK_SECONDS * 1000}",)
    return ()


def list_timeout_statements(engine: str, seconds: int) -> tuple[str, ...]:
    """The time-out in each dialect of an engine's servers: a server has to understand one of them."""
    if engine == "mysql":
        return (
            f"SET SESSION max_statement_time = {seconds}",
            f"SET SESSION max_execution_time = {seconds * 1000}",
        )
    return ()


def _open(
    dialect: str, *, host: str | None = None, connect_args: Mapping[str, Any] | None = None, **options: Any
) -> "Database":
    import sqlalchemy
    from sqlalchemy.pool import NullPool

    url = sqlalchemy.URL.create(dialect, host=host, **options.pop("url", {}))
    return sqlalchemy.create_engine(
        url, poolclass=NullPool, connect_args=dict(connect_args or {}), hide_parameters=True, **options
    )


def _open_redshift(job: Job) -> "Database":
    connection = {name: value for name, value in job["connection"].items() if value is not None}
    arguments = {
        **connection,
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "causeloop",
        "client_encoding": "utf8",
    }
    options: dict[str, Any] = {
        "use_native_hstore": False,
        "isolation_level": "AUTOCOMMIT",
    }  # the transaction is begun by hand
    return _open("postgresql+psycopg2", host=None, connect_args=arguments, **options)


def _open_mysql(job: Job) -> "Database":
    connection = job["connection"]
    arguments = {
        "host": connection["host"],
        "port": connection["port"],
        "database": connection["dbname"],
        "user": connection["user"],
        "password": connection["password"],
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": job["statement_seconds"] + CONNECT_SECONDS,
        "charset": "utf8mb4",
        "local_infile": False,
        "program_name": "causeloop",
        "ssl": _make_tls(connection["sslmode"]),
        "ssl_disabled": connection["sslmode"] == "disable",
    }
    return _open("mysql+pymysql", connect_args=arguments)


def _make_tls(mode: str) -> ssl.SSLContext | None:
    if mode == "disable":
        return None
    context = ssl.create_default_context()
    context.check_hostname = mode == "verify-full"
    context.verify_mode = ssl.CERT_NONE if mode == "require" else ssl.CERT_REQUIRED
    return context


def _open_sql_server(job: Job) -> "Database":
    connection = job["connection"]
    is_encrypted = connection["sslmode"] != "disable"
    arguments = {
        "port": connection["port"],
        "login_timeout": CONNECT_SECONDS,
        "timeout": job["statement_seconds"],
        "appname": "causeloop",
        "readonly": True,
        "bytes_to_unicode": True,
        "cafile": ssl.get_default_verify_paths().cafile if is_encrypted else None,
        "validate_host": is_encrypted,
    }
    url = {
        "username": connection["user"],
        "password": connection["password"],
        "database": connection["dbname"],
    }
    return _open("mssql+pytds", host=connection["host"], url=url, connect_args=arguments)


def _open_snowflake(job: Job) -> "Database":
    connection = job["connection"]
    secret = {"password": connection["password"]}
    if connection["kind"] == "access token":
        secret |= {"authenticator": "PROGRAMMATIC_ACCESS_TOKEN", "token": connection["password"]}
    arguments = {
        **secret,
        "account": connection["account"],
        "user": connection["user"],
        "database": connection["dbname"],
        "warehouse": connection["warehouse"],
        "login_timeout": CONNECT_SECONDS,
        "network_timeout": job["statement_seconds"] + CONNECT_SECONDS,
        "client_session_keep_alive": False,
        "session_parameters": {
            "STATEMENT_TIMEOUT_IN_SECONDS": job["statement_seconds"],
            "LOCK_TIMEOUT": LOCK_SECONDS,
            "TIMEZONE": "UTC",
            "QUERY_TAG": "causeloop",
        },
    }
    if connection["role"]:
        arguments["role"] = connection["role"]
    url = {"username": connection["user"], "database": connection["dbname"]}
    return _open("snowflake", host=connection["account"], url=url, connect_args=arguments)


def _open_bigquery(job: Job) -> "Database":
    from google.cloud import bigquery
    from google.oauth2 import service_account

    connection = job["connection"]
    try:
        credentials = service_account.Credentials.from_service_account_info(
            read_google_key(connection["password"]),
            scopes=["https://www.googleapis.com/auth/bigquery.readonly"],
        )
    except (ValueError, TypeError) as error:
        raise PermanentFailure(
            f"{job['title']}: the service account's key is not Google's JSON ({type(error).__name__})"
        ) from None
    limits = bigquery.QueryJobConfig(
        maximum_bytes_billed=MAX_BILLED_BYTES,
        job_timeout_ms=job["statement_seconds"] * 1000,
        labels={"by": "causeloop"},
    )
    client = bigquery.Client(
        project=connection["project"],
        credentials=credentials,
        default_query_job_config=limits,
        location=connection["location"] or None,
    )
    return _open(
        "bigquery",
        host=connection["project"],
        url={"query": {"user_supplied_client": "True"}},
        connect_args={"client": client},
    )


def _open_databricks(job: Job) -> "Database":
    connection = job["connection"]
    url = {
        "username": "token",
        "password": connection["password"],
        "port": 443,
        "query": {
            "http_path": connection["http_path"],
            "catalog": connection["catalog"],
            "schema": "default",
        },
    }
    seconds = str(job["statement_seconds"])
    session = {"STATEMENT_TIMEOUT": seconds, "TIMEZONE": "UTC"}
    arguments = {"session_configuration": session, "user_agent_entry": "causeloop"}
    return _open("databricks", host=connection["host"], url=url, connect_args=arguments)


CONNECTORS: Mapping[str, Callable[[Job], "Database"]] = MappingProxyType(
    {
        "redshift": _open_redshift,
        "mysql": _open_mysql,
        "sql_server": _open_sql_server,
        "snowflake": _open_snowflake,
        "bigquery": _open_bigquery,
        "databricks": _open_databricks,
    }
)

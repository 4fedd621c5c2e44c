"""The embedded PostgreSQL: initdb and pg_ctl of the wheel, on a free loopback port."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from lockdown.services import processes
from lockdown.services.binaries import postgres_bin
from lockdown.services.errors import ServiceError
from lockdown.services.state import State, service_account, service_folder

ROLES_SQL = Path(__file__).with_name("roles.sql")
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
checkpoint_timeout = 15min
wal_compression = on
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
log_lock_waits = on
idle_in_transaction_session_timeout = 15min
"""


class Postgres:
    """One cluster in <state>/postgres, run as the service account."""

    name = "PostgreSQL"

    def __init__(self, state: State) -> None:
        self.state = state
        self.folder = service_folder(state, "postgres")
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"

    @property
    def port(self) -> int:
        return self.state.postgres_port

    @property
    def passwords(self) -> dict[str, str]:
        return {
            "lockdown_owner": self.state.owner_password,
            "lockdown_app": self.state.app_password,
        }

    def url(self, role: str = "lockdown_app", database: str = "lockdown") -> str:
        password = {"postgres": self.state.admin_password, **self.passwords}[role]
        return f"postgresql://{role}:{password}@{processes.LOOPBACK}:{self.port}/{database}"

    def pid(self) -> int:
        """The postmaster's pid, 0 when the pid file is missing or stale."""
        pid = processes.read_pid(self.data / "postmaster.pid")
        return pid if pid and str(self.data) in processes.command_line(pid) else 0

    def running(self) -> bool:
        return bool(self.pid()) and processes.answers(self.port)

    def start(self) -> None:
        """Make the cluster when there is none, start it, make roles and database when missing."""
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        if not self.running():
            self._launch()
        if not (self.folder / "bootstrapped").exists():
            self._bootstrap()

    def stop(self) -> None:
        pid = self.pid()
        if not pid:
            return
        done = self._pg_ctl("stop", "-m", "fast", "-w", "-t", "30")
        if done.returncode and self.pid():
            self._pg_ctl("stop", "-m", "immediate", "-w", "-t", "10")
        processes.wait_until_gone(pid, str(self.data), 10)

    def crash(self) -> None:
        """End without a word to anybody and without a checkpoint; `start` replays the log."""
        pid = self.pid()
        self._pg_ctl("stop", "-m", "immediate", "-w", "-t", "30")
        processes.wait_until_gone(pid, str(self.data), 10)

    def drop(self) -> None:
        """Stop and forget all data."""
        self.stop()
        shutil.rmtree(self.folder)

    def _initdb(self) -> None:
        """Into a draft folder first: a half-made cluster is never taken for a whole one."""
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        with tempfile.NamedTemporaryFile("w", dir=self.folder) as secret:
            secret.write(self.state.admin_password)
            secret.flush()
            account = service_account()
            if account is not None:
                os.chown(secret.name, account.pw_uid, account.pw_gid)
            command = [str(postgres_bin(self.state) / "initdb"), "-D", str(draft), "-U", "postgres"]
            command += ["--auth=scram-sha-256", f"--pwfile={secret.name}", "--encoding=UTF8"]
            command += ["--locale=C.UTF-8", "--no-sync", "--no-instructions"]
            done = subprocess.run(
                command, capture_output=True, text=True, **processes.as_account(self.folder)
            )
        if done.returncode:
            raise ServiceError(f"PostgreSQL could not be set up: {done.stderr.strip()}")
        (self.folder / "bootstrapped").unlink(missing_ok=True)
        with (draft / "postgresql.conf").open("a") as config:
            config.write("include = 'lockdown.conf'\n")
        draft.rename(self.data)

    def _launch(self) -> None:
        """Start on the known port, on another one if it is taken. Tries again while the
        leftovers of a crash go away."""
        if self.pid():
            self.stop()
        processes.trim_log(self.log)
        deadline = time.monotonic() + 20
        port = self.port
        while True:
            self.state.postgres_port = port = processes.free_port(port)
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.data / "lockdown.conf").write_text(f"{SETTINGS}port = {port}\n")
            (self.data / "lockdown.conf").chmod(0o644)
            done = self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.log))
            if done.returncode == 0:
                return self.state.save()
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"PostgreSQL does not start. Its log is {self.log}:\n{processes.tail(self.log)}"
                )
            time.sleep(0.5)
            port = 0

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Not captured by a pipe: the postmaster would inherit it and keep it open.
        return subprocess.run(
            [postgres_bin(self.state) / "pg_ctl", "-D", self.data, "-s", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            **processes.as_account(self.folder),
        )

    def _bootstrap(self) -> None:
        """Roles, the rights of the app's role (also in template1, so that databases made later
        by the owner have them), and the database."""
        with psycopg.connect(self.url("postgres", "template1"), autocommit=True) as admin:
            make_roles(admin, self.passwords)
            admin.execute(ROLES_SQL.read_bytes())
            exists = admin.execute("SELECT 1 FROM pg_database WHERE datname = 'lockdown'")
            if exists.fetchone() is None:
                admin.execute("CREATE DATABASE lockdown OWNER lockdown_owner")
        (self.folder / "bootstrapped").touch()


def make_roles(admin: psycopg.Connection[tuple[object, ...]], passwords: dict[str, str]) -> None:
    """The owner (migrations, may create databases for tests) and the app's role (neither owner
    nor superuser, bound by row security)."""
    for role, rights in (("lockdown_owner", "CREATEDB"), ("lockdown_app", "NOCREATEDB")):
        known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        statement = sql.SQL(
            "{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS {rights} "
            "PASSWORD {password}"
        )
        admin.execute(
            statement.format(
                verb=sql.SQL("ALTER" if known else "CREATE"),
                role=sql.Identifier(role),
                rights=sql.SQL(rights),
                password=sql.Literal(passwords[role]),
            )
        )

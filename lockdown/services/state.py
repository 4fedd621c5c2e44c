"""The state directory: ports, passwords and the secret key of one checkout, and its locks."""

import base64
import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import pwd
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from lockdown.services.errors import ServiceError

CHECKOUT = Path(__file__).resolve().parents[2]


def _secret() -> str:
    return secrets.token_hex(16)


@dataclass
class State:
    """What must be the same at the next start. Kept in services.json, readable by its owner."""

    directory: Path
    postgres_port: int = 0
    valkey_port: int = 0
    keep: bool = False
    admin_password: str = field(default_factory=_secret)
    owner_password: str = field(default_factory=_secret)
    app_password: str = field(default_factory=_secret)
    valkey_password: str = field(default_factory=_secret)
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def file(self) -> Path:
        return self.directory / "services.json"

    @property
    def field_keys(self) -> str:
        """What encrypts values in the database. Derived, so that a state saved by an older
        checkout has it, and two processes that start at once agree."""
        return f"own:{base64.urlsafe_b64encode(self._derived('fields')).decode()}"

    @property
    def blind_index_key(self) -> str:
        return self._derived("blind index").hex()

    def _derived(self, purpose: str) -> bytes:
        return hmac.new(self.secret_key.encode(), purpose.encode(), "sha256").digest()

    def save(self) -> None:
        values = {key: value for key, value in asdict(self).items() if key != "directory"}
        draft = self.file.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(values, indent=1))
        draft.replace(self.file)


def state_directory() -> Path:
    """LOCKDOWN_STATE_DIR, else a short path of its own for each user and checkout."""
    given = os.environ.get("LOCKDOWN_STATE_DIR")
    if given:
        return Path(given).expanduser().absolute()
    digest = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:10]
    return Path("/var/tmp") / f"lockdown-{os.getuid()}-{digest}"


def load_state() -> State:
    """The saved state, or a new one with fresh secrets. Refuses a directory of another user."""
    directory = state_directory()
    directory.mkdir(mode=0o711, parents=True, exist_ok=True)
    if directory.is_symlink() or directory.stat().st_uid != os.geteuid():
        raise ServiceError(
            f"{directory} belongs to another user. Set LOCKDOWN_STATE_DIR to a folder of your own."
        )
    state = State(directory)
    if state.file.exists():
        saved = json.loads(state.file.read_text())
        return State(directory, **saved)
    state.save()
    return state


def service_account() -> pwd.struct_passwd | None:
    """Root must not run the servers: they then run as nobody. None means as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "daemon"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServiceError("There is no account 'nobody' to run PostgreSQL as. Run as ordinary user.")


def reachable(path: Path, account: pwd.struct_passwd | None) -> bool:
    """Whether the account may walk down to the path."""
    if account is None:
        return True
    resolved = path.resolve()
    return all(folder.stat().st_mode & 0o001 for folder in [resolved, *resolved.parents])


def service_folder(state: State, name: str) -> Path:
    """A private folder of one server, owned by the account it runs as."""
    account = service_account()
    if not reachable(state.directory, account):
        raise ServiceError(
            f"{state.directory} cannot be reached by the account that runs the servers. "
            "Unset LOCKDOWN_STATE_DIR or choose a folder below /var/tmp."
        )
    folder = state.directory / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


@contextlib.contextmanager
def control_lock(state: State) -> Iterator[None]:
    """Held while services are started or stopped, so that two terminals do not do it at once."""
    with (state.directory / "control.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def join_users(state: State) -> IO[str]:
    """Count ourselves as a user until the file is closed or the process dies, however it dies."""
    handle = (state.directory / "users.lock").open("a")
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def in_use(state: State) -> bool:
    """Whether any process has joined."""
    with (state.directory / "users.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False

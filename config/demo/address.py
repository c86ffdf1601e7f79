"""Where the demo listens and keeps its files; known before Django is loaded.

The hand-over file and the lock lie in ``var/``. The lock is held by the running demo and dropped by
the kernel with it, so that the process number written into it can be believed while it is held.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent.parent / "var"
HANDOVER = VAR / "demo.json"
LOCK = VAR / "demo.lock"
EVERYWHERE = {"0.0.0.0", "::", "*"}  # noqa: S104  # nosec B104 - recognised, never a default
STOP_SECONDS = 20.0


class AlreadyRunning(RuntimeError):
    """Another demo runs from this directory; ``pid`` says which process."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"pid {pid}")
        self.pid = pid


def host(environment: Mapping[str, str]) -> str:
    """The address to listen on (``HOST``)."""
    return environment.get("HOST", "").strip() or "127.0.0.1"


def port(environment: Mapping[str, str]) -> int:
    """The port to listen on (``PORT``). Raises ValueError for anything but 1 to 65535."""
    text = environment.get("PORT", "").strip() or "8000"
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError(text)
    return number


def base_url(environment: Mapping[str, str]) -> str:
    """What links in messages begin with: ``PUBLIC_BASE_URL``, else made of host and port."""
    if given := environment.get("PUBLIC_BASE_URL", "").strip():
        return given.rstrip("/")
    name = host(environment)
    name = "127.0.0.1" if name in EVERYWHERE else name
    shown = f"[{name}]" if ":" in name else name
    return f"http://{shown}:{environment.get('PORT', '').strip() or '8000'}"


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the lock of the running demo. Raises AlreadyRunning."""
    VAR.mkdir(parents=True, exist_ok=True)
    handle = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_pid(handle)) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def running() -> int | None:
    """The process of the running demo, None if there is none."""
    if not LOCK.exists():
        return None
    handle = os.open(LOCK, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _pid(handle) or None
    finally:
        os.close(handle)
    return None


def stop() -> bool:
    """Ask the running demo to end and wait for it; says whether there was one.

    Raises TimeoutError when it does not end.
    """
    pid = running()
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while running() is not None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the demo (pid {pid}) does not stop")
        time.sleep(0.1)
    return True


def _pid(handle: int) -> int:
    with suppress(ValueError):
        return int(os.pread(handle, 20, 0).decode() or 0)
    return 0


def main() -> int:
    """``python -m config.demo.address stop``: for the Makefile."""
    if sys.argv[1:] != ["stop"]:
        sys.stderr.write("usage: python -m config.demo.address stop\n")
        return 2
    stopped = stop()
    sys.stdout.write(
        "デモを停止しました。 / Stopped.\n" if stopped else "動いていません。 / Not running.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

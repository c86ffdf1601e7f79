"""The process that fits foreign papers: started when needed, ended when one takes too long.

Whoever waits is told so every few seconds (and may prolong a lease); a paper that needs too much
time or memory costs its own pages, never the evidence of the others.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from honoraria.grants import fitting
from honoraria.grants.fitting import UnreadableError

SECONDS = 60.0  # for one paper
PATIENCE = 5.0  # between two signs of life
TOO_MUCH = "読み取りに時間がかかりすぎるか、大きすぎるため、ページとして載せられません。"


class Press:
    """Fits papers one after the other; ``waiting`` is called while one takes its time."""

    def __init__(self, folder: Path, waiting: Callable[[], None]) -> None:
        self.folder, self.waiting = folder, waiting
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Press:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def fitted(self, content: bytes, content_type: str, path: Path) -> int:
        """Write a paper's pages, fitted on A4, and say how many. Raises UnreadableError."""
        source = self.folder / "foreign"
        source.write_bytes(content)
        answer = self._ask({"source": str(source), "target": str(path), "type": content_type})
        if answer is None:
            self._end()
            path.unlink(missing_ok=True)
            raise UnreadableError(TOO_MUCH)
        if "problem" in answer:
            raise UnreadableError(answer["problem"])
        return int(answer["pages"])

    def _ask(self, wish: dict[str, str]) -> dict[str, Any] | None:
        """The answer; None when the process died of its limits or took too long."""
        process = self._running()
        assert process.stdin is not None  # both are pipes
        assert process.stdout is not None
        process.stdin.write(json.dumps(wish).encode() + b"\n")
        process.stdin.flush()
        until = time.monotonic() + SECONDS
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select([process.stdout], [], [], min(PATIENCE, left))
            if ready:
                line = process.stdout.readline()
                found: dict[str, Any] | None = json.loads(line) if line else None
                return found
            self.waiting()
        return None

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            # nothing of our environment: what reads foreign files needs no secrets
            self.process = subprocess.Popen(  # noqa: S603 - our own program, no word of a user
                [sys.executable, "-I", fitting.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8"},
            )
        return self.process

    def _end(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.communicate()

"""All benchmarks, one after the other: ``python -m bench [--quick]``, or ``make bench``.

Each is a process of its own, so that none meets what another left behind. stdout carries one JSON
line per figure and nothing else; the exit code is 1 if one failed or missed its goal.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from pathlib import Path

# each with the options that make it short
ALL = {
    "ranking": ["--quick"],
    "board_delay": ["--quick"],
    "first_message": ["--quick"],
    "accept": ["--quick"],
    "exporting": ["--lines", "20000"],
    "month_page": ["--lines", "20000"],
    "room": ["--quick"],
}
LONGEST = 900  # seconds for one of them


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller registers")
    parser.add_argument("names", nargs="*", metavar="name", help=f"which: {', '.join(ALL)}")
    given = parser.parse_args()
    if unknown := set(given.names) - set(ALL):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    failed = [
        name for name in given.names or ALL if not _run(name, ALL[name] if given.quick else [])
    ]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def _run(name: str, options: list[str]) -> bool:
    print(f"== {name}", file=sys.stderr, flush=True)
    root = Path(__file__).resolve().parent.parent
    child = subprocess.Popen([sys.executable, "-m", f"bench.{name}", *options], cwd=root)
    try:
        return child.wait(LONGEST) == 0
    except BaseException as error:
        child.send_signal(signal.SIGINT)  # it stops its servers and goes
        child.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            print(f"{name} took longer than {LONGEST} s", file=sys.stderr)
            return False
        raise


if __name__ == "__main__":
    sys.exit(main())

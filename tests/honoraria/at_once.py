"""Several people who press at one instant: as threads of this process, or as processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from django.db import connection

from accounts.errors import ActionError
from accounts.models import Organization, User

ROOT = Path(__file__).resolve().parents[2]
BEGIN = """
import json, os, sys, time
from datetime import datetime, timezone
import django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from accounts.errors import ActionError
from accounts.models import Organization, User
"""
END = """
gun_r, gun_w = os.pipe()
ready_r, ready_w = os.pipe()
children = []
for what, user, pk in json.loads(sys.argv[3]):
    out_r, out_w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(gun_w)
        organization = Organization.objects.get(pk=int(sys.argv[2]))
        person = User.objects.get(pk=user)  # a connection of its own, open before the gun
        os.write(ready_w, b".")
        os.read(gun_r, 1)
        try:
            DO[what](organization, person, pk)
            outcome = "done"
        except ActionError as error:
            outcome = error.code
        except Exception as error:
            outcome = repr(error)[:300]
        os.write(out_w, json.dumps([what, outcome]).encode())
        os._exit(0)
    os.close(out_w)
    children.append((pid, out_r))
for _ in children:
    os.read(ready_r, 1)
os.close(gun_w)
results = []
for pid, out in children:
    os.waitpid(pid, 0)
    results.append(json.loads(os.read(out, 4096)))
print(json.dumps(results))
"""


def in_threads(*jobs: Callable[[], object]) -> list[str]:
    """Run them side by side; "done", the code of the refusal or the error's name of each, sorted."""
    start = threading.Barrier(len(jobs), timeout=20)
    outcomes: list[str] = []

    def run(job: Callable[[], object]) -> None:
        try:
            start.wait()
            job()
            outcomes.append("done")
        except ActionError as error:
            outcomes.append(error.code)
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sorted(outcomes)


def in_processes(
    deeds: str, organization: Organization, jobs: list[tuple[str, User, int]]
) -> dict[str, list[str]]:
    """Outcomes by deed of (deed, person, key), each in a process held at the line until all are.

    ``deeds`` is a piece of a program that names them: ``DO = {"close": lambda o, u, pk: …}``.
    """
    given = json.dumps([(what, user.pk, pk) for what, user, pk in jobs])
    name = str(connection.settings_dict["NAME"])
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + deeds + END, name, str(organization.pk), given],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes: dict[str, list[str]] = {}
    for what, outcome in json.loads(done.stdout):
        outcomes.setdefault(what, []).append(outcome)
    return outcomes

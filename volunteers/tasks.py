"""Background entry points of the register; the rows hold the truth, jobs are wake-ups."""

from __future__ import annotations

from procrastinate.contrib.django import app

from accounts.clock import database_now
from realtime.tasks import background
from volunteers.actions import importing
from volunteers.models import ImportRun

WORKING = (ImportRun.State.READING, ImportRun.State.APPLYING)


@background(queue="imports", name="volunteers.go_on_with_import")
def go_on_with_import(run_id: int) -> None:
    """Read or write a run, whichever is next; nothing if it is gone."""
    for run in ImportRun.objects.filter(pk=run_id).defer("content"):
        go_on(run)


@app.periodic(cron="*/15 * * * * *")
@background(queue="sweep", name="volunteers.sweep_imports", queueing_lock="sweep_imports")
def sweep_imports(timestamp: int) -> None:
    """Go on where a process died, and forget what was left lying."""
    for run in ImportRun.objects.filter(state__in=WORKING).defer("content"):
        go_on(run)
    importing.forget_old_imports(at=database_now())


def go_on(run: ImportRun) -> None:
    """The next step of a run; nothing if another process is at it."""
    if run.state == ImportRun.State.READING:
        importing.read_import(run)
    elif run.state == ImportRun.State.APPLYING:
        importing.apply_import(run, at=database_now())


@app.periodic(cron="7 * * * *")
@background(queue="sweep", name="volunteers.resume_rested", queueing_lock="resume_rested")
def resume_rested(timestamp: int) -> None:
    """Bring back everybody whose pause is over."""
    from accounts.clock import database_now
    from volunteers.actions import resume_rested

    resume_rested(at=database_now())


@app.periodic(cron="10 1 * * *")  # 10:10 in Tokyo
@background(queue="sweep", name="volunteers.remind_of_renewal", queueing_lock="remind_of_renewal")
def remind_of_renewal(timestamp: int) -> None:
    """Ask everybody whose term ends soon to renew it, and remind once who has not."""
    from volunteers.applications.reminders import remind_of_renewal

    remind_of_renewal(at=database_now())


@app.periodic(cron="43 18 * * *")
@background(
    queue="sweep", name="volunteers.forget_applications", queueing_lock="forget_applications"
)
def forget_applications(timestamp: int) -> None:
    """Erase what came with applications that led to nothing, and drafts that were left."""
    from volunteers.applications import retention

    retention.erase_refused(at=database_now())
    retention.forget_drafts(at=database_now())

"""Background entry points of money matters; the rows hold the truth, jobs are wake-ups."""

from __future__ import annotations

from procrastinate.contrib.django import app

from accounts.clock import database_now
from realtime.tasks import background


@background(queue="imports", name="honoraria.make_export")
def make_export(run_id: int) -> None:
    """Make a large file; nothing if another worker is at it."""
    from honoraria.exporting import runs

    runs.make(run_id)


@app.periodic(cron="*/15 * * * * *")
@background(queue="imports", name="honoraria.sweep_exports", queueing_lock="sweep_exports")
def sweep_exports(timestamp: int) -> None:
    """Take up files whose worker died or whose job was lost."""
    from honoraria.exporting import runs

    for run_id in list(runs.left_lying(database_now()).values_list("pk", flat=True)):
        runs.make(run_id)


@app.periodic(cron="29 * * * *")
@background(queue="sweep", name="honoraria.forget_exports", queueing_lock="forget_exports")
def forget_exports(timestamp: int) -> None:
    """Delete files a week after they were made."""
    from honoraria.exporting import runs

    runs.forget_old(at=database_now())

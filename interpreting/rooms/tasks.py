"""Background entry points of rooms: opened before a booking begins, ended when forgotten."""

from __future__ import annotations

from procrastinate.contrib.django import app

from realtime.tasks import background


@app.periodic(cron="* * * * * 10")
@background(queue="sweep", name="interpreting.open_due_rooms", queueing_lock="open_due_rooms")
def open_due_rooms(timestamp: int) -> None:
    """Every minute: open the rooms of booked requests that begin soon."""
    from accounts.clock import database_now
    from interpreting.rooms.links import open_due

    open_due(database_now())


@app.periodic(cron="* * * * * 40")
@background(queue="sweep", name="interpreting.end_idle_rooms", queueing_lock="end_idle_rooms")
def end_idle_rooms(timestamp: int) -> None:
    """Every minute: end rooms that everybody has left and forgotten."""
    from accounts.clock import database_now
    from interpreting.rooms.links import end_forgotten

    end_forgotten(database_now())

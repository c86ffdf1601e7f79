"""Background entry points of this app; jobs are wake-ups, the rows hold the truth.

A message is sent by whichever job finds it unsent and locks it; a lost job is made up for by the
next sweep, and a second one finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import close_old_connections, connection, connections
from procrastinate.contrib.django import app

Task = Callable[..., Any]


def background(**options: Any) -> Callable[[Task], Any]:
    """Declare a background task that gives its database connection back afterwards.

    Tasks must be idempotent: a lost job is found again by a sweep, a doubled one does nothing.
    """

    def decorate(function: Task) -> Any:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            close_old_connections()
            try:
                return function(*args, **kwargs)
            finally:
                connections.close_all()

        return app.task(**options)(run)

    return decorate


@background(queue="messages", name="realtime.deliver_message")
def deliver_message(message_id: int) -> None:
    """Deliver one message."""
    from realtime.delivery import deliver

    deliver(message_id)


@app.periodic(cron="* * * * * */5")
@background(queue="messages", name="realtime.sweep_messages", queueing_lock="sweep_messages")
def sweep_messages(timestamp: int) -> None:
    """Try next ways where no receipt came in time; deliver what a lost wake-up left behind."""
    from realtime.delivery import deliver_due, now
    from realtime.receipts import sweep

    sweep(now())
    deliver_due()


@app.periodic(cron="*/30 * * * * *")
@background(queue="messages", name="realtime.poll_messages", queueing_lock="poll_messages")
def poll_messages(timestamp: int) -> None:
    """Ask providers about messages of which nothing was heard."""
    from realtime.delivery import now
    from realtime.receipts import match_left_over, poll

    match_left_over(now())
    poll(now())


@app.periodic(cron="23 * * * *")
@background(queue="sweep", name="realtime.tidy_jobs", queueing_lock="tidy_jobs")
def tidy_jobs(timestamp: int) -> None:
    """Forget jobs whose worker died (the sweeps did their work) and old marks of periodic jobs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL"
        )
        cursor.execute(
            "DELETE FROM procrastinate_periodic_defers "
            "WHERE defer_timestamp < extract(epoch FROM now()) - 86400"
        )


@app.periodic(cron="41 * * * *")
@background(queue="sweep", name="realtime.forget_secrets", queueing_lock="forget_secrets")
def forget_secrets(timestamp: int) -> None:
    """Blank sign-in codes that are no longer valid."""
    from realtime.delivery import now
    from realtime.outbox import forget_secrets

    forget_secrets(at=now())


@app.periodic(cron="13 18 * * *")  # 3:13 in Tokyo
@background(queue="sweep", name="realtime.forget_texts", queueing_lock="forget_texts")
def forget_texts(timestamp: int) -> None:
    """Blank old texts from and to people."""
    from realtime.delivery import now
    from realtime.retention import forget_texts

    forget_texts(at=now())


@app.periodic(cron="* * * * *")
@background(queue="messages", name="realtime.send_canaries", queueing_lock="send_canaries")
def send_canaries(timestamp: int) -> None:
    """Send a message to ourselves on every channel whose turn it is."""
    from realtime.canary import send_due
    from realtime.delivery import now

    send_due(now())
    play_simulated()  # words of the simulated provider whose job was lost


@background(queue="messages", name="realtime.play_simulated")
def play_simulated() -> None:
    """Have the simulated provider say what is due."""
    from realtime.delivery import now
    from realtime.transports.simulated.receipts import play

    play(now())

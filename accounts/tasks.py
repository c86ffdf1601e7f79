"""Background entry points of this app."""

from __future__ import annotations

from procrastinate.contrib.django import app

from realtime.tasks import background


@app.periodic(cron="* * * * * */10")
@background(queue="sweep", name="accounts.seal_audit", queueing_lock="seal_audit")
def seal_audit(timestamp: int) -> None:
    """Number and chain new lines of the audit trail."""
    from accounts.audit import seal

    seal()


@app.periodic(cron="17 * * * *")
@background(queue="sweep", name="accounts.forget_answers", queueing_lock="forget_answers")
def forget_answers(timestamp: int) -> None:
    """Delete answers kept for repeated POSTs once nobody may ask for them again."""
    from accounts.clock import database_now
    from accounts.idempotency import forget_answers

    forget_answers(at=database_now())


@app.periodic(cron="7 3 * * *")
@background(queue="sweep", name="accounts.clear_sessions", queueing_lock="clear_sessions")
def clear_sessions(timestamp: int) -> None:
    """Delete sessions that have run out; Django leaves them in the database."""
    from django.core.management import call_command

    call_command("clearsessions")

"""Background entry points of this app."""

from __future__ import annotations

from procrastinate.contrib.django import app

from realtime.tasks import background


@app.periodic(cron="*/10 * * * * *")
@background(queue="sweep", name="accounts.seal_audit", queueing_lock="seal_audit")
def seal_audit(timestamp: int) -> None:
    """Number and chain new lines of the audit trail."""
    from accounts.audit import seal

    seal()

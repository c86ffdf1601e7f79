"""Background entry points of the demo; an installation in use has none here."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app

from realtime.tasks import background

if settings.DEMO:

    @app.periodic(cron="*/2 * * * *")
    @background(queue="sweep", name="config.stay_ready", queueing_lock="stay_ready")
    def stay_ready(timestamp: int) -> None:
        """Keep the people with a handset on call."""
        from accounts.clock import database_now
        from config.demo.freshen import stay_ready

        stay_ready(database_now())

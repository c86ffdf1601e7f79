"""Background entry points of telephone calls; jobs are wake-ups, the legs hold the truth.

One job minds one leg at once after the commit, the sweep minds all of them again and again. A job
that is lost or comes twice changes nothing but the moment.
"""

from __future__ import annotations

from procrastinate.contrib.django import app

from realtime.tasks import background


@background(queue="messages", name="interpreting.mind_leg", priority=20)
def mind_leg(leg_id: int) -> None:
    """Dial one leg, or hang it up."""
    from interpreting.telephone.dialling import mind

    mind(leg_id)


@app.periodic(cron="* * * * * */5")
@background(queue="messages", name="interpreting.mind_legs", queueing_lock="mind_legs")
def mind_legs(timestamp: int) -> None:
    """See to what lost wake-ups and lost callbacks left behind."""
    from interpreting.telephone.dialling import mind_all

    mind_all()

"""The demo's past where no volunteer could help: the desk calls an operator, or uses a device.

What is wanted now is served at once, everything else when its time has come. Played through the
platform's own actions like the rest of the simulation; not every call gets through.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random

from accounts.errors import ActionError
from accounts.models import User
from dispatch.actions.devices import allow_device, follow_up_draft, needs_yes, use_device
from dispatch.actions.operators import dial, record_connected, record_ended, record_failed
from dispatch.actions.rungs import open_rung
from dispatch.ladder import DEVICE
from dispatch.models import OperatorCall, Request, Urgency
from dispatch.operators import services_for
from dispatch.timing import next_working_start

Plan = Callable[[datetime, Callable[[datetime], None]], None]


class LastRungs:
    """``plan`` lets something happen at an instant; ``follow`` goes on with a request after it;
    ``give_up`` ends a request for which nobody was found."""

    def __init__(
        self,
        by: User,
        random: Random,
        *,
        plan: Plan,
        follow: Callable[[int, datetime], None],
        give_up: Callable[[int, datetime], None],
    ) -> None:
        self.by, self.random = by, random
        self.plan, self.follow, self.give_up = plan, follow, give_up

    def turn_to(self, request: Request, at: datetime) -> None:
        """No volunteer of the own register is to be had: call, now or when it begins."""
        when = at if request.urgency == Urgency.NOW else max(at, request.starts_at)
        self.plan(when, partial(self._call, request.pk))

    def _call(self, request_id: int, at: datetime) -> None:
        request = _still_open(request_id)
        if request is None:
            return
        offers = services_for(request.organization, request.language, at)
        service = next((one.service for one in offers if one.is_open), None)
        if service is None:
            self._use_device(request, at)
            return
        call = dial(request, service, by=self.by, at=at)
        seconds = self.random.uniform(20, 100)
        answered = at + timedelta(seconds=seconds)
        if self.random.random() < 0.1:
            self.plan(answered, partial(self._nobody_answers, call))
            return
        self.plan(answered, partial(self._connected, call))
        length = timedelta(minutes=self.random.uniform(6, 26))
        self.plan(answered + length, partial(self._ended, call))

    def _connected(self, call: OperatorCall, at: datetime) -> None:
        record_connected(call, by=self.by, at=at)

    def _ended(self, call: OperatorCall, at: datetime) -> None:
        record_ended(call, by=self.by, at=at)

    def _nobody_answers(self, call: OperatorCall, at: datetime) -> None:
        record_failed(call, reason="オペレーターが全員通話中", by=self.by, at=at)
        if _still_open(call.request_id):
            self.give_up(call.request_id, at)

    def _use_device(self, request: Request, at: datetime) -> None:
        """At the counter only, with an appointment for a human on the next office day."""
        kinds = [rung["kind"] for rung in request.ladder]
        if DEVICE not in kinds or request.urgency != Urgency.NOW:
            self.give_up(request.pk, at)
            return
        start = next_working_start(at)
        follow_up = follow_up_draft(request, starts_at=start, ends_at=start + timedelta(hours=1))
        try:
            to, seen = kinds.index(DEVICE), request.rung
            request = open_rung(request, to=to, seen=seen, reason="", by=self.by, at=at)
            if needs_yes(request):
                allow_device(request, by=self.by, at=at)
            _, after = use_device(request, follow_up=follow_up, no_follow_up="", by=self.by, at=at)
        except ActionError:
            self.give_up(request.pk, at)
            return
        if after is not None:
            self.follow(after.pk, at)


def _still_open(request_id: int) -> Request | None:
    found = Request.objects.select_related("organization").filter(
        pk=request_id, status=Request.Status.OPEN
    )
    return found.first()

"""Plays past months through the platform's own actions, with a clock that is handed to each.

Everything that happened is an event in one queue, in order of time: a request is taken, the engine
does what is due, a volunteer answers, the coordinator confirms. State is written by actions only,
so the demo holds nothing that the platform would not reach by itself; messages count as delivered
when they were due. What lies after ``until`` does not happen.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from django.db import connection
from django.db.models import F

from accounts.errors import ActionError
from accounts.models import Organization, User
from config.demo.last_rungs import LastRungs
from config.demo.reporting import believable_report
from dispatch import engine
from dispatch.actions import assignments, offers, requests
from dispatch.actions.drafts import Draft
from dispatch.candidates import find_candidates
from dispatch.models import Assignment, Offer, Request, Urgency
from dispatch.policy import decent_hour
from interpreting.actions import confirm_report, submit_report
from interpreting.models import Report
from realtime.models import Message
from volunteers.models import Volunteer

Happening = Callable[[datetime], None]
MEDIAN_REPLY = {"now": 1.5, "today": 9.0, "booked": 25.0}
"""Minutes within which half of those who answer have answered, by urgency."""
EAGERNESS = 1.9
"""People of the demo are a little more willing than the policy expects at first."""
RECENT = timedelta(days=30)
"""Bookings older than that are played without reconfirmations and reminders."""
REASONS = ("予定がある", "予定がある", "遠い", "この分野は難しい", "体調", "")


class Simulation:
    """One association's past, up to the instant ``until`` (UTC)."""

    def __init__(
        self, organization: Organization, coordinator: User, random: Random, until: datetime
    ) -> None:
        self.organization, self.coordinator = organization, coordinator
        self.random, self.until = random, until
        self._queue: list[tuple[datetime, int, Happening]] = []
        self._planned = 0
        self._advances: dict[int, datetime] = {}
        self._asked: set[int] = set()
        self._silent: set[int] = set()
        self._helped: set[int] = set()
        self._reconfirming: set[int] = set()
        self._last_rungs = LastRungs(
            coordinator, random, plan=self.plan, follow=self._follow, give_up=self._give_up
        )

    # ---- the clock

    def plan(self, at: datetime, happens: Happening) -> None:
        """Let something happen at an instant, unless that is still to come."""
        if at <= self.until:
            self._planned += 1
            heapq.heappush(self._queue, (at, self._planned, happens))

    def run(self) -> None:
        """Let everything happen, in order of time."""
        for done in count():
            if not self._queue:
                break
            if done % 500 == 0:
                _measure()
            at, _, happens = heapq.heappop(self._queue)
            happens(at)
        self._deliver(self.until)

    def after(self, at: datetime, minutes: float) -> datetime:
        """So many minutes later."""
        return at + timedelta(minutes=minutes)

    def _deliver(self, at: datetime) -> None:
        """The simulated telephones got what was due."""
        due = Message.objects.of_organization(self.organization.pk).filter(
            state=Message.State.QUEUED, not_before__lte=at
        )
        told = list(due.values_list("pk", "subject_key", "kind"))
        if not told:
            return
        Message.objects.filter(pk__in=[pk for pk, _, _ in told]).update(
            state=Message.State.DELIVERED,
            attempts=1,
            provider_id="sim",
            sent_at=F("not_before"),
            delivered_at=F("not_before") + timedelta(seconds=4),
        )
        for _, key, kind in told:
            if kind.startswith("offer") and key.startswith("offer:"):
                offers.mark_sent(int(key.removeprefix("offer:")), at=at)

    # ---- a request

    def ask(self, draft: Draft, at: datetime, *, silent: bool = False) -> None:
        """A request is taken at ``at``; with ``silent`` nobody answers and nobody helps out."""

        def take(now: datetime) -> None:
            taken = requests.open_request(self.organization, draft, by=self.coordinator, at=now)
            if silent:
                self._silent.add(taken.pk)
            elif self.random.random() < 0.04:
                share = self.random.uniform(0.3, 0.95)
                when = _office_hours(now + (taken.starts_at - now) * share)
                self.plan(when, partial(self._call_off, taken))
            self._follow(taken.pk, now)

        self.plan(at, take)

    def book(
        self, draft: Draft, person: Volunteer, at: datetime, *, then: Callable[[Assignment], None]
    ) -> None:
        """Somebody who agreed by telephone is booked at ``at``; ``then`` plays what follows."""

        def take(now: datetime) -> None:
            taken = requests.open_request(self.organization, draft, by=self.coordinator, at=now)
            try:
                made = offers.assign_directly(taken, person, by=self.coordinator, at=now)
            except ActionError:
                pass  # booked elsewhere: the request goes its way
            else:
                self._reconfirming.add(made.pk)
                then(made)
            self._follow(taken.pk, now)

        self.plan(at, take)

    def _follow(self, request_id: int, now: datetime) -> None:
        """Plan what comes next, after anything happened to a request."""
        request = Request.objects.get(pk=request_id)
        due = request.next_action_at
        if request.status == Request.Status.OPEN and request.pk not in self._silent:
            self._plan_answers(request, now)
            if request.next_action == Request.NextAction.DESK:
                self._plan_help(request, now)
                return  # no reminders: the coordinator is on it
        if request.status == Request.Status.FILLED and self._long_ago(request):
            return  # what is over finishes with its report; the reminders of then interest nobody
        if request.next_action == Request.NextAction.RECONFIRM:
            self._plan_reconfirmations(request_id, now)
        if due and self._advances.get(request.pk) != due:
            self._advances[request.pk] = due
            self.plan(max(due, now), partial(self._advance, request_id, due))

    def _advance(self, request_id: int, due: datetime, at: datetime) -> None:
        if self._advances.get(request_id) != due:
            return  # something happened meanwhile, and another time was planned
        engine.advance(request_id, at)
        self._follow(request_id, at)

    def _long_ago(self, request: Request) -> bool:
        return request.ends_at < self.until - RECENT

    def _plan_answers(self, request: Request, now: datetime) -> None:
        fresh = list(request.offers.open().exclude(pk__in=self._asked))
        if fresh:
            self.plan(self._decent(request, self.after(now, 0.6)), self._deliver)
        for offer in fresh:
            self._asked.add(offer.pk)
            if self.random.random() < 0.12:
                continue
            minutes = MEDIAN_REPLY[request.urgency] * self.random.lognormvariate(0, 0.9)
            at = self.after(self._decent(request, self.after(now, 0.6)), minutes)
            yes = self.random.random() < min(offer.chance * EAGERNESS, 0.92)
            self.plan(at, partial(self._answer, offer, yes))

    def _decent(self, request: Request, at: datetime) -> datetime:
        """When the message of an offer arrives."""
        if request.urgency != Urgency.BOOKED:
            return at
        return decent_hour(at, self.organization.quiet_from, self.organization.quiet_to)

    def _answer(self, offer: Offer, yes: bool, at: datetime) -> None:
        still_open = Offer.objects.open().filter(pk=offer.pk).exists()
        if not still_open and self.random.random() < 0.8:
            return  # heard that it is taken, and leaves it at that
        via = "phone" if offer.volunteer.channel == "hand" else "web"
        by, label = (self.coordinator, self.coordinator.name) if via == "phone" else (None, "")
        if at > self.until - timedelta(days=2) and via == "web":
            offers.mark_seen(offer, at=self.after(at, -0.4))
        try:
            if yes:
                answer = offers.accept_offer(offer, via=via, at=at, by=by, label=label)
                if answer.assignment is not None and answer.outcome == "yours":
                    self._booked(answer.assignment)
            else:
                reason = self.random.choice(REASONS)
                offers.decline_offer(offer, via=via, at=at, by=by, label=label, reason=reason)
        except ActionError:
            return  # booked elsewhere meanwhile: the offer runs out
        self._follow(offer.request_id, at)

    def _plan_help(self, request: Request, now: datetime) -> None:
        """On a rung of the desk's the coordinator telephones, once."""
        if request.pk in self._helped:
            return
        self._helped.add(request.pk)
        minutes = self.random.uniform(2, 20)
        self.plan(self.after(now, minutes), partial(self._help_out, request.pk))

    def _help_out(self, request_id: int, at: datetime) -> None:
        """Somebody agrees on the telephone, else the ladder's last rungs have to do."""
        request = Request.objects.select_related("organization").get(pk=request_id)
        if request.status != Request.Status.OPEN:
            return
        able = find_candidates(request, at=at, limit=3, skip_asked=False).candidates
        if able and self.random.random() < 0.7:
            chosen = self.organization.volunteers.get(pk=self.random.choice(able).volunteer_id)
            try:
                made = offers.assign_directly(request, chosen, by=self.coordinator, at=at)
            except ActionError:
                pass  # booked elsewhere: the desk goes on
            else:
                self._booked(made)
                self._follow(request_id, at)
                return
        self._last_rungs.turn_to(request, at)

    def _give_up(self, request_id: int, at: datetime) -> None:
        request = Request.objects.get(pk=request_id)
        reason = "引き受けられる人も外部通訳も見つからなかった"
        requests.close_unmet(request, reason=reason, by=self.coordinator, at=at)

    def _call_off(self, request: Request, at: datetime) -> None:
        who, why = self.random.choice(
            (("resident", "相談者の都合"), ("body", "日程の変更"), ("resident", "体調不良"))
        )
        try:
            requests.cancel_request(
                request, cancelled_by=who, reason=why, by=self.coordinator, at=at
            )
        except ActionError:
            return  # over already

    # ---- a booking

    def _booked(self, assignment: Assignment) -> None:
        request = assignment.request
        if self.random.random() < 0.02:
            before = request.starts_at - timedelta(hours=self.random.uniform(3, 30))
            self.plan(_office_hours(before), partial(self._give_back, assignment))
        if request.starts_at > self.until - timedelta(hours=3):
            self.plan(request.starts_at, partial(self._begin, assignment))
        hours = self.random.choice((0.75, 0.75, 1, 2, 3, 20, 28))
        self.plan(request.ends_at + timedelta(hours=hours), partial(self._report, assignment))

    def _plan_reconfirmations(self, request_id: int, now: datetime) -> None:
        waiting = Assignment.objects.filter(
            request=request_id,
            state=Assignment.State.CONFIRMED,
            reconfirm_asked_at__isnull=False,
        ).exclude(pk__in=self._reconfirming)
        for assignment in waiting:
            self._reconfirming.add(assignment.pk)
            if self.random.random() < 0.93:
                minutes = self.random.uniform(4, 200)
                self.plan(self.after(now, minutes), partial(self._reconfirm, assignment))

    def _reconfirm(self, assignment: Assignment, at: datetime) -> None:
        try:
            assignments.reconfirm(assignment, at=at)
        except ActionError:
            return
        self._follow(assignment.request_id, at)

    def _give_back(self, assignment: Assignment, at: datetime) -> None:
        try:
            assignments.give_back(assignment, reason="体調不良", at=at)
        except ActionError:
            return
        self._follow(assignment.request_id, at)

    def _begin(self, assignment: Assignment, at: datetime) -> None:
        try:
            assignments.start(assignment, at=at)
        except ActionError:
            return

    def _report(self, assignment: Assignment, at: datetime) -> None:
        draft = believable_report(assignment, self.random)
        try:
            report = submit_report(assignment, draft, via=Report.Via.VOLUNTEER, by=None, at=at)
        except ActionError:
            return  # given back or called off
        hours = self.random.uniform(2, 40)
        self.plan(
            _office_hours(at + timedelta(hours=hours)),
            partial(self._confirm, report),
        )

    def _confirm(self, report: Report, at: datetime) -> None:
        confirm_report(report, by=self.coordinator, at=at)


def _office_hours(at: datetime) -> datetime:
    """The instant itself between 9:00 and 17:00, else the next morning."""
    return decent_hour(at, 17 * 60, 9 * 60)


def _measure() -> None:
    """Let PostgreSQL know the rows that one long transaction has written so far.

    Its own housekeeping would find none of them, and then reads whole tables for each row.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE volunteers_volunteer, dispatch_request, dispatch_offer, dispatch_assignment,"
            " interpreting_report, honoraria_honorarium, realtime_message"
        )

"""How the demo's people are reached: further ways, quiet hours, what arrived and what did not.

Jobs of this hour and texts from handsets are played through the product's own actions. What became
of some messages of the last days is written over afterwards: the simulation lets everything arrive,
and a desk that never sees a failure learns nothing about its page of deliveries.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from accounts.models import Organization
from accounts.times import instant, local
from config.demo import town
from config.demo.needs import Asker
from config.demo.people import PERSONAS
from config.demo.simulation import Simulation
from dispatch.actions import assignments
from dispatch.actions.feeds import renew_feed
from dispatch.models import Assignment, Mode
from realtime import inbox
from realtime.costs import day_of
from realtime.models import DailyCost, Message
from volunteers.models import Volunteer, VolunteerQuerySet

DAILY_CAP = 20_000
"""Yen; ten times what the demo spends on a busy day."""
UNCLEAR = "その日は難しいですが、午後3時からなら行けます。"
STOP = "配信停止"
ON_THE_WAY, ARRIVED, SILENT = 118, 91, 154
"""Numbers of the personas whose jobs are near (see `config.demo.people`)."""
WRITER = 63
SMS_YEN = 12
State, Channel = Message.State, Message.Channel


def plan_nearby(simulation: Simulation, at: datetime) -> None:
    """Jobs of this hour in office hours, and a booked person who does not answer the question."""
    asker = Asker(simulation.organization, town.SPOTS, Random(at.toordinal()))  # noqa: S311
    now = local(at)
    if 8 <= now.hour < 19:
        for number, minutes in ((ON_THE_WAY, 25), (ARRIVED, 5)):
            _plan_job(simulation, asker, number, _on_the_tens(at + timedelta(minutes=minutes)))
    day = now.date() + timedelta(days=now.hour >= 15)
    later = instant(day, 10 * 60) if now.hour >= 15 or now.hour < 7 else at + timedelta(hours=3)
    _plan_job(simulation, asker, SILENT, _on_the_tens(later))


def plan_texts(simulation: Simulation, at: datetime) -> None:
    """One person wants no SMS any more, another writes what no program should understand."""
    people = Volunteer.objects.of(simulation.organization)
    writer = people.get(number=WRITER)
    able = _ordinary(simulation.organization).filter(channel=Channel.SMS).exclude(email="")
    tired = able.first()
    texts = [("seed-unclear", writer, UNCLEAR, timedelta(minutes=25))]
    if tired is not None:
        Volunteer.objects.filter(pk=tired.pk).update(other_channels=[Channel.EMAIL])
        texts.append(("seed-stop", tired, STOP, timedelta(hours=5)))
    for key, person, text, ago in texts:

        def send(
            now: datetime, key: str = key, address: str = person.mobile, text: str = text
        ) -> None:
            inbox.receive(Channel.SMS, key, address, text, now)

        simulation.plan(at - ago, send)


def prepare(city: Organization, at: datetime) -> None:
    """After the past was played: ways, an idle number, calendars, costs, and what did not arrive."""
    city.daily_cost_cap = DAILY_CAP
    city.save(update_fields=["daily_cost_cap"])
    _give_ways(city)
    _let_one_rest(city, at)
    renew_feed(Volunteer.objects.of(city).get(number=PERSONAS[0].number), by=None, at=at)
    desk = city.desks.first()
    if desk is not None:
        renew_feed(desk, by=None, at=at)
    _spoil_some(city, at)
    _charge(city, at)


def _plan_job(simulation: Simulation, asker: Asker, number: int, starts_at: datetime) -> None:
    """A booking of some days ago by telephone; who is near sets out and arrives."""
    persona = next(one for one in PERSONAS if one.number == number)
    draft = replace(
        asker.booked(local(starts_at).date(), language=persona.skills[0].language),
        mode=Mode.ACCOMPANY,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        wishes=(),
        seats=1,
    )
    person = Volunteer.objects.of(simulation.organization).get(number=number)

    def come(booked: Assignment) -> None:
        if number == SILENT:
            return
        simulation.plan(starts_at - timedelta(minutes=45), lambda now: _set_out(booked, now))
        if number == ARRIVED:
            simulation.plan(starts_at - timedelta(minutes=12), lambda now: _arrive(booked, now))

    simulation.book(draft, person, starts_at - timedelta(days=6), then=come)


def _set_out(booked: Assignment, at: datetime) -> None:
    assignments.set_out(booked, at=at, label=booked.volunteer.name)


def _arrive(booked: Assignment, at: datetime) -> None:
    assignments.arrive(booked, at=at, label=booked.volunteer.name)


def _on_the_tens(at: datetime) -> datetime:
    """The next full ten minutes."""
    whole = at.replace(minute=at.minute // 10 * 10, second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=10)


def _give_ways(city: Organization) -> None:
    """Two or three ways for many, LINE for some, quiet hours of their own for a few."""
    people = list(Volunteer.objects.of(city).order_by("number"))
    named = {persona.number for persona in PERSONAS}
    for person in people:
        first = person.channel
        ways: list[str] = []
        if first == Channel.SMS and person.number % 17 == 5 and person.number not in named:
            person.channel, person.line_id = Channel.LINE, f"U{person.number:032x}"
            ways.append(Channel.SMS)
        if first != Channel.EMAIL and person.email:
            ways.append(Channel.EMAIL)
        if first == Channel.EMAIL and person.mobile and person.number % 2:
            ways.append(Channel.SMS)
        if person.phone and person.number % 4 == 0:
            ways.append(Channel.VOICE)
        if first == Channel.HAND and Channel.VOICE in ways:
            person.channel = Channel.VOICE
            ways.remove(Channel.VOICE)
        person.other_channels = ways
        if person.number % 11 == 4 and person.number not in named:
            person.quiet_from, person.quiet_to = 20 * 60, 9 * 60
    Volunteer.objects.bulk_update(
        people, ["channel", "other_channels", "line_id", "quiet_from", "quiet_to"], batch_size=200
    )


def _ordinary(city: Organization) -> VolunteerQuerySet:
    """People with a mobile phone who are not on the wall of handsets."""
    named = [persona.number for persona in PERSONAS]
    active = Volunteer.objects.of(city).filter(status=Volunteer.Status.ACTIVE)
    return active.exclude(number__in=named).exclude(mobile="").order_by("number")


def _let_one_rest(city: Organization, at: datetime) -> None:
    """A number from which nothing was heard for a year: it is asked who it is."""
    booked = Assignment.objects.filter(request__organization=city).values("volunteer")
    found = _ordinary(city).exclude(pk__in=booked).filter(sms_stopped_at=None).last()
    if found is not None:
        long_ago = at - timedelta(days=400)
        Volunteer.objects.filter(pk=found.pk).update(created_at=long_ago, last_seen_at=long_ago)


def _spoil_some(city: Organization, at: datetime) -> None:
    """Of the last days' SMS some failed and went on by e-mail, one reached nobody, one is unknown."""
    addresses = dict(Volunteer.objects.of(city).exclude(email="").values_list("pk", "email"))
    sent = Message.objects.of_organization(city.pk).filter(
        channel=Channel.SMS, state=State.DELIVERED, sent_at__gt=at - timedelta(days=7)
    )
    news = sent.filter(kind__in=["filled", "booked", "reconfirm", "report"]).order_by("-sent_at")
    tries = list(news[:60])
    with_email = [one for one in tries if _pk_of(one) in addresses]
    for error, one in zip(("30003", "30003", "30005", "30008"), with_email, strict=False):
        _goes_on_by_email(one, addresses[_pk_of(one)], error)
    left = [one for one in tries if one.state == State.DELIVERED]
    for one in left[:1]:
        _overwrite(one, state=State.FAILED, error="30006", provider_status="undelivered")
    for one in left[1:3]:
        _overwrite(one, state=State.SENT, provider_status="sent")


def _goes_on_by_email(failed: Message, address: str, error: str) -> None:
    _overwrite(failed, state=State.FAILED, error=error, provider_status="undelivered")
    sent_at = (failed.sent_at or failed.not_before) + timedelta(seconds=20)
    Message.objects.create(
        organization_id=failed.organization_id,
        recipient=failed.recipient,
        kind=failed.kind,
        subject_key=failed.subject_key,
        channel=Channel.EMAIL,
        address=address,
        language=failed.language,
        subject="通訳のお知らせ",
        body=failed.body,
        simulated=True,
        dedupe_key=f"{failed.dedupe_key}~email",
        state=State.DELIVERED,
        not_before=sent_at,
        attempts=1,
        provider_id="sim",
        created_at=sent_at,
        sent_at=sent_at,
        delivered_at=sent_at + timedelta(seconds=3),
        previous=failed,
    )


def _overwrite(message: Message, *, state: str, error: str = "", provider_status: str) -> None:
    message.state, message.error, message.provider_status = state, error, provider_status
    message.delivered_at, message.further = None, []
    message.save(update_fields=["state", "error", "provider_status", "delivered_at", "further"])


def _pk_of(message: Message) -> int:
    return int(message.recipient.removeprefix("volunteer:") or 0)


def _charge(city: Organization, at: datetime) -> None:
    """What the SMS of today have cost."""
    day = day_of(at)
    today = Message.objects.of_organization(city.pk).filter(
        channel=Channel.SMS, sent_at__gte=instant(day, 0), sent_at__lt=at
    )
    count = today.update(segments=2, cost_yen=2 * SMS_YEN)
    DailyCost.objects.create(organization_id=city.pk, day=day, yen=count * 2 * SMS_YEN)

"""Rows for tests, each valid by itself: ``VolunteerFactory(skills=["vi", ("en", 2, 2)])``.

Everything hangs on one organization: pass ``organization=`` to the outermost factory and the rows
below follow it. Instants are relative to ``NOW`` (2026-11-24 10:00 in Tokyo, a Tuesday after a
public holiday), never to the clock of the machine.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from factory.django import DjangoModelFactory

from accounts.models import Membership, Organization, Role, User
from dispatch.ladder import ladder_for
from dispatch.models import (
    Assignment,
    Desk,
    Offer,
    Operator,
    OperatorService,
    Place,
    Request,
    RequestingBody,
    Requirement,
    SharingAgreement,
    Shift,
    Wave,
)
from dispatch.policy import DEFAULT
from honoraria.models import BankAccount, Honorarium, Tariff, TariffVersion
from interpreting.models import Report
from realtime.models import Inbound, Message
from volunteers.models import (
    Area,
    AvailabilityRule,
    FieldSkill,
    LanguageSkill,
    Registration,
    Volunteer,
)

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 10:00 in Tokyo
TODAY = date(2026, 11, 24)
PASSWORD = "kawa-to-hashi-to-machi"
BRACKETS = {
    "role": "payout",
    "fee": {
        "kind": "brackets",
        "rows": [
            {"from": 0, "to": 120, "end": "<", "amount": 3000},
            {"from": 120, "to": None, "amount": 5000},
        ],
    },
    "transport": {"kind": "actual_capped", "cap": 2000},
    "waiting": "not_counted",
}


class OrganizationFactory(DjangoModelFactory):
    """A city's association without quiet hours, because tests run at any hour of the day."""

    class Meta:
        model = Organization

    slug = factory.Sequence(lambda n: f"kyokai-{n}")
    name = factory.Sequence(lambda n: f"第{n}国際交流協会")
    lat, lon = 35.7023, 139.5803
    quiet_from, quiet_to = 0, 0


class UserFactory(DjangoModelFactory):
    """A person with the password ``PASSWORD``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.jp")
    name = factory.Sequence(lambda n: f"担当 {n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        kwargs.setdefault("password", PASSWORD)
        return model_class.objects.create_user(*args, **kwargs)


class MembershipFactory(DjangoModelFactory):
    """A role in an organization; a coordinator unless said otherwise."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)
    role = Role.COORDINATOR


class AreaFactory(DjangoModelFactory):
    """A named part of town."""

    class Meta:
        model = Area

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"{n}丁目")


class VolunteerFactory(DjangoModelFactory):
    """Somebody who may be asked: Vietnamese both ways, always free, term valid.

    Always, because many tests ask for somebody "now" and run at any hour of the day.

    ``skills``: list of tags or ``(tag, to_japanese, from_japanese)``; ``fields``: list of codes or
    ``(code, qualified)``; ``rules``: list of ``(weekday, from_minute, to_minute)``;
    ``registration``: ``(starts_on, ends_on, pledged_on)`` or False for none.
    """

    class Meta:
        model = Volunteer
        skip_postgeneration_save = True

    organization = factory.SubFactory(OrganizationFactory)
    number = factory.Sequence(lambda n: 1000 + n)
    name = factory.Sequence(lambda n: f"通訳 花子{n}")
    kana = "ツウヤク ハナコ"
    mobile = factory.Sequence(lambda n: f"+8190{n:08d}")
    lat, lon = 35.7050, 139.5750
    reach_minutes = 60

    @factory.post_generation
    def skills(self: Any, create: bool, extracted: list[Any] | None, **_: Any) -> None:
        for skill in ["vi"] if extracted is None else extracted:
            tag, to_ja, from_ja = (skill, 3, 3) if isinstance(skill, str) else skill
            LanguageSkill.objects.create(
                volunteer=self, language=tag, to_japanese=to_ja, from_japanese=from_ja
            )

    @factory.post_generation
    def fields(self: Any, create: bool, extracted: list[Any] | None, **_: Any) -> None:
        for entry in ["medical", "administrative"] if extracted is None else extracted:
            code, qualified = (entry, False) if isinstance(entry, str) else entry
            FieldSkill.objects.create(volunteer=self, field=code, qualified=qualified)

    @factory.post_generation
    def rules(self: Any, create: bool, extracted: list[Any] | None, **_: Any) -> None:
        every_day = [(weekday, 0, 24 * 60) for weekday in range(8)]
        for weekday, start, end in every_day if extracted is None else extracted:
            AvailabilityRule.objects.create(
                volunteer=self, weekday=weekday, from_minute=start, to_minute=end
            )

    @factory.post_generation
    def registration(self: Any, create: bool, extracted: Any, **_: Any) -> None:
        if extracted is False:
            return
        starts, ends, pledged = extracted or (
            date(2026, 4, 1),
            date(2027, 3, 31),
            date(2026, 4, 1),
        )
        Registration.objects.create(
            volunteer=self,
            starts_on=starts,
            ends_on=ends,
            pledged_on=pledged,
            pledge_version="2026-04",
        )


class DeskFactory(DjangoModelFactory):
    """A consultation desk."""

    class Meta:
        model = Desk

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"相談窓口{n}")
    lat, lon = 35.7023, 139.5803


class ShiftFactory(DjangoModelFactory):
    """Somebody sits at a desk on Tuesdays from 10:00 to 16:00."""

    class Meta:
        model = Shift

    desk = factory.SubFactory(DeskFactory)
    volunteer = factory.SubFactory(
        VolunteerFactory, organization=factory.SelfAttribute("..desk.organization")
    )
    weekday, from_minute, to_minute = 1, 600, 960


class OperatorFactory(DjangoModelFactory):
    """An interpreting company under contract, without services yet."""

    class Meta:
        model = Operator

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"第{n}通訳センター")
    phone = "+81312345678"
    pin = "4711"


class OperatorServiceFactory(DjangoModelFactory):
    """Every language at any hour for 80 yen a minute."""

    class Meta:
        model = OperatorService

    operator = factory.SubFactory(OperatorFactory)
    yen_per_minute = 80


class SharingAgreementFactory(DjangoModelFactory):
    """Volunteers of ``lender`` may be asked for requests of ``borrower``."""

    class Meta:
        model = SharingAgreement

    borrower = factory.SubFactory(OrganizationFactory)
    lender = factory.SubFactory(OrganizationFactory)
    state = SharingAgreement.State.AGREED
    proposed_at = NOW
    agreed_at = NOW


class PlaceFactory(DjangoModelFactory):
    """A hospital that interpreters go to."""

    class Meta:
        model = Place

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"市立病院{n}")
    address = "本町1-2-3"
    lat, lon = 35.7100, 139.5700


class RequestingBodyFactory(DjangoModelFactory):
    """A school that asks."""

    class Meta:
        model = RequestingBody

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"第{n}小学校")


class RequestFactory(DjangoModelFactory):
    """A booked job the day after tomorrow, 14:00-15:30 in Tokyo, open and waiting for a wave."""

    class Meta:
        model = Request

    organization = factory.SubFactory(OrganizationFactory)
    # far from those that a new organization gives its own
    number = factory.Sequence(lambda n: f"R8-{50_000 + n:05d}")
    language = "vi"
    mode = "accompany"
    urgency = "booked"
    field = "medical"
    starts_at = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
    ends_at = factory.LazyAttribute(lambda r: r.starts_at + timedelta(minutes=90))
    place_name = "市立病院"
    place_address = "本町1-2-3"
    place_lat, place_lon = 35.7100, 139.5700
    note = "内科の初診。"
    resident_name = "グエン・ヴァン・A"
    policy = factory.LazyAttribute(
        lambda r: (
            deepcopy(DEFAULT)
            | {"quiet": {"from": r.organization.quiet_from, "to": r.organization.quiet_to}}
        )
    )
    ladder = factory.LazyAttribute(lambda r: ladder_for(DEFAULT, "later", r.mode))
    next_action = "wave"
    next_action_at = NOW
    opened_at = NOW
    search_since = NOW - timedelta(days=30)

    @classmethod
    def _create(cls, model_class: type[Request], *args: Any, **kwargs: Any) -> Request:
        if kwargs.get("status", "open") != "open":
            kwargs.setdefault("closed_at", kwargs["opened_at"])
            if kwargs["next_action"] == "wave":
                kwargs["next_action"], kwargs["next_action_at"] = "", None
        return super()._create(model_class, *args, **kwargs)


class RequirementFactory(DjangoModelFactory):
    """A hard wish for a woman."""

    class Meta:
        model = Requirement

    request = factory.SubFactory(RequestFactory)
    kind, hard, value = "gender", True, "female"


class WaveFactory(DjangoModelFactory):
    """A first wave of offers."""

    class Meta:
        model = Wave

    request = factory.SubFactory(RequestFactory)
    number = factory.LazyAttribute(lambda w: w.request.waves.count() + 1)
    at = NOW
    reason = "1席に2人"


class OfferFactory(DjangoModelFactory):
    """A sent offer that can be answered for two hours."""

    class Meta:
        model = Offer

    request = factory.SubFactory(RequestFactory)
    volunteer = factory.SubFactory(
        VolunteerFactory, organization=factory.SelfAttribute("..request.organization")
    )
    state = Offer.State.SENT
    created_at = NOW
    sent_at = NOW
    expires_at = NOW + timedelta(hours=2)


class AssignmentFactory(DjangoModelFactory):
    """Somebody holds seat 1; the request is filled."""

    class Meta:
        model = Assignment

    request = factory.SubFactory(RequestFactory, status="filled")
    volunteer = factory.SubFactory(
        VolunteerFactory, organization=factory.SelfAttribute("..request.organization")
    )
    period = factory.LazyAttribute(
        lambda a: DateTimeTZRange(a.request.starts_at, a.request.ends_at)
    )
    created_at = NOW


class MessageFactory(DjangoModelFactory):
    """A message that nobody can be sent: on the call list of ``organization_id``."""

    class Meta:
        model = Message

    kind = "booking_cancelled"
    channel = Message.Channel.HAND
    state = Message.State.BY_HAND
    body = "通訳は取消しになりました。"
    dedupe_key = factory.Sequence(lambda n: f"message:{n}")
    not_before = NOW
    created_at = NOW


class InboundFactory(DjangoModelFactory):
    """A text from a telephone, as it came."""

    class Meta:
        model = Inbound

    channel = "sms"
    provider_id = factory.Sequence(lambda n: f"SM-in-{n}")
    address = "+819012345678"
    body = "2時間後なら行けます"
    received_at = NOW


class ReportFactory(DjangoModelFactory):
    """A report handed in by the volunteer for a job that went as planned."""

    class Meta:
        model = Report

    assignment = factory.SubFactory(AssignmentFactory, state="finished")
    started_at = factory.SelfAttribute("assignment.request.starts_at")
    ended_at = factory.SelfAttribute("assignment.request.ends_at")
    transport = "train_bus"
    transport_yen = 460
    outcome = "done"
    submitted_via = "volunteer"
    submitted_at = factory.LazyAttribute(lambda r: r.ended_at + timedelta(hours=1))


class TariffFactory(DjangoModelFactory):
    """A tariff that applies to every mode."""

    class Meta:
        model = Tariff

    organization = factory.SubFactory(OrganizationFactory)
    code = factory.Sequence(lambda n: f"tariff-{n}")
    name = factory.Sequence(lambda n: f"通訳謝礼{n}")


class TariffVersionFactory(DjangoModelFactory):
    """3,000 yen under two hours, 5,000 yen from there on; transport as paid, up to 2,000 yen."""

    class Meta:
        model = TariffVersion

    tariff = factory.SubFactory(TariffFactory)
    valid_from = date(2026, 4, 1)
    rules = factory.LazyFunction(lambda: BRACKETS)


class HonorariumFactory(DjangoModelFactory):
    """A priced entry that waits for approval; organization and volunteer follow the report."""

    class Meta:
        model = Honorarium

    report = factory.SubFactory(ReportFactory, state="confirmed", confirmed_at=NOW)
    assignment = factory.SelfAttribute("report.assignment")
    organization = factory.SelfAttribute("assignment.request.organization")
    volunteer = factory.SelfAttribute("assignment.volunteer")
    tariff_version = factory.SubFactory(
        TariffVersionFactory, tariff__organization=factory.SelfAttribute("...organization")
    )
    tariff_name = factory.SelfAttribute("tariff_version.tariff.name")
    activity_date = date(2026, 11, 26)
    booked_on = factory.SelfAttribute("activity_date")
    minutes = 90
    fee = 3000
    transport = 460
    total = factory.LazyAttribute(lambda h: h.fee + h.transport)
    created_at = NOW


class BankAccountFactory(DjangoModelFactory):
    """A checked account at a branch that exists, in the name of ヤマダ ハナ."""

    class Meta:
        model = BankAccount

    volunteer = factory.SubFactory(VolunteerFactory)
    state = "checked"
    bank_code = "0169"
    branch_code = "001"
    kind = "1"
    number = "1234567"
    tail = factory.LazyAttribute(lambda a: a.number[-3:])
    holder = "ﾔﾏﾀﾞ ﾊﾅ"
    entered_at = NOW
    checked_at = factory.LazyAttribute(lambda a: NOW if a.state == "checked" else None)

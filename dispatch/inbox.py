"""Whom a text from a telephone came from, and which offer it speaks of. Reads only.

One number may belong to two people of a family, or to one person in the registers of two towns:
codes tell the offers apart, and a bare yes counts only if there is one question it can answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from accounts.models import Organization
from dispatch.inbound import parse
from dispatch.models import Assignment, Offer
from dispatch.models.offers import OfferQuerySet
from dispatch.neighbours import hidden_name, is_lent
from dispatch.offer_codes import KEPT_FOR
from realtime.models import Inbound, Message
from volunteers.models import Volunteer

REMEMBERED = timedelta(days=30)
"""How long a message that we sent says whom its address belongs to."""
SHOWN_FOR = timedelta(days=7)
STOPPED_THERE: Final = "stopped_there"
"""Understood as a word that the provider of SMS obeys: only its own START brings messages back."""
MOST_SHOWN = 100
REASONS: Final = {
    "empty": "文字がありません",
    "long": "長い文章です",
    "words": "自動では判断できない文章です",
    "broken": "自動で処理できませんでした",
    "both": "「はい」と「いいえ」の両方があります",
    "which": "どの打診への返事か分かりません",
    "nothing": "返事を待っている打診がありません",
    "code": "その番号の打診はありません",
    "stranger": "登録のない番号です",
    "idle": "長く連絡のなかった番号からの「はい」です。ご本人か確かめてください",
    "held": "決定済みの派遣に「いいえ」と返事がありました",
    "not_valid": "登録期間または誓約の手続きが必要です",
    "wrong_state": "内容が変わったため記録できませんでした",
    "yours": "派遣が決まりました",
    "standby": "決定後の承諾（控え）",
    "too_late": "間に合わなかったと伝えました",
    "cancelled": "取消し済みと伝えました",
    "newer": "新しい打診を伝えました",
    "declined": "辞退を記録しました",
    "closed": "返事は不要と伝えました",
    "overlap": "同じ時間帯に別の派遣があると伝えました",
    "reconfirmed": "前日の確認を記録しました",
    "stopped": "SMSを停止しました",
    "stopped_there": "SMSを停止しました（「STOP」）",
    "started": "SMSを再開しました",
    "start_there": "「STOP」で停止した方です。本人が「START」と返信するまで、SMSは届きません",
    "line_stopped": "LINEを停止しました",
    "line_started": "LINEを再開しました",
    "desk": "職員が対応しました",
    "no_way": "停止の希望により、自動で連絡する方法がなくなりました",
    "stop": "停止の希望です",
    "prove": "登録番号の確認をお願いしました",
    "page": "本人の画面からの届け出です",
}


def senders(channel: str, address: str) -> list[Volunteer]:
    """Who may have written: everybody with the number, or the LINE account, who has not left."""
    column = "line_id" if channel == Message.Channel.LINE else "mobile"
    found = Volunteer.objects.filter(**{column: address}).select_related("organization")
    people = list(found.order_by("pk")[:50]) if address else []
    return [one for one in people if one.status != Volunteer.Status.WITHDRAWN] or people


def last_told(channel: str, address: str, at: datetime) -> Message | None:
    """What we last sent to the address on this channel."""
    sent = Message.objects.filter(
        channel=channel, address=address, sent_at__gt=at - REMEMBERED, organization_id__gt=0
    )
    return sent.exclude(recipient__startswith="canary").order_by("-sent_at", "-pk").first()


def is_stopped_there(channel: str, address: str) -> bool:
    """Whether the provider delivers nothing to the address, because of a word of its own."""
    words = Q(understood_as__startswith=STOPPED_THERE) | Q(understood_as="started")
    rows = Inbound.objects.filter(words, channel=channel, address=address)
    last = rows.order_by("-received_at", "-pk").first()
    return last is not None and last.understood_as.startswith(STOPPED_THERE)


def by_code(people: Sequence[Volunteer], code: str) -> Offer | None:
    """The offer with the code: the open one, else the latest; None if unknown or not just one."""
    rows = list(_offers(people).filter(code=code).order_by("-pk")[:10])
    opened = [one for one in rows if one.is_open]
    if len(opened) > 1:
        return None
    return next(iter(opened or rows), None)


def open_offers(people: Sequence[Volunteer]) -> list[Offer]:
    """What these people are asked now, the oldest question first."""
    return list(_offers(people).open().order_by("pk"))


def closed_lately(people: Sequence[Volunteer], at: datetime) -> list[Offer]:
    """Offers that were made in the last two days and wait for no answer any more."""
    rows = _offers(people).filter(created_at__gt=at - KEPT_FOR)
    return [one for one in rows.order_by("pk") if not one.is_open]


def may_be_meant(offer: Offer, yes: bool) -> bool:
    """Whether a yes or no without a code can still speak of a closed offer: said again, or too late.

    It never turns an earlier answer, or silence, into another one: «はい、すみません» after a no is
    politeness. Whoever has changed their mind says so with the code, or to the desk.
    """
    states = Offer.State
    if yes:
        return offer.state in {states.ACCEPTED, states.WITHDRAWN}
    return offer.state in {states.ACCEPTED, states.DECLINED}


def awaiting_reconfirmation(people: Sequence[Volunteer], at: datetime) -> list[Assignment]:
    """Bookings for which these people were asked whether they will come, and have not said."""
    found = Assignment.objects.filter(
        volunteer__in=[one.pk for one in people],
        state=Assignment.State.CONFIRMED,
        reconfirm_asked_at__isnull=False,
        request__starts_at__gt=at,
    )
    return list(found.select_related("request__organization", "volunteer__organization"))


def _offers(people: Sequence[Volunteer]) -> OfferQuerySet:
    found = Offer.objects.filter(volunteer__in=[one.pk for one in people])
    return found.select_related("request__organization", "volunteer__organization")


def people_of(inbound: Inbound) -> set[int]:
    """Ids of everybody whose answer a text may be."""
    return {one.pk for one in senders(inbound.channel, inbound.address)} | ({_key(inbound)} - {0})


def codes_of_stranger(inbound: Inbound) -> set[str]:
    """Codes of offers in a text from a number that nobody in the register has."""
    meaning = None if _key(inbound) else parse(inbound.body)
    return {one.code for one in meaning if one.code} if isinstance(meaning, tuple) else set()


def may_be_about(inbound: Inbound, offer: Offer) -> bool:
    """Whether the desk may record a text as the answer to an offer, having asked who wrote it."""
    return offer.volunteer_id in people_of(inbound) or _has_code_of(inbound, offer)


def _has_code_of(inbound: Inbound, offer: Offer) -> bool:
    """A stranger has written the code of an open offer to somebody on the own register."""
    own = offer.volunteer.organization_id == offer.request.organization_id
    return own and offer.is_open and offer.code in codes_of_stranger(inbound)


@dataclass(frozen=True)
class Entry:
    """One text on the page of the desk, with what may be done about it."""

    inbound: Inbound
    volunteer: Volunteer | None
    name: str
    why: str
    linked: bool = False  # the person is on our own register
    offers: list[Offer] = field(default_factory=list)
    bookings: list[Assignment] = field(default_factory=list)

    @property
    def may_reply(self) -> bool:
        """A text can be sent back the way it came."""
        return self.volunteer is not None and self.inbound.channel in {"sms", "line"}


def unclear(organization: Organization) -> int:
    """How many texts wait for somebody at the desk."""
    return _of(organization).filter(state=Inbound.State.UNCLEAR).count()


def from_nobody(at: datetime) -> int:
    """How many texts of the last week came from numbers that no organization knows.

    In an installation with several organizations nobody reads them; the number alone is shown.
    """
    return Inbound.objects.filter(organization_id=None, received_at__gt=at - SHOWN_FOR).count()


def waiting(organization: Organization, at: datetime) -> list[Entry]:
    """Texts that somebody has to read, the oldest first; four statements at most."""
    rows = _of(organization).filter(state=Inbound.State.UNCLEAR).order_by("received_at", "pk")
    return _entries(organization, list(rows[:MOST_SHOWN]), at)


def done_lately(organization: Organization, at: datetime) -> list[Entry]:
    """What was understood or handled in the last week, the newest first."""
    rows = _of(organization).filter(
        state__in=[Inbound.State.UNDERSTOOD, Inbound.State.HANDLED],
        received_at__gt=at - SHOWN_FOR,
    )
    return _entries(organization, list(rows.order_by("-received_at", "-pk")[:30]), at)


def _of(organization: Organization) -> QuerySet[Inbound]:
    return Inbound.objects.filter(organization_id=organization.pk)


def _entries(organization: Organization, rows: list[Inbound], at: datetime) -> list[Entry]:
    addresses = {row.address for row in rows} - {""}
    same = (
        Q(pk__in={_key(row) for row in rows}) | Q(mobile__in=addresses) | Q(line_id__in=addresses)
    )
    people = Volunteer.objects.filter(same).select_related("organization").in_bulk()
    mine = Offer.objects.open().filter(request__organization=organization)
    booked = Assignment.objects.active().filter(
        request__organization=organization, request__ends_at__gt=at
    )
    codes = set[str]().union(*(codes_of_stranger(row) for row in rows))
    coded = Q(code__in=codes, volunteer__organization=organization)
    asked_of = Q(volunteer__in=list(people)) | coded
    offers = mine.filter(asked_of).select_related("request", "volunteer")
    bookings = booked.filter(volunteer__in=list(people)).select_related("request", "volunteer")
    asked, held = list(offers), list(bookings)
    return [_entry(organization, row, people, asked, held) for row in rows]


def _entry(
    organization: Organization,
    row: Inbound,
    people: dict[int, Volunteer],
    offers: list[Offer],
    bookings: list[Assignment],
) -> Entry:
    """One line, with what is asked of everybody who shares the telephone."""
    person = people.get(_key(row))
    same = {one.pk for one in people.values() if row.address in {one.mobile, one.line_id}}
    same |= {_key(row)}
    held = [one for one in bookings if one.volunteer_id in same]
    mine = [one for one in offers if one.volunteer_id in same or _has_code_of(row, one)]
    codes = row.understood_as.split(",")
    return Entry(
        inbound=row,
        volunteer=person,
        name=_name(organization, person, held),
        why="、".join(REASONS[code] for code in codes if code in REASONS),
        linked=person is not None and not is_lent(person, organization.pk),
        offers=mine,
        bookings=held,
    )


def _key(row: Inbound) -> int:
    kind, _, pk = row.recipient.partition(":")
    return int(pk) if kind == "volunteer" and pk.isdecimal() else 0


def _name(organization: Organization, person: Volunteer | None, bookings: list[Assignment]) -> str:
    """A neighbour's volunteer is named only once booked, as everywhere else."""
    if person is None:
        return "登録のない番号"
    if bookings or not is_lent(person, organization.pk):
        return person.name
    return hidden_name(person)

"""Single messages on the page of deliveries: each with all its tries told as one story. Reads only.

«SMS ×（圏外）→ メール ○»: what was tried in order, and how each try ended. The texts themselves are not
shown; codes would open doors, and the others are on the pages of their requests.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from accounts.models import Organization
from dispatch.calls import key_of, keys_of
from dispatch.delivery_page import tries_of
from dispatch.delivery_words import kind_in_words, why
from dispatch.models import Offer, Request
from dispatch.neighbours import hidden_name, is_lent
from dispatch.outage import ROOT
from realtime.models import Message, MessageQuerySet
from volunteers.models import Volunteer

State = Message.State
EACH_PAGE = 50
ENDS = {
    "failed": "届いていない",
    "unknown": "到達の通知なし",
    "waiting": "送信待ち",
    "arrived": "届いた",
    "called": "電話で伝えた",
}
"""Filters by how a story ends (or has got to)."""


MARKS: dict[str, tuple[str, str, str]] = {
    State.QUEUED: ("…", "送信待ち", ""),
    State.SENDING: ("…", "送信中", ""),
    State.SENT: ("△", "送信済み（到達の通知なし）", "info"),
    State.DELIVERED: ("○", "届きました", "ok"),
    State.FAILED: ("×", "届きませんでした", "danger"),
    State.BY_HAND: ("…", "電話で連絡してください", "warn"),
}


@dataclass(frozen=True)
class Filter:
    """What of the list is shown; empty for everything."""

    period: str = "today"
    end: str = ""
    channel: str = ""
    name: str = ""


@dataclass(frozen=True)
class Step:
    """One try: its channel, a mark with its meaning, and why it did not arrive."""

    label: str
    mark: str
    meaning: str
    tone: str
    why: str


@dataclass(frozen=True)
class Told:
    """One message to one person, with everything that was tried."""

    first: Message
    name: str
    linked: Volunteer | None  # on our own register
    kind: str
    steps: list[Step]
    request: Request | None


def stories(
    organization: Organization, chosen: Filter, page: str | None, at: datetime
) -> tuple[Page[Message], list[Told]]:
    """A page of messages, the newest first, in seven statements at most."""
    firsts = _firsts(organization, chosen, at)
    shown = Paginator(firsts, EACH_PAGE).get_page(page)
    heads = list(shown.object_list)
    tries = _tries(organization, heads)
    people, known = _people(organization, heads)
    offers = (
        Offer.objects.filter(request__organization=organization)
        .select_related("request")
        .in_bulk(keys_of(heads, "subject_key", "offer"))
    )
    jobs = Request.objects.of(organization).in_bulk(keys_of(heads, "subject_key", "request"))
    told = []
    for one in heads:
        person = people.get(key_of(one.recipient, "volunteer"))
        offer = offers.get(key_of(one.subject_key, "offer"))
        about = offer.request if offer else jobs.get(key_of(one.subject_key, "request"))
        ours = person if person and not is_lent(person, organization.pk) else None
        name = _name(one, person, organization, known)
        steps = [step_of(each) for each in tries[one.dedupe_key] or [one]]
        told.append(Told(one, name, ours, kind_in_words(one.kind), steps, about))
    return shown, told


def step_of(message: Message) -> Step:
    """How one try went, in a mark and words."""
    label = str(message.get_channel_display())
    if message.handled_at:
        return Step("電話連絡", "○", f"電話で伝えました（{message.handled_by}）", "ok", "")
    if message.error == Message.TAKEN_BACK:
        return Step(label, "－", "取りやめ（連絡が不要になりました）", "", "")
    mark, meaning, tone = MARKS[message.state]
    tells_why = message.error and message.state != State.SENT
    return Step(label, mark, meaning, tone, why(message.error) if tells_why else "")


def _firsts(organization: Organization, chosen: Filter, at: datetime) -> QuerySet[Message]:
    """The first tries of what is shown."""
    tries = tries_of(organization, chosen.period, at)
    found = tries.filter(previous=None).order_by("-pk")
    if chosen.channel:
        found = found.filter(dedupe_key__in=_roots(tries.filter(channel=chosen.channel)))
    if chosen.end:
        found = found.filter(dedupe_key__in=_roots(_ending(tries, chosen.end)))
    if chosen.name:
        people = Volunteer.objects.of(organization).filter(
            Q(name__icontains=chosen.name) | Q(kana__icontains=chosen.name)
        )
        keys = [f"volunteer:{pk}" for pk in people.values_list("pk", flat=True)[:200]]
        found = found.filter(recipient__in=keys)
    return found


def _ending(tries: MessageQuerySet, end: str) -> MessageQuerySet:
    """The tries that show that a story ends so."""
    last = tries.filter(next_tries=None)
    if end == "failed":
        return tries.unreached().filter(handled_at=None)
    if end == "unknown":
        return last.filter(state=State.SENT)
    if end == "waiting":
        return last.filter(state__in=[State.QUEUED, State.SENDING])
    if end == "called":
        return tries.exclude(handled_at=None)
    return tries.filter(state=State.DELIVERED)


def _roots(tries: MessageQuerySet) -> QuerySet[Message, str]:
    return tries.order_by().annotate(root=ROOT).values_list("root", flat=True)


def _tries(organization: Organization, heads: list[Message]) -> dict[str, list[Message]]:
    """Every try of these messages, in order, by the key of the first."""
    grouped: dict[str, list[Message]] = defaultdict(list)
    if not heads:
        return grouped
    rows = Message.objects.of_organization(organization.pk).annotate(root=ROOT)
    oldest = min(one.created_at for one in heads)
    wanted = rows.filter(root__in=[one.dedupe_key for one in heads], created_at__gte=oldest)
    for one in wanted.order_by("pk"):
        grouped[str(one.root)].append(one)
    return grouped


def _people(
    organization: Organization, heads: list[Message]
) -> tuple[dict[int, Volunteer], set[int]]:
    """Whoever was written to, and who of the neighbours' people may be named: those booked here."""
    found = Volunteer.objects.select_related("organization").in_bulk(
        keys_of(heads, "recipient", "volunteer")
    )
    lent = [pk for pk, one in found.items() if is_lent(one, organization.pk)]
    if not lent:
        return found, set()
    booked = Volunteer.objects.filter(
        pk__in=lent, assignments__request__organization=organization
    ).values_list("pk", flat=True)
    return found, set(booked)


def _name(
    message: Message, person: Volunteer | None, organization: Organization, known: set[int]
) -> str:
    if person is None:
        return "名簿にない方"
    if is_lent(person, organization.pk) and person.pk not in known:
        return hidden_name(person)
    return person.name

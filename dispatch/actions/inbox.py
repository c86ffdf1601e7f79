"""Texts that come in from telephones: what is understood is done at once, the rest is for the desk.

Subscribed to `realtime.inbox`. Nothing is guessed: a text that is not understood to its end, or an
answer that fits no single question, waits on the page of the desk, and its sender is told so.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Organization
from accounts.times import when_text
from dispatch import inbox
from dispatch.actions.assignments import reconfirm
from dispatch.actions.replies import acknowledge, announce, reply, send_another_way
from dispatch.answer_texts import LIST_ITEM
from dispatch.answering import Outcome, answer_offer, reply_text
from dispatch.inbound import Answer, Command, Unclear, parse
from dispatch.models import Assignment, Offer
from dispatch.reaching import ASKING, ways_for
from realtime.models import Inbound, Message
from volunteers.actions.stopping import drop_channel, resume_sms, stop_sms, take_up_channel
from volunteers.languages import name as language_name
from volunteers.models import Volunteer

logger = logging.getLogger(__name__)
VIA = {
    Message.Channel.SMS.value: Offer.Via.SMS,
    Message.Channel.LINE.value: Offer.Via.LINE,
    Message.Channel.VOICE.value: Offer.Via.VOICE,
}


@dataclass(frozen=True)
class Sender:
    """Who wrote: everybody with the address, the likeliest of them, whose desk reads it."""

    people: list[Volunteer]
    person: Volunteer | None
    organization: Organization | None


def understand(inbound: Inbound, at: datetime) -> None:
    """Do what a new text says, in the transaction that keeps it; answer on the same channel.

    A text at which something breaks is for the desk, like one that is not understood.
    """
    sender = find_sender(inbound, at)
    try:
        with transaction.atomic():
            _act_on(inbound, sender, at)
    except Exception:
        logger.exception("text %s", inbound.pk)
        keep(inbound, sender, "broken", at, unclear=True)


def _act_on(inbound: Inbound, sender: Sender, at: datetime) -> None:
    if sender.person is None:
        keep(inbound, sender, "stranger", at, unclear=True)
        return
    meaning = parse(inbound.body)
    if isinstance(meaning, Command):
        _obey(inbound, sender, meaning, at)
    elif isinstance(meaning, Unclear):
        keep(inbound, sender, meaning.why, at, unclear=True)
        acknowledge(inbound, sender.person, sender.organization, "unclear", at=at)
    else:
        _answer(inbound, sender, meaning, at)


def find_sender(inbound: Inbound, at: datetime) -> Sender:
    """The people with the address; of several, the one whom we last wrote to.

    A text is for the organization that wrote last, else for the person's own. A stranger's is for
    the organization that wrote to the number lately, or for the only one there is.
    """
    people = inbox.senders(inbound.channel, inbound.address)
    last = inbox.last_told(inbound.channel, inbound.address, at)
    likely = [one for one in people if last and one.key == last.recipient]
    person = next(iter(likely or people), None)
    organization = Organization.objects.filter(pk=last.organization_id).first() if last else None
    if organization is None and person is not None:
        organization = person.organization
    if organization is None:
        found = list(Organization.objects.filter(is_demo=False)[:2])
        organization = found[0] if len(found) == 1 else None
    return Sender(people, person, organization)


def keep(
    inbound: Inbound, sender: Sender, understood_as: str, at: datetime, *, unclear: bool
) -> None:
    """Write down whose text it is and what came of it, and hint at it to the desk."""
    inbound.organization_id = sender.organization.pk if sender.organization else None
    inbound.recipient = sender.person.key if sender.person else ""
    inbound.understood_as = understood_as[:200]
    inbound.state = Inbound.State.UNCLEAR if unclear else Inbound.State.UNDERSTOOD
    inbound.save(update_fields=["organization_id", "recipient", "understood_as", "state"])
    announce(inbound)


def _obey(inbound: Inbound, sender: Sender, command: Command, at: datetime) -> None:
    """STOP and START are for every register the address is in; confirmed once."""
    person = sender.person
    assert person is not None
    by_line = inbound.channel == Message.Channel.LINE
    there = command.by_provider and not by_line
    if not (command.stop or there) and inbox.is_stopped_there(inbound.channel, inbound.address):
        keep(inbound, sender, "start_there", at, unclear=True)  # no SMS of ours would arrive
        return
    if by_line:  # the account stays connected, so that the person can have it again
        turn = drop_channel if command.stop else take_up_channel
        changed = [turn(one, inbound.channel, at=at) for one in sender.people]
    else:
        act = stop_sms if command.stop else resume_sms
        changed = [act(one, at=at) for one in sender.people]
    if command.stop:
        send_another_way(inbound.channel, inbound.address, at=at)
    word = ("line_" if by_line else "") + ("stopped" if command.stop else "started")
    _keep_stop(inbound, sender, inbox.STOPPED_THERE if command.stop and there else word, at)
    # the provider of SMS itself confirms its own words, and delivers nothing after its STOP
    if any(changed) and not there:
        text = reply_text(word, None, person)
        reply(inbound, text, volunteer=person, organization=sender.organization, at=at)


def _keep_stop(inbound: Inbound, sender: Sender, word: str, at: datetime) -> None:
    """Write down a stop (or start); the desk is asked to look when nothing but its telephone is left."""
    assert sender.person is not None
    silent = "stop" in word and _is_telephone_only(sender.person)
    keep(inbound, sender, f"{word},no_way" if silent else word, at, unclear=silent)


def note_stop(address: str, at: datetime) -> None:
    """The provider delivers no SMS to the address: its reader has sent STOP there, unknown to us."""
    channel = Message.Channel.SMS.value
    with transaction.atomic():
        changed = [stop_sms(one, at=at) for one in inbox.senders(channel, address)]
        if not any(changed):
            return
        inbound = Inbound.objects.create(
            channel=channel,
            provider_id=f"stopped:{address}:{at:%Y%m%d%H%M%S%f}",
            address=address,
            body="（SMSの送信会社での受信停止）",
            received_at=at,
        )
        _keep_stop(inbound, find_sender(inbound, at), inbox.STOPPED_THERE, at)


def _is_telephone_only(person: Volunteer) -> bool:
    """Nothing but the desk's own telephone reaches the person now."""
    present = Volunteer.objects.select_related("organization").get(pk=person.pk)
    return [channel for channel, _ in ways_for(present, ASKING)] == [Message.Channel.HAND]


def _answer(inbound: Inbound, sender: Sender, answers: Sequence[Answer], at: datetime) -> None:
    """Yes and no to offers, told apart by their codes or by being the only question."""
    assert sender.person is not None
    if answers[0].code == "":
        _answer_bare(inbound, sender, answers[0].yes, at)
        return
    found = [(one, inbox.by_code(sender.people, one.code)) for one in answers]
    meant = [(offer, one.yes) for one, offer in found if offer is not None]
    outcomes = _take(meant, inbound, at)
    unknown = len(meant) < len(found)
    if unknown and not outcomes:
        _ask_which(inbound, sender, "code", at)
        return
    _tell(inbound, sender, outcomes, at, also="code" if unknown else "")


def _take(meant: Sequence[tuple[Offer, bool]], inbound: Inbound, at: datetime) -> list[Outcome]:
    """Answer the offers in the order of their requests, so that two texts never lock crosswise."""
    via = VIA[inbound.channel]
    ordered = sorted(meant, key=lambda one: (one[0].request_id, one[0].pk))
    return [answer_offer(offer, yes, via=via, at=at) for offer, yes in ordered]


def _answer_bare(inbound: Inbound, sender: Sender, yes: bool, at: datetime) -> None:
    """A yes or no without a code counts only if it can be meant for one question alone."""
    assert sender.person is not None
    offers = inbox.open_offers(sender.people)
    bookings = inbox.awaiting_reconfirmation(sender.people, at)
    if any(one.state == Offer.State.PREPARED for one in offers):
        # the question has perhaps not arrived yet: nobody can have answered it
        _ask_which(inbound, sender, "which", at)
        return
    if not offers and not bookings:
        offers = inbox.closed_lately(sender.people, at)
        if len(offers) != 1 or not inbox.may_be_meant(offers[0], yes):
            keep(inbound, sender, "nothing", at, unclear=True)
            acknowledge(inbound, sender.person, sender.organization, "nothing", at=at)
            return
    if len(offers) + len(bookings) != 1:
        _ask_which(inbound, sender, "which", at)
    elif offers:
        _tell(inbound, sender, _take([(offers[0], yes)], inbound, at), at)
    else:
        _reconfirm(inbound, sender, bookings[0], yes, at)


def _reconfirm(
    inbound: Inbound, sender: Sender, booking: Assignment, yes: bool, at: datetime
) -> None:
    """A yes is written down; a no costs somebody an interpreter, so a person looks at it."""
    if yes:
        reconfirm(booking, at=at, label=booking.volunteer.name)
    word = "reconfirmed" if yes else "held"
    keep(inbound, sender, word, at, unclear=not yes)
    text = reply_text(word, booking.request, booking.volunteer)
    organization = booking.request.organization
    reply(inbound, text, volunteer=booking.volunteer, organization=organization, at=at)


def _ask_which(inbound: Inbound, sender: Sender, why: str, at: datetime) -> None:
    """Several questions are open, or none has that code: list them, and have the desk look."""
    assert sender.person is not None
    offers = inbox.open_offers(sender.people)
    keep(inbound, sender, why, at, unclear=True)
    codes = " / ".join(_listed(one, sender.person.message_language) for one in offers if one.code)
    kind = "which" if codes else "unclear"
    acknowledge(inbound, sender.person, sender.organization, kind, at=at, codes=codes)


def _listed(offer: Offer, language: str) -> str:
    reader = "en" if language == "en" else "ja"
    wanted = offer.request
    return LIST_ITEM.get(language, LIST_ITEM["ja"]).format(
        when=when_text(wanted.starts_at, wanted.ends_at, reader),
        language=language_name(wanted.language, reader),
        code=offer.code,
    )


def _tell(
    inbound: Inbound, sender: Sender, outcomes: Sequence[Outcome], at: datetime, also: str = ""
) -> None:
    """Send back what came of every answer; the desk looks where somebody has to."""
    first = outcomes[0].offer
    unclear = bool(also) or any(one.needs_desk for one in outcomes)
    words = [one.code for one in outcomes] + ([also] if also else [])
    about = Sender(sender.people, first.volunteer, first.request.organization)
    keep(inbound, about, ",".join(words), at, unclear=unclear)
    texts = [one.text for one in outcomes]
    if also:
        texts.append(reply_text("unclear", None, first.volunteer))
    reply(
        inbound,
        "\n".join(texts),
        volunteer=first.volunteer,
        organization=first.request.organization,
        at=at,
    )


def stop_email(recipient: str, at: datetime) -> None:
    """Somebody pressed «no more e-mail» in one of ours; the desk sees whom it cannot write to now."""
    kind, _, pk = recipient.partition(":")
    if kind != "volunteer" or not pk.isdecimal():
        return
    person = Volunteer.objects.select_related("organization").filter(pk=int(pk)).first()
    channel = Message.Channel.EMAIL.value
    if person is None or not drop_channel(person, channel, at=at):
        return
    send_another_way(channel, person.email, at=at)
    sender = Sender([person], person, person.organization)
    inbound = Inbound.objects.create(
        channel=channel,
        provider_id=f"unsubscribed:{person.pk}:{at:%Y%m%d%H%M%S%f}",
        address=person.email,
        body="（メールの配信停止の手続き）",
        received_at=at,
    )
    _keep_stop(inbound, sender, "stop", at)

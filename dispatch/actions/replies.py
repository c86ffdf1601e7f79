"""Texts sent back to whoever wrote, and what the desk does about a text that waits for it.

Replies go out at once on the channel the text came by. Two machines that answer each other are
stopped by a limit per hour: what comes in is still read, only not answered.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Organization, User
from dispatch.actions.offers import accept_offer, decline_offer
from dispatch.answering import reply_text
from dispatch.models import Offer
from dispatch.reaching import recipient
from dispatch.telling import offer_url
from dispatch.wording import name_for
from realtime import chain
from realtime.events import organization_group, publish
from realtime.models import Inbound, Message
from realtime.outbox import NOW, Recipient, queue, wake_worker
from volunteers.models import Volunteer

HOUR = timedelta(hours=1)
MOST_REPLIES = 10
"""Replies to one address within an hour."""
MOST_ACKNOWLEDGED = 2
"""«A person will read this», to one address within an hour."""
LONGEST_REPLY = 300
PREFIX = {"ja": "【{}】", "ja-simple": "【{}】", "en": "{}: "}


def reply(
    inbound: Inbound,
    text: str,
    *,
    volunteer: Volunteer,
    organization: Organization | None,
    at: datetime,
    key: str = "reply",
) -> Message | None:
    """Answer on the same channel, in the transaction of the caller; None when it is too often."""
    organization = organization or volunteer.organization
    if _sent_lately(inbound, at) >= MOST_REPLIES:
        return None
    prefix = PREFIX.get(volunteer.message_language, PREFIX["ja"])
    base = recipient(volunteer)
    to = Recipient(
        organization_id=organization.pk,
        key=volunteer.key,
        channel=inbound.channel,
        address=inbound.address,
        language=base.language,
        simulated=organization.is_demo,
    )
    return queue(
        to,
        kind="reply",
        body=prefix.format(name_for(organization, volunteer)) + text,
        dedupe_key=f"inbound:{inbound.pk}:{key}",
        subject_key=f"inbound:{inbound.pk}",
        at=at,
        patience=NOW,
    )


def acknowledge(
    inbound: Inbound,
    volunteer: Volunteer,
    organization: Organization | None,
    kind: str,
    *,
    at: datetime,
    codes: str = "",
) -> Message | None:
    """Say that a person will look; seldom, because it may be a machine that wrote."""
    if _sent_lately(inbound, at, key="ack") >= MOST_ACKNOWLEDGED:
        return None
    text = reply_text(kind, None, volunteer, codes=codes)
    return reply(inbound, text, volunteer=volunteer, organization=organization, at=at, key="ack")


def _sent_lately(inbound: Inbound, at: datetime, key: str = "") -> int:
    sent = Message.objects.filter(
        kind="reply", channel=inbound.channel, address=inbound.address, created_at__gt=at - HOUR
    )
    return sent.filter(dedupe_key__endswith=f":{key}").count() if key else sent.count()


def send_another_way(channel: str, address: str, *, at: datetime) -> int:
    """What waits to go to an address that wants no more goes the next way; returns how much.

    Codes and replies still go: the person has just asked for them.
    """
    waiting = Message.objects.filter(channel=channel, address=address, state=Message.State.QUEUED)
    rows = waiting.exclude(kind__in=["code", "reply"]).select_for_update(skip_locked=True)
    stopped = list(rows.order_by("pk"))
    for message in stopped:
        for following in chain.fail(message, at, "stopped"):
            wake_worker(following)
    return len(stopped)


def announce(inbound: Inbound) -> None:
    """Hint to the pages of the organization whose text it is."""
    if inbound.organization_id:
        group = organization_group(inbound.organization_id)
        publish("message.changed", inbound.pk, 0, group)


def record_answer(inbound: Inbound, offer: Offer, yes: bool, *, by: User, at: datetime) -> Inbound:
    """The desk has read a text as a yes or a no: take it, and tell the person what came of it.

    Raises ActionError ``already_handled``, and what accepting raises; ``too_late`` when the yes was
    kept as standby only.
    """
    with transaction.atomic():
        via = Offer.Via(inbound.channel) if inbound.channel in Offer.Via.values else Offer.Via.DESK
        act = accept_offer if yes else decline_offer
        # the request before the text, as everywhere
        answer = act(offer, via=via, at=at, by=by, label=str(by))
        locked = _lock(inbound)
        word = _outcome_word(answer.outcome, yes)
        text = _outcome_text(word, offer)
        reply(
            locked,
            text,
            volunteer=offer.volunteer,
            organization=offer.request.organization,
            at=at,
            key=f"answered:{offer.pk}",
        )
        _close(locked, by, at, did=word)
    return locked


def _outcome_word(outcome: str, yes: bool) -> str:
    words = {"yours": "yours" if yes else "held", "too_late": "standby", "declined": "declined"}
    return words.get(outcome, "closed")


def _outcome_text(word: str, offer: Offer) -> str:
    return reply_text(word, offer.request, offer.volunteer, url=offer_url(offer), code=offer.code)


def send_reply(inbound: Inbound, text: str, *, by: User, at: datetime) -> Inbound:
    """The desk writes back itself; the text is handled by that.

    Raises ActionError ``already_handled``, ``empty`` or ``too_many``, ``no_person`` for a stranger.
    """
    text = " ".join(text.replace("\x00", "").split())[:LONGEST_REPLY]
    if not text:
        raise ActionError("empty", "返信の文章を入力してください。", field="text")
    with transaction.atomic():
        locked = _lock(inbound)
        person = _person_of(locked)
        organization = Organization.objects.filter(pk=locked.organization_id or 0).first()
        sent = reply(locked, text, volunteer=person, organization=organization, at=at, key="desk")
        if sent is None:
            raise ActionError("too_many", "この番号への返信が続いています。電話でご連絡ください。")
        _close(locked, by, at, did="replied")
    return locked


def close_text(inbound: Inbound, *, by: User, at: datetime) -> Inbound:
    """Nothing more has to be done about a text; raises ActionError ``already_handled``."""
    with transaction.atomic():
        locked = _lock(inbound)
        _close(locked, by, at, did="done")
    return locked


def _lock(inbound: Inbound) -> Inbound:
    locked = Inbound.objects.select_for_update().get(pk=inbound.pk)
    if locked.state != Inbound.State.UNCLEAR:
        who = f"{locked.handled_by}さん" if locked.handled_by else "ほかの担当者"
        raise ActionError("already_handled", f"すでに{who}が対応済みにしています。")
    return locked


def _person_of(inbound: Inbound) -> Volunteer:
    pk = int(inbound.recipient.partition(":")[2] or 0)
    found = Volunteer.objects.select_related("organization").filter(pk=pk).first()
    if found is None:
        raise ActionError("no_person", "登録のない番号には返信できません。")
    return found


def _close(inbound: Inbound, by: User, at: datetime, *, did: str) -> None:
    inbound.state, inbound.handled_at = Inbound.State.HANDLED, at
    inbound.handled_by = str(by)[:120]
    inbound.save(update_fields=["state", "handled_at", "handled_by"])
    announce(inbound)
    record(
        inbound.recipient or f"inbound:{inbound.pk}",
        "inbound.handled",
        organization=inbound.organization_id or 0,
        by=by,
        at=at,
        inbound=inbound.pk,
        did=did,
    )

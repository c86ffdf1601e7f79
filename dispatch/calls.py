"""電話で連絡する方: messages that nobody got, so that somebody has to telephone.

A person without an address, or whom a message did not reach, is on the list of their organization
until the desk has recorded the call (`dispatch.actions.calls`). Codes are left out: they are of no
use to anybody but who typed for them. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import Organization
from dispatch.models import Offer, Request
from realtime.models import Message
from volunteers.models import Volunteer

LISTED_FOR = timedelta(days=2)
ASKING = {"offer", "offer_now", "offer_video", "offer_now_video", "ring"}
BESIDES = {"ring", "ring_stop", "stay", "push_test", "channel_test"}
"""Kinds whose push goes beside another message, or tries the push itself."""
TO_SAY = {
    "contact_wrong": "連絡先の確認（番号が本人のものではないと連絡あり）",
    "offer": "通訳のお願い",
    "offer_now": "今すぐの通訳のお願い",
    "offer_video": "映像通訳のお願い",
    "offer_now_video": "今すぐの映像通訳のお願い",
    "ring": "いま応答できるか（待機中の呼び出し）",
    "off_call": "待機を終了したこと",
    "filled": "ほかの方に決まったこと",
    "booked": "派遣が決まったこと",
    "offer_cancelled": "お願いが取消しになったこと",
    "offer_changed": "依頼の内容が変わったこと（返事は不要）",
    "booking_cancelled": "派遣が取消しになったこと",
    "booking_changed": "日時・場所などが変わり、派遣がいったん取消しになったこと",
    "reconfirm": "前日の確認（行けるかどうか）",
    "report": "活動報告のお願い",
    "renewal": "登録の更新のお願い",
    "renewal_last": "登録の期限が切れたこと（更新のお願い）",
    "renewed": "登録を更新したこと",
    "stay": "ボランティアの登録を続けるかどうか",
    "report_returned": "活動報告の確認のお願い",
    "reply": "いただいた返信へのお返事",
    "paid": "謝礼を支払ったこと",
    "transfer_returned": "謝礼の振込が戻ったこと（振込先口座の確認のお願い）",
    "account_refused": "振込先口座が使えないこと（再登録のお願い）",
}


@dataclass(frozen=True)
class Call:
    """Whom to telephone about what; ``offer`` while it waits for an answer."""

    message: Message
    volunteer: Volunteer
    request: Request | None
    offer: Offer | None

    @property
    def is_lent(self) -> bool:
        """A neighbour's volunteer, who is not on our register."""
        return self.volunteer.organization_id != self.message.organization_id

    @property
    def to_say(self) -> str:
        """What the message would have said, in a few words."""
        return to_say(self.message.kind)


def to_say(kind: str) -> str:
    """A kind of message in words of the desk."""
    return TO_SAY.get(kind, "お知らせ")


def call_list(organization: Organization, at: datetime) -> list[Call]:
    """Every call to be made at the instant ``at`` (UTC), the job that begins next first.

    Offers that were answered meanwhile, by telephone or otherwise, need no call any more. Four
    statements at most.
    """
    messages = list(
        Message.objects.of_organization(organization.pk)
        .unreached()  # a failure that went on to another channel is none
        .filter(handled_at=None, created_at__gt=at - LISTED_FOR)
        .filter(recipient__startswith="volunteer:")
        .exclude(kind="code")
        .exclude(channel=Message.Channel.PUSH, previous=None, kind__in=BESIDES)
        .order_by("-id")
    )
    # a neighbour's volunteer can be telephoned after having accepted
    known = Q(organization=organization) | Q(assignments__request__organization=organization)
    people = (
        Volunteer.objects.filter(known)
        .distinct()
        .in_bulk(keys_of(messages, "recipient", "volunteer"))
    )
    offers = (
        Offer.objects.filter(request__organization=organization)
        .select_related("request")
        .in_bulk(keys_of(messages, "subject_key", "offer"))
    )
    by_request = Request.objects.of(organization).in_bulk(
        keys_of(messages, "subject_key", "request")
    )
    calls = []
    for message in messages:
        person = people.get(key_of(message.recipient, "volunteer"))
        offer = offers.get(key_of(message.subject_key, "offer"))
        about = offer.request if offer else by_request.get(key_of(message.subject_key, "request"))
        waiting = offer if offer and message.kind in ASKING and offer.is_open else None
        if person and (waiting or message.kind not in ASKING):
            calls.append(Call(message, person, about, waiting))
    return sorted(calls, key=lambda call: _urgency(call, at))


def _urgency(call: Call, at: datetime) -> tuple[bool, datetime]:
    """Jobs to come in their order, then what is over."""
    if call.request is None:
        return True, call.message.created_at
    return call.request.ends_at <= at, call.request.starts_at


def keys_of(messages: Iterable[Message], column: str, kind: str) -> set[int]:
    """The ids of one kind in a column of messages, such as ``subject_key``."""
    return {key_of(getattr(message, column), kind) for message in messages} - {0}


def key_of(text: str, kind: str) -> int:
    """12 of ``volunteer:12`` if it is of that kind, else 0, which is no key."""
    found, _, pk = text.partition(":")
    return int(pk) if found == kind and pk.isdecimal() else 0

"""Telling volunteers about their term: time to renew, the last reminder, renewed, «will you stay?».

The register decides who is told (`volunteers.subscriptions.tell`); here are the words and the ways.
The question whether to stay goes over every channel at once; the others over one after the other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.urls import reverse

from dispatch.reaching import REMINDER, addresses_of, push_address, recipient, ways_for
from dispatch.timing import decent_for, hours_for
from realtime import push
from realtime.models import Message
from realtime.outbox import Way, queue
from volunteers.applications.staying_links import stay_url
from volunteers.applications.words import day_text, organization_name
from volunteers.models import Volunteer

Channel = Message.Channel
TEXTS: Final = {
    "ja": {
        "subject": "【{organization}】ボランティア登録のご連絡",
        "renewal": (
            "【{organization}】ボランティアの登録は{ends_on}までです。"
            "誓約書をお読みのうえ、更新の手続きをお願いします。"
        ),
        "renewal_last": (
            "【{organization}】ボランティアの登録は{ends_on}で終わりました。"
            "続けてくださる方は、更新の手続きをお願いします。手続きが済むまで、依頼はお送りしません。"
        ),
        "renewed": (
            "【{organization}】登録を更新しました。期限は{ends_on}です。"
            "これからもよろしくお願いいたします。"
        ),
        "stay": (
            "【{organization}】しばらく活動のない方にうかがっています。ボランティアの登録を続けますか。"
            "お返事をお願いします。"
        ),
        "by_phone": "お返事は、窓口へお電話でお願いします。",
    },
    "ja-simple": {
        "subject": "【{organization}】ボランティアの おしらせ",
        "renewal": (
            "【{organization}】ボランティアの 登録は {ends_on}までです。"
            "つづける 人は 手つづきを してください。"
        ),
        "renewal_last": (
            "【{organization}】ボランティアの 登録は {ends_on}で 終わりました。"
            "つづける 人は 手つづきを してください。終わるまで おねがいの れんらくは しません。"
        ),
        "renewed": (
            "【{organization}】登録を あたらしく しました。{ends_on}までです。"
            "これからも よろしく おねがいします。"
        ),
        "stay": "【{organization}】ボランティアを つづけますか。やめますか。へんじを おねがいします。",
        "by_phone": "窓口に 電話してください。",
    },
    "en": {
        "subject": "{organization}: your registration",
        "renewal": (
            "{organization}: your registration as a volunteer ends on {ends_on}. "
            "Please read the pledge and renew it."
        ),
        "renewal_last": (
            "{organization}: your registration as a volunteer ended on {ends_on}. "
            "If you wish to stay, please renew it. Until then we do not ask you for anything."
        ),
        "renewed": (
            "{organization}: your registration is renewed until {ends_on}. "
            "Thank you for staying with us."
        ),
        "stay": (
            "{organization}: we have not heard from you for a while. "
            "Do you want to stay a volunteer? Please answer."
        ),
        "by_phone": "Please answer by telephone.",
    },
}
LINKLESS: Final = frozenset({"renewed"})


def register() -> None:
    """Called by ``config.wiring``."""
    from volunteers import subscriptions

    subscriptions.tellers.append(tell)


def tell(volunteer: Volunteer, kind: str, at: datetime, facts: dict[str, str]) -> None:
    """Queue what the register wants told; see `volunteers.subscriptions.tellers`."""
    url = _url(volunteer, kind)
    ends_on = facts.get("ends_on", "")
    key = f"{volunteer.key}:{kind}:{facts.get('once') or ends_on}"
    if kind == "stay":
        for channel, address in every_way(volunteer):
            ways = _ways(volunteer, kind, [(channel, address)], url, ends_on)
            _queue(volunteer, kind, ways, key=f"{key}:{channel}", at=at)
        return
    known = ways_for(volunteer, REMINDER, must=kind == "renewal_last")
    if known:
        _queue(volunteer, kind, _ways(volunteer, kind, known, url, ends_on), key=key, at=at)


def every_way(volunteer: Volunteer) -> list[tuple[str, str]]:
    """Each channel that the person has; a call only to who gets no SMS, by hand to who has none."""
    known = dict(addresses_of(volunteer))
    if Channel.SMS in known:
        known.pop(Channel.VOICE, None)
    address = push_address(volunteer)
    if address and push.reaches(address):
        known[Channel.PUSH.value] = address
    return list(known.items()) or [(Channel.HAND.value, "")]


def _ways(
    volunteer: Volunteer, kind: str, known: list[tuple[str, str]], url: str, ends_on: str
) -> list[Way]:
    subject = _text(volunteer, "subject", ends_on)
    return [
        Way(channel, address, _body(volunteer, kind, channel, url, ends_on), subject)
        for channel, address in known
    ]


def _queue(volunteer: Volunteer, kind: str, ways: list[Way], *, key: str, at: datetime) -> None:
    first, *further = ways
    organization = volunteer.organization
    queue(
        replace(recipient(volunteer), channel=first.channel, address=first.address),
        kind=kind,
        body=first.body,
        subject=first.subject,
        dedupe_key=key,
        subject_key=volunteer.key,
        at=at,
        not_before=decent_for(volunteer, organization, at),
        further=further,
        quiet=hours_for(volunteer, organization),
    )


def _body(volunteer: Volunteer, kind: str, channel: str, url: str, ends_on: str) -> str:
    text = _text(volunteer, kind, ends_on)
    if kind in LINKLESS:
        return text
    if channel == Channel.VOICE:
        return f"{text} {_text(volunteer, 'by_phone', ends_on)}"
    return f"{text}\n{url}" if channel == Channel.PUSH else f"{text} {url}"


def _text(volunteer: Volunteer, kind: str, ends_on: str) -> str:
    language = volunteer.message_language
    words = TEXTS.get(language, TEXTS["ja"])
    return words[kind].format(
        organization=organization_name(volunteer.organization, language),
        ends_on=day_text(date.fromisoformat(ends_on), language) if ends_on else "",
    )


def _url(volunteer: Volunteer, kind: str) -> str:
    if kind == "stay":
        return stay_url(volunteer)
    return settings.PUBLIC_BASE_URL + reverse("volunteer:term")

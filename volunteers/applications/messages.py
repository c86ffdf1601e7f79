"""What applicants are told, in their language: by the contact that a code has confirmed, else the
other one, else by telephone. No reason and nothing about the person stands in a message.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse

from realtime.models import Message
from realtime.outbox import CALM, CODE, Recipient, Way, queue
from volunteers.applications.words import organization_name
from volunteers.models import Application
from volunteers.phones import is_mobile

TEXTS: Final = {
    "ja": {
        "subject": "【{organization}】ボランティア応募のご連絡",
        "code": "【{organization}】確認番号: {code}（10分間有効）。ほかの人に教えないでください。",
        "received": "【{organization}】ボランティアのご応募を受け付けました。状況の確認・取消しはこちら {url}",
        "interview": "【{organization}】面談のご案内: {when} {place}。詳しくはこちら {url}",
        "accepted": (
            "【{organization}】ボランティアとして登録しました。登録番号{number}、期限{ends_on}。"
            "よろしくお願いいたします。"
        ),
        "declined": (
            "【{organization}】ボランティアにご応募くださり、ありがとうございました。"
            "今回は登録を見送らせていただくことになりました。お気持ちに心より感謝いたします。"
        ),
    },
    "ja-simple": {
        "subject": "【{organization}】ボランティアの おしらせ",
        "code": "【{organization}】番号は {code} です。10分 つかえます。ほかの人に おしえないでください。",
        "received": (
            "【{organization}】ボランティアの 申しこみを うけつけました。"
            "ここで 見ることが できます {url}"
        ),
        "interview": "【{organization}】面談に 来てください: {when} {place}。くわしいことは ここ {url}",
        "accepted": (
            "【{organization}】ボランティアに なりました。番号は {number}、{ends_on}までです。"
            "よろしく おねがいします。"
        ),
        "declined": (
            "【{organization}】ボランティアの 申しこみ、ありがとうございました。"
            "こんかいは おねがいしないことに なりました。本当に ありがとうございました。"
        ),
    },
    "en": {
        "subject": "{organization}: your application",
        "code": "{organization}: your code is {code} (valid for 10 minutes). Do not tell anybody.",
        "received": "{organization}: we have received your application. See its state or withdraw it: {url}",
        "interview": "{organization}: please come to an interview, {when}, {place}. Details: {url}",
        "accepted": (
            "{organization}: you are now a registered volunteer, no. "
            "{number}, until {ends_on}. Thank you!"
        ),
        "declined": (
            "{organization}: thank you very much for offering to help as a volunteer. "
            "We are not able to register you this time. We truly appreciate your kindness."
        ),
    },
}


def status_url(application: Application) -> str:
    """The applicant's own page, absolute; the reference in it is the permission."""
    return settings.PUBLIC_BASE_URL + reverse(
        "volunteers:application_status", args=[application.reference]
    )


def contacts_of(application: Application) -> list[tuple[str, str]]:
    """(channel, address): the confirmed contact, then the other one, at last by hand."""
    proved = application.contact_channel
    known = {"sms": application.mobile, "email": application.email}
    if proved != Message.Channel.SMS and not is_mobile(application.mobile):
        known.pop("sms")
    usable = [(channel, address) for channel, address in known.items() if address]
    return [*sorted(usable, key=lambda one: one[0] != proved), (Message.Channel.HAND, "")]


def subject_of(address: str) -> str:
    """Under which name codes for an applicant's contact are kept; does not show the contact."""
    return f"apply:{hashlib.sha256(address.encode()).hexdigest()[:40]}"


def tell_applicant(
    application: Application, kind: str, *, at: datetime, once: str = "", **facts: str
) -> Message:
    """Queue one message; ``once`` tells apart several of a kind (a second date of an interview)."""
    (channel, address), *others = contacts_of(application)
    organization = application.organization
    texts = TEXTS.get(application.message_language, TEXTS["ja"])
    known = {
        "organization": organization_name(organization, application.message_language),
        "url": status_url(application),
        **facts,
    }
    secret = secrets.token_hex(8) if kind == "code" else once
    subject, body = texts["subject"].format(**known), texts[kind].format(**known)
    # a code proves the one contact that it is sent to
    further = [] if kind == "code" else [Way(*other, body, subject) for other in others]
    return queue(
        Recipient(
            organization_id=organization.pk,
            key=f"application:{application.pk}",
            channel=channel,
            address=address,
            language=application.message_language,
            simulated=organization.is_demo,
        ),
        kind="code" if kind == "code" else f"application_{kind}",
        subject=subject,
        body=body,
        dedupe_key=f"application:{application.pk}:{kind}:{secret}".rstrip(":"),
        subject_key=f"application:{application.pk}",
        further=further,
        patience=CODE if kind == "code" else CALM,
        at=at,
    )

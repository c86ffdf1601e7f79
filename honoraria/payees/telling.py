"""Telling a person that the bank account for the money was changed, or that none can be paid to.

The message of a change goes to every contact in the register that can be written to, so that somebody who got
hold of one of them cannot turn the money away unseen. It names no bank and no number.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.reaching import WRITTEN, addresses_of, recipient
from dispatch.telling import tell_person
from dispatch.timing import decent_for
from dispatch.wording import fill, name_for
from realtime.outbox import queue
from volunteers.models import Volunteer

TOLD: Final = {
    "ja": "【{organization}】謝礼の振込先口座が変更されました。心当たりがないときは、窓口へご連絡ください。",
    "ja-simple": "【{organization}】あなたの 口座が かわりました。知らないときは、窓口に 電話してください。",
    "en": "{organization}: your bank account for payments was changed. Not you? Please call us.",
}


def tell_of_change(volunteer: Volunteer, account: int, at: datetime) -> None:
    """Queue the message, once for each way; without any way the desk is to call."""
    first = recipient(volunteer)
    known = addresses_of(volunteer)
    ways = {str(one): known[one] for one in WRITTEN if one in known}
    ways.setdefault(str(first.channel), first.address)
    language = volunteer.message_language if volunteer.message_language in TOLD else "ja"
    body = TOLD[language].format(organization=name_for(volunteer.organization, volunteer))
    for channel, address in ways.items():
        queue(
            replace(first, channel=channel, address=address),
            kind="account_changed",
            subject=_("振込先口座の変更"),
            body=body,
            dedupe_key=f"{volunteer.key}:account_changed:{account}:{channel}",
            subject_key=volunteer.key,
            at=at,
        )


def tell_of_refusal(volunteer: Volunteer, account: int, at: datetime) -> None:
    """The office pays to the account no more: please enter another, once per account."""
    tell_of_money(
        volunteer, "account_refused", "account", {}, key=f"bank_account:{account}:refused", at=at
    )


def tell_of_money(
    volunteer: Volunteer, kind: str, page: str, values: dict[str, str], *, key: str, at: datetime
) -> None:
    """Queue a message of `dispatch.message_texts` that leads to the own ``page``, not at night.

    ``key`` is used once: the same event is never told twice.
    """
    organization = volunteer.organization
    url = settings.PUBLIC_BASE_URL + reverse(f"volunteer_money:{page}")
    words = {"organization": name_for(organization, volunteer), "url": url} | values
    tell_person(
        volunteer,
        kind=kind,
        subject=fill(organization, "money_subject", volunteer, words),
        text=fill(organization, kind, volunteer, words),
        url=url,
        subject_key=volunteer.key,
        dedupe_key=key,
        at=at,
        not_before=decent_for(volunteer, organization, at),
    )

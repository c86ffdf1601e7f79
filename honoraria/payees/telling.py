"""Telling a person that the bank account for the money was changed, whoever changed it.

The message goes to every contact in the register that can be written to, so that somebody who got
hold of one of them cannot turn the money away unseen. It names no bank and no number.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from dispatch.reaching import WRITTEN, addresses_of, recipient
from dispatch.wording import name_for
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

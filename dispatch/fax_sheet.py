"""What stands on the FAX sheet of a message: the same as in the message, and boxes to tick. Pure.

Like every message it names no resident, no exact place and no field. It is in Japanese: whoever has
a FAX chose it when registering in writing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import Organization
from accounts.times import local, when_text
from dispatch.calls import ASKING, Call
from dispatch.message_texts import JA
from dispatch.models import Mode
from volunteers.languages import name as language_name
from volunteers.phones import as_written

GREETINGS = {
    "booked": "次の通訳をお願いすることになりました。よろしくお願いいたします。",
    "filled": "次の通訳は、ほかの方にお願いすることになりました。ありがとうございました。",
    "reconfirm": "次の通訳の予定が近づきました。お越しいただけるか、お知らせください。",
    "report": "次の通訳では、ありがとうございました。活動報告をお願いいたします。",
    "booking_cancelled": "お願いしていた次の通訳は、取消しになりました。お越しいただく必要はありません。",
    "booking_changed": "お願いしていた次の通訳は、日時・場所などが変わったため、いったん取消しになりました。"
    "改めてご連絡いたします。",
    "offer_cancelled": "お願いしていた次の通訳は、取消しになりました。お返事は不要です。",
    "offer_changed": "お願いしていた次の通訳は、内容が変わりました。改めてご連絡いたします。",
}
ANSWERED = ASKING | {"reconfirm"}
"""Kinds that ask for an answer on the sheet."""


def sheet_of(call: Call, organization: Organization, at: datetime) -> dict[str, Any]:
    """What ``papers/fax.typ`` needs; ``at`` is printed as the day of sending."""
    asks = call.message.kind in ANSWERED
    return {
        "organization": organization.name,
        "phone": organization.phone,
        "reply_fax": organization.fax,
        "to": call.volunteer.name,
        "fax": as_written(call.volunteer.fax),
        "sent_on": _day(at),
        "greeting": _greeting(call),
        "facts": _facts(call),
        "asks": asks,
        "deadline": _deadline(call, at) if asks else "",
    }


def title_of(call: Call) -> str:
    """The subject of the sheet."""
    return call.to_say


def _greeting(call: Call) -> str:
    if call.message.kind in ASKING:
        return "次の通訳をお願いできますか。"
    about = f"{call.to_say}について、ご連絡いたします。くわしくは、お電話でお問い合わせください。"
    return GREETINGS.get(call.message.kind, about)


def _facts(call: Call) -> list[tuple[str, str]]:
    request = call.request
    if request is None:
        return []
    remote = call.offer is not None and call.offer.remote
    mode = Mode.VIDEO if remote else Mode(request.mode)
    return [
        ("言語", language_name(request.language, "ja")),
        ("日時", when_text(request.starts_at, request.ends_at)),
        ("地域", request.public_area or JA["area_unknown"]),
        ("方法", str(mode.label)),
        ("受付番号", request.number),
    ]


def _deadline(call: Call, at: datetime) -> str:
    """Until when to answer: as long as the offer lasts, else the day before the job."""
    if call.offer is not None:
        until = local(call.offer.expires_at)
        return f"{until.month}月{until.day}日 {until.hour}:{until:%M}"
    return "通訳の前日" if call.request else _day(at)


def _day(at: datetime) -> str:
    day = local(at)
    return f"{day.year}年{day.month}月{day.day}日"

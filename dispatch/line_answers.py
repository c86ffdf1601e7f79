"""LINE and the register: codes that connect an account, buttons below an offer, and who has gone.

Subscribed to `realtime.line`. What people write otherwise is understood like an SMS
(`dispatch.actions.inbox`). Somebody whom nobody knows is told, once a day, how to connect.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from accounts.codes import issue_tie, redeem_tie
from accounts.times import local
from dispatch.models import Offer
from dispatch.wording import name_for
from realtime import line
from realtime.line import Button, Connected
from realtime.models import Message
from realtime.outbox import CODE, Recipient, queue
from volunteers.actions.line import connect_line, forget_line
from volunteers.models import Volunteer

LINE = Message.Channel.LINE.value
SUBJECT = "line"
CONNECTED = {
    "ja": "【{organization}】LINEとつながりました。これから、ここへご連絡します。",
    "ja-simple": "【{organization}】LINEと つながりました。これから ここに れんらくします。",
    "en": "{organization}: your LINE is connected. We will write to you here.",
}
HOW = (
    "ご登録のボランティアの方は、次のページで6文字の番号を作り、このトークに送ってください。\n"
    "Registered volunteers: please make a code on this page and send it here.\n{url}"
)
"""For an account that nobody has connected: which language it reads is not known."""
YES = {"ja": "はい", "ja-simple": "はい", "en": "Yes"}
NO = {"ja": "いいえ", "ja-simple": "いいえ", "en": "No"}


def connect() -> None:
    """Hear of LINE accounts; once, when the apps are ready."""
    line.buttons.append(buttons_of)
    line.on_text.append(hear)
    line.on_follow.append(greet)
    line.on_gone.append(leave)


def new_code(volunteer: Volunteer, *, at: datetime) -> str:
    """Six letters for the person to send from the LINE account; good for ten minutes, once.

    Raises ActionError ``too_many_codes``.
    """
    return issue_tie(f"{SUBJECT}:{volunteer.pk}", at=at, user=volunteer.user)


def hear(account: str, text: str, at: datetime) -> Connected | None:
    """A text that is a valid code connects the account; who is unknown hears how to."""
    kind, _, pk = redeem_tie(text, at=at).partition(":")
    found = Volunteer.objects.filter(pk=int(pk) if kind == SUBJECT else 0)
    volunteer = found.select_related("organization", "user").first()
    if volunteer is None:
        greet(account, at)
        return None
    connect_line(volunteer, account, at=at)
    _confirm(volunteer, account, at)
    return Connected(volunteer.organization_id, volunteer.key)


def greet(account: str, at: datetime) -> None:
    """Tell an account that nobody has connected how to do so, once a day."""
    if Volunteer.objects.filter(line_id=account).exists():
        return
    url = settings.PUBLIC_BASE_URL + reverse("volunteer:line")
    nobody = Recipient(
        organization_id=0, key=f"line:{account}", channel=LINE, address=account, language="ja",
        simulated=False,
    )  # fmt: skip
    queue(
        nobody,
        kind="line_greeting",
        body=HOW.format(url=url),
        dedupe_key=f"line:{account}:greeting:{local(at).date()}",
        at=at,
        patience=CODE,
    )


def leave(account: str, at: datetime) -> None:
    """The account has blocked us: the next way takes its place."""
    forget_line(account, at=at)


def buttons_of(message: Message) -> list[Button]:
    """Yes and no below the question, as long as the offer waits for an answer."""
    kind, _, pk = message.subject_key.partition(":")
    if kind != "offer" or not message.kind.startswith(("offer", "ring")):
        return []
    offer = Offer.objects.open().filter(pk=int(pk)).exclude(code="").first()
    if offer is None or message.kind in {"offer_cancelled", "offer_changed", "ring_stop"}:
        return []
    language = message.language
    return [
        Button(YES.get(language, YES["ja"]), f"{offer.code}1"),
        Button(NO.get(language, NO["ja"]), f"{offer.code}2"),
    ]


def _confirm(volunteer: Volunteer, account: str, at: datetime) -> None:
    language = volunteer.message_language
    text = CONNECTED.get(language, CONNECTED["ja"])
    to = Recipient(
        organization_id=volunteer.organization_id, key=volunteer.key, channel=LINE,
        address=account, language=language, simulated=volunteer.organization.is_demo,
    )  # fmt: skip
    queue(
        to,
        kind="line_connected",
        body=text.format(organization=name_for(volunteer.organization, volunteer)),
        dedupe_key=f"{volunteer.key}:line_connected:{at:%Y%m%d%H%M%S}",
        at=at,
        patience=CODE,
    )

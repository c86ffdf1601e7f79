"""What the keys of an automatic call change: an offer is taken or declined, a booking confirmed.

Subscribed to `realtime.voice`. Whoever cannot come to what is booked already keeps the seat, is put
through to the desk, and stands on its page of answers: one key alone gives nothing back. The same
key again hears the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from accounts.models import Organization
from dispatch.actions.assignments import reconfirm
from dispatch.actions.replies import announce
from dispatch.answering import answer_offer, reply_text
from dispatch.idle import is_idle
from dispatch.models import Assignment, Offer
from realtime import voice
from realtime.models import Inbound, Message
from realtime.voice import Answer
from volunteers.models import LanguageSkill

ASKING: Final = ("offer", "offer_video", "offer_now", "offer_now_video", "ring")
RECONFIRM: Final = "reconfirm"
OUTCOMES: Final = {
    "yours": "yours",
    "declined": "declined",
    "standby": "too_late",
    "too_late": "too_late",
    "reconfirmed": "yours",
}
"""What is also said in the person's own language, for those outcomes that have such a text."""
NEWER: Final = {
    "ja": "内容が変わりました。新しい内容のお願いを、あらためてお送りしています。",
    "ja-simple": "内容が かわりました。新しい おねがいを もう一度 おくっています。",
    "en": "It has changed. We have sent you the new request separately.",
}
"""Instead of the codes that a reply in writing names."""
IDLE: Final = {
    "ja": "しばらくご連絡がなかったため、窓口の職員がお話をうかがいます。",
    "ja-simple": "長い あいだ れんらくが なかったので、窓口の人が 話を 聞きます。",
    "en": "We have not heard from you for a long time, so somebody at the desk will talk to you.",
}
"""A number that may have changed hands: a yes counts only after the desk has made sure."""


def connect() -> None:
    """Hear the keys of calls; once, when the apps are ready."""
    voice.questions.append(is_question)
    voice.on_key.append(answer)
    voice.desk_numbers.append(desk_of)
    voice.own_languages.append(own_language_of)


def is_question(message: Message) -> bool:
    """Whether a yes or a no is wanted."""
    return message.kind in ASKING or message.kind.startswith(RECONFIRM)


def answer(message: Message, key: str, at: datetime) -> Answer | None:
    """What a yes (1) or a no (2) leads to; None for messages that only tell something."""
    yes = key == voice.YES
    if message.kind in ASKING:
        return _answer_offer(message, yes, at)
    if message.kind.startswith(RECONFIRM):
        return _reconfirm(message, yes, at)
    return None


def desk_of(message: Message) -> str:
    """The telephone of the organization that sent the message, in E.164."""
    phone = Organization.objects.filter(pk=message.organization_id).values_list("phone", flat=True)
    number = phone.first() or ""
    return number if number.startswith("+") else ""


def own_language_of(message: Message) -> str:
    """What a person who does not read Japanese as it is usually written speaks best.

    The register does not ask for a mother tongue; the best of the languages somebody interprets is
    one that is understood.
    """
    volunteer_id = _number(message.recipient, "volunteer")
    if not volunteer_id or message.language == "ja":
        return ""
    skills = LanguageSkill.objects.filter(volunteer_id=volunteer_id)
    best = skills.order_by("-from_japanese", "-to_japanese", "pk").first()
    return best.language if best else ""


def _answer_offer(message: Message, yes: bool, at: datetime) -> Answer | None:
    pk = _number(message.subject_key, "offer")
    offer = Offer.objects.select_related("volunteer").filter(pk=pk).first()
    if offer is None:
        return None
    if yes and is_idle(offer.volunteer, at):
        _leave_for_desk(message, "idle", yes, at)
        return Answer(text=IDLE.get(message.language, IDLE["ja"]), dial=True)
    found = answer_offer(offer, yes, via=Offer.Via.VOICE, at=at)
    if found.needs_desk:
        _leave_for_desk(message, found.code, yes, at)
    text = found.spoken
    if found.code == "newer":
        text = NEWER.get(message.language, NEWER["ja"])
    return Answer(OUTCOMES.get(found.code, ""), text, dial=found.needs_desk)


def _reconfirm(message: Message, yes: bool, at: datetime) -> Answer | None:
    pk = _number(message.dedupe_key, "assignment")
    held = Assignment.objects.active().select_related("request", "volunteer").filter(pk=pk).first()
    if held is None:
        return None
    if yes:
        reconfirm(held, at=at, label=held.volunteer.name)
    else:
        _leave_for_desk(message, "held", yes, at)
    word = "reconfirmed" if yes else "held"
    text = reply_text(word, held.request, held.volunteer, aloud=True)
    return Answer(OUTCOMES.get(word, ""), text, dial=not yes)


def _leave_for_desk(message: Message, why: str, yes: bool, at: datetime) -> None:
    """A line on the desk's page of answers, in case nobody picks up there; once per call and key."""
    inbound, is_new = Inbound.objects.get_or_create(
        channel=Message.Channel.VOICE,
        provider_id=f"key:{message.pk}:{int(yes)}",
        defaults={
            "address": message.address,
            "body": "1（はい）" if yes else "2（いいえ）",
            "received_at": at,
            "state": Inbound.State.UNCLEAR,
            "organization_id": message.organization_id,
            "recipient": message.recipient,
            "understood_as": why,
        },
    )
    if is_new:
        announce(inbound)


def _number(key: str, kind: str) -> int:
    """The number in a key such as ``offer:12`` or ``assignment:7:reconfirm``; 0 if it is another."""
    name, _, rest = key.partition(":")
    number = rest.partition(":")[0]
    return int(number) if name == kind and number.isdecimal() else 0

"""What the keys of an automatic call change: an offer is taken or declined, a booking confirmed.

Subscribed to `realtime.voice`. Whoever cannot come to a booked appointment is put through to the
desk instead of losing the seat by one key. A key counts once; the same again hears the same.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import translation

from accounts.errors import ActionError
from accounts.models import Organization
from dispatch.actions.assignments import reconfirm
from dispatch.actions.offers import accept_offer, decline_offer
from dispatch.models import Assignment, Offer
from realtime import voice
from realtime.models import Message
from realtime.voice import Answer
from volunteers.models import LanguageSkill, Volunteer

ASKING = ("offer", "offer_video", "offer_now", "offer_now_video", "ring")
RECONFIRM = "reconfirm"


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
    with translation.override(message.language):
        try:
            if message.kind in ASKING:
                return _answer_offer(message, yes, at)
            if message.kind.startswith(RECONFIRM):
                return _reconfirm(message, yes, at)
        except ActionError as error:
            return Answer(text=error.text)
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
    volunteer_id = _volunteer_id(message)
    if volunteer_id is None or message.language == "ja":
        return ""
    skills = LanguageSkill.objects.filter(volunteer_id=volunteer_id)
    best = skills.order_by("-from_japanese", "-to_japanese", "pk").first()
    return best.language if best else ""


def _answer_offer(message: Message, yes: bool, at: datetime) -> Answer | None:
    offer = Offer.objects.filter(pk=_number(message.subject_key, "offer")).first()
    if offer is None:
        return None
    answer_offer = accept_offer if yes else decline_offer
    found = answer_offer(offer, via=Offer.Via.VOICE, at=at)
    # «closed»: a no to what is over already
    return Answer("declined" if found.outcome == "closed" else found.outcome)


def _reconfirm(message: Message, yes: bool, at: datetime) -> Answer | None:
    pk = _number(message.dedupe_key, "assignment")
    assignment = Assignment.objects.active().filter(pk=pk).first()
    if assignment is None:
        return Answer("too_late") if yes else None
    if not yes:
        return Answer("declined", dial=True)
    reconfirm(assignment, at=at)
    return Answer("yours")


def _volunteer_id(message: Message) -> int | None:
    found = _number(message.recipient, "volunteer")
    return found if Volunteer.objects.filter(pk=found).exists() else None


def _number(key: str, kind: str) -> int:
    """The number in a key such as ``offer:12`` or ``assignment:7:reconfirm``; 0 if it is another."""
    name, _, rest = key.partition(":")
    number = rest.partition(":")[0]
    return int(number) if name == kind and number.isdecimal() else 0

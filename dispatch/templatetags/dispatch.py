"""Tags for staff pages of this app: times, language names, telephone numbers, log lines."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import AuditEntry
from accounts.times import when_text
from dispatch.board import Rung
from dispatch.log_texts import look_of_line, sentence, wish_text
from dispatch.models import Offer, OperatorCall, Request, Requirement
from dispatch.neighbours import is_lent, name_on
from dispatch.operators import minutes_of
from dispatch.ringing import rings_at
from ui.templatetags.ui import icon
from volunteers.languages import name as language_name
from volunteers.models import Volunteer
from volunteers.phones import as_written

register = template.Library()
RUNG_ICONS = {
    "volunteer": "volunteers",
    "video": "video",
    "neighbour": "video",
    "operator": "phone",
    "device": "device",
}


@register.filter
def when(starts_at: datetime, ends_at: datetime) -> str:
    """«11月24日（火）14:00〜15:30» in Asia/Tokyo."""
    return when_text(starts_at, ends_at)


@register.filter
def language(tag: str) -> str:
    """The Japanese name of a language tag."""
    return language_name(tag, "ja")


@register.filter
def telephone(volunteer: Volunteer) -> SafeString | str:
    """A number to dial, as written in Japan; the mobile before the landline."""
    found = volunteer.mobile or volunteer.phone
    return number(found) if found else "番号の登録なし"


@register.filter
def number(text: str) -> SafeString | str:
    """A telephone number to dial, as written in Japan; what is no number stays plain text."""
    shown = as_written(text)
    return text if shown == text else format_html('<a href="tel:{}">{}</a>', text, shown)


@register.filter
def asked_name(offer: Offer) -> str:
    """Whoever was asked; a neighbour's volunteer without the name before accepting."""
    return name_on(offer)


@register.filter
def may_be_called(offer: Offer) -> bool:
    """The desk knows the person: our own volunteer, or one who has accepted."""
    lent = is_lent(offer.volunteer, offer.request.organization_id)
    return not lent or offer.state == Offer.State.ACCEPTED


@register.filter
def rings(offer: Offer, at: datetime) -> bool:
    """The telephone of whoever was asked rings at this moment."""
    return rings_at(offer, at)


@register.filter
def is_ours(volunteer: Volunteer, request: Request) -> bool:
    """On the register of the organization that asks."""
    return not is_lent(volunteer, request.organization_id)


@register.filter
def talked_minutes(call: OperatorCall) -> int:
    """The minutes charged for a call that has ended."""
    if call.connected_at is None or call.ended_at is None:
        return 0
    return minutes_of(call.price, (call.ended_at - call.connected_at).total_seconds())


@register.filter
def known_as(volunteer: Volunteer, requester: bool) -> str:
    """The name; for whoever asks from outside the one that residents see."""
    return volunteer.pseudonym if requester else volunteer.name


@register.filter
def log_line(entry: AuditEntry, names: dict[int, str]) -> str:
    """One line of the log as a sentence, with the volunteer's name unless that person acted."""
    name = names.get(entry.detail.get("volunteer", 0), "")
    about = f"{name}さん：" if name and name != entry.actor_label else ""
    return about + sentence(entry.verb, entry.detail)


@register.filter
def log_tone(entry: AuditEntry) -> str:
    """The CSS suffix of a log line's tone."""
    tone = look_of_line(entry.verb)[1]
    return f" timeline__item--{tone}" if tone else ""


@register.simple_tag
def log_icon(entry: AuditEntry) -> SafeString:
    """The icon of a log line."""
    return icon(look_of_line(entry.verb)[0])


@register.filter
def wish(requirement: Requirement) -> str:
    """A requirement in words: «女性の通訳者（必ず）»."""
    return wish_text(requirement)


@register.filter
def wish_for_requester(requirement: Requirement) -> str:
    """The same with the name that residents see."""
    person = requirement.volunteer
    return wish_text(requirement, person=person.pseudonym if person else "")


@register.simple_tag
def rung_icon(rung: Rung) -> SafeString:
    """The icon of a rung: a tick when it is behind us."""
    name = {"done": "check", "skipped": "minus-circle"}.get(rung.state)
    return icon(name or RUNG_ICONS.get(rung.kind, "link"))

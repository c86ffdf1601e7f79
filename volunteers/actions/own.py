"""What volunteers change in their own entry: hours, days off, languages, fields, ways to be reached.

Everything goes through `update_volunteer`, so that the register's history shows it with the
person's name. A language that somebody adds, or rates higher, is unverified until the desk checks
it; what the desk noted beside a language otherwise stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import ActionError
from accounts.models import User
from accounts.times import TOKYO
from volunteers import languages
from volunteers.actions import rows
from volunteers.actions.entries import update_volunteer
from volunteers.models import AvailabilityException, LanguageSkill, Volunteer
from volunteers.painting import Week, replace_layer
from volunteers.record import Absence, FieldEntry, Record, Skill
from volunteers.schedules import plain_rules

MOST_EXCEPTIONS = 60
FARTHEST = timedelta(days=731)
"""Days off and extra hours are noted up to two years ahead."""
GROUPS = ("asking", "news", "reminder")
"""Groups of messages that a way may be muted for."""


@dataclass(frozen=True)
class Spoken:
    """A language as the person rates it; levels 1 (△) to 3 (◎)."""

    language: str
    to_japanese: int
    from_japanese: int


def save_hours(
    volunteer: Volunteer,
    *,
    mask: int,
    week: Week,
    on_holidays: bool,
    drop: Iterable[int] = (),
    by: User | None,
    at: datetime,
) -> Volunteer:
    """Paint one layer of the week anew; everything else stays (`volunteers.painting`).

    Raises ActionError ``hours_odd`` for spans that no rule can hold.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        rules = plain_rules(present.rules.all())
        try:
            wanted = replace_layer(rules, mask, week, on_holidays=on_holidays, drop=drop)
        except ValueError as error:
            text = _("終わりは、始まりより後の時刻にしてください。")
            raise ActionError("hours_odd", text, status=400) from error
        return update_volunteer(present, Record(rules=wanted), by=by, at=at)


def add_exception(
    volunteer: Volunteer, absence: Absence, *, by: User | None, at: datetime
) -> Volunteer:
    """Days off, or extra hours. Raises ActionError: past, far, too_many, days_reversed."""
    with transaction.atomic():
        present = rows.lock(volunteer)
        today = at.astimezone(TOKYO).date()
        if absence.last_day < absence.first_day:
            text = _("終わりの日は、始まりの日より後にしてください。")
            raise ActionError("days_reversed", text, field="last_day", status=400)
        if absence.last_day < today:
            text = _("今日から後の日にしてください。")
            raise ActionError("past", text, field="first_day", status=400)
        if absence.last_day > today + FARTHEST:
            field = "last_day" if absence.last_day != absence.first_day else "first_day"
            raise ActionError("far", _("2年先までの日にしてください。"), field=field, status=400)
        known = [_absence(row) for row in present.exceptions.all()]
        if len([one for one in known if one.last_day >= today]) >= MOST_EXCEPTIONS:
            text = _("登録できる数を超えました。要らないものを消してください。")
            raise ActionError("too_many", text, status=400)
        return update_volunteer(present, Record(exceptions=[*known, absence]), by=by, at=at)


def remove_exception(volunteer: Volunteer, pk: int, *, by: User | None, at: datetime) -> Volunteer:
    """Take back one dated exception; one that is gone already is no error."""
    with transaction.atomic():
        present = rows.lock(volunteer)
        stays = [_absence(row) for row in present.exceptions.all() if row.pk != pk]
        return update_volunteer(present, Record(exceptions=stays), by=by, at=at)


def save_skills(
    volunteer: Volunteer, spoken: Sequence[Spoken], *, by: User | None, at: datetime
) -> list[str]:
    """Replace the languages; returns the tags that the desk has to check (new, or rated higher).

    Raises ActionError: language_twice, no_language.
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        if not spoken:
            text = _("言語を1つ以上登録してください。")
            raise ActionError("no_language", text, status=400)
        known = {row.language: row for row in present.skills.all()}
        wanted, to_check = [], []
        for one in spoken:
            tag = languages.canonical(one.language)
            row = known.get(tag)
            if row is None or _rated_higher(one, row):
                to_check.append(tag)
            wanted.append(_skill(one, row))
        update_volunteer(present, Record(skills=wanted), by=by, at=at)
    return to_check


def save_fields(
    volunteer: Volunteer, fields: Iterable[str], *, by: User | None, at: datetime
) -> Volunteer:
    """Replace the fields that are accepted; the desk's word about training stays."""
    with transaction.atomic():
        present = rows.lock(volunteer)
        qualified = {row.field: row.qualified for row in present.field_skills.all()}
        entries = [FieldEntry(code, qualified.get(code, False)) for code in fields]
        return update_volunteer(present, Record(field_skills=entries), by=by, at=at)


def save_ways(
    volunteer: Volunteer, ways: Sequence[str], *, by: User | None, at: datetime
) -> Volunteer:
    """The channels in the order in which they are tried; none of them: the desk telephones."""
    first, *others = [*dict.fromkeys(ways)] or [Volunteer.Channel.HAND.value]
    fields = {"channel": first, "other_channels": others}
    return update_volunteer(volunteer, Record(fields=fields), by=by, at=at)


def save_message_wishes(
    volunteer: Volunteer,
    *,
    muted: Mapping[str, Sequence[str]],
    quiet: tuple[int, int] | None,
    night_messages: bool,
    language: str,
    by: User | None,
    at: datetime,
) -> Volunteer:
    """Which groups not on which channel, quiet hours (None: as the desk), language.

    Raises ActionError ``all_muted`` when nothing could ask the person any more.
    """
    kept = {
        channel: [group for group in GROUPS if group in groups]
        for channel, groups in sorted(muted.items())
        if groups
    }
    used = [volunteer.channel, *volunteer.other_channels]
    if used and all("asking" in kept.get(channel, ()) for channel in used):
        text = _("通訳のお願いを受け取る方法を、1つ以上選んでください。")
        raise ActionError("all_muted", text, status=400)
    start, end = quiet or (None, None)
    fields = {
        "muted": kept,
        "quiet_from": start,
        "quiet_to": end,
        "night_messages": night_messages,
        "message_language": language,
    }
    return update_volunteer(volunteer, Record(fields=fields), by=by, at=at)


def _absence(row: AvailabilityException) -> Absence:
    return Absence(
        row.first_day, row.last_day, row.from_minute, row.to_minute, row.available, row.note
    )


def _rated_higher(one: Spoken, row: LanguageSkill) -> bool:
    return one.to_japanese > row.to_japanese or one.from_japanese > row.from_japanese


def _skill(one: Spoken, row: LanguageSkill | None) -> Skill:
    fresh = Skill(one.language, one.to_japanese, one.from_japanese)
    if row is None:
        return fresh
    if _rated_higher(one, row):
        return replace(fresh, certificate=row.certificate)
    return replace(
        fresh,
        certificate=row.certificate,
        verified_by=row.verified_by,
        verified_on=row.verified_on,
    )

"""What a draft read from an association's own list means for an entry of the register.

Pure: the same draft and entry always give the same proposal. Blank cells say nothing. Whatever
no field of the register holds goes into the remarks, each line once, under a dated heading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from volunteers import phones
from volunteers.availability import Rule
from volunteers.comparing.changes import Present
from volunteers.comparing.wanted import Wanted
from volunteers.importing.drafts import VolunteerDraft
from volunteers.importing.schedules import RuleValue
from volunteers.models import Volunteer
from volunteers.record import FieldEntry, Record, Skill, Term
from volunteers.terms import fiscal_year_start

EVERYDAY = 2
"""The level of a language for which the list names none (○)."""
_LANGUAGE_DOUBTS = frozenset(["language_unknown", "language_twice", "text_too_long", "ditto"])
_COLUMNS = ("name", "kana", "birth_date", "gender", "reach_minutes")


@dataclass(frozen=True)
class Conditions:
    """What holds for a whole run. ``today``: the day of the upload in Tokyo; ``pledged_on``: the
    day on which everybody in the list had signed the pledge, if the coordinator says so."""

    today: date
    pledge_version: str
    pledged_on: date | None = None


@dataclass(frozen=True)
class Reading:
    """A draft, whether it adds languages instead of naming them all (a sheet per language), and
    the codes of what was doubtful in its row."""

    draft: VolunteerDraft
    adds_languages: bool = False
    doubts: frozenset[str] = frozenset()


def propose(reading: Reading, volunteer: Volunteer | None, conditions: Conditions) -> Wanted:
    """What the draft wants the entry (None: a new one) to be."""
    draft, present = reading.draft, Present(volunteer) if volunteer else None
    columns, extra = _columns(draft, volunteer)
    terms = _terms(draft, present, conditions)
    if not terms and draft.pledged_on:
        extra.append(f"誓約日：{_day(draft.pledged_on)}")
    lines = [*_said(draft), *extra]
    remarks = with_lines(volunteer.remarks if volunteer else "", draft.remarks, lines, conditions)
    if remarks:
        columns["remarks"] = remarks
    is_newly_paused = draft.remark.paused and (
        volunteer is None
        or (volunteer.status == Volunteer.Status.ACTIVE and _missing(draft.remarks, volunteer))
    )
    record = Record(
        fields=columns,
        areas=list(draft.area_names) or None,
        skills=_skills(reading, present),
        field_skills=_fields(reading, present),
        rules=_rules(reading, present),
    )
    status = Volunteer.Status.PAUSED.value if is_newly_paused else ""
    return Wanted(record, terms, status, reason="名簿の備考による" if status else "")


def _columns(
    draft: VolunteerDraft, volunteer: Volunteer | None
) -> tuple[dict[str, Any], list[str]]:
    """Columns that the draft states, and lines for what does not fit into them."""
    columns = {name: getattr(draft, name) for name in _COLUMNS if getattr(draft, name)}
    extra: list[str] = []
    if draft.number is not None:
        columns["number"] = draft.number
    if draft.by_car:
        columns["by_car"] = True
    extra += _take_phones(draft, columns)
    for index, address in enumerate(draft.emails):
        if index == 0 and _is_email(address):
            columns["email"] = address
        else:
            extra.append(f"メール（ほか）：{address}")
    home = " ".join(filter(None, [draft.postal_code and _postal(draft.postal_code), draft.address]))
    certificates = "、".join(draft.qualifications)
    for name, label, text, longest in (
        ("address", "住所", home, 200),
        ("certificates", "資格等", certificates, 300),
    ):
        if text and len(text) <= longest:
            columns[name] = text
        elif text:
            extra.append(f"{label}：{text}")
    if volunteer is None:
        columns["channel"] = _channel(draft, columns)
    return columns, extra


def _postal(code: str) -> str:
    return code if code.startswith("〒") else f"〒{code}"


def _is_email(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= 254


def _take_phones(draft: VolunteerDraft, columns: dict[str, Any]) -> Iterator[str]:
    """Put one number of each kind into its column; yield lines for further ones."""
    names = {"mobile": "mobile", "fax": "fax"}
    for phone in draft.phones:
        name = names.get(phone.kind, "phone")
        if name not in columns:
            columns[name] = phone.e164
        else:
            yield f"電話（ほか）：{phones.as_written(phone.e164)}"


def _channel(draft: VolunteerDraft, columns: dict[str, Any]) -> str:
    if draft.remark.prefers_fax or draft.remark.no_smartphone:
        return Volunteer.Channel.HAND.value
    if "mobile" in columns:
        return Volunteer.Channel.SMS.value
    return (Volunteer.Channel.EMAIL if "email" in columns else Volunteer.Channel.HAND).value


def _said(draft: VolunteerDraft) -> Iterator[str]:
    """Lines for what a draft says and no column holds."""
    for note in draft.notes:
        yield f"{note.title}：{note.text}"
    if draft.translation:
        yield "翻訳も可"
    for label, text in (("国籍", draft.nationality), ("母語", draft.native_language)):
        if text:
            yield f"{label}：{text}"
    if draft.registered_on:
        yield f"登録日：{_day(draft.registered_on)}"


def _day(day: date) -> str:
    return f"{day:%Y/%-m/%-d}"


def with_lines(present: str, remark: str, lines: list[str], conditions: Conditions) -> str:
    """The remarks with every line that they lack: on a new entry the list's own remark as it is,
    everything else below a dated heading. "" if nothing is missing."""
    known = _known(present)
    own = [line for line in _each(remark) if line not in known]
    new = [line for text in lines for line in _each(text) if line not in known]
    if present and own:
        own, new = [], [*own, *new]
    new = [line for line in dict.fromkeys(new) if line not in own]
    if not own and not new:
        return ""
    blocks = [present.rstrip(), "\n".join(own)]
    if new:
        blocks.append("\n".join([f"【名簿より {_day(conditions.today)}】", *new]))
    return "\n\n".join(block for block in blocks if block)


def _each(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _known(text: str) -> set[str]:
    return set(_each(text))


def _missing(remark: str, volunteer: Volunteer) -> bool:
    return not set(_each(remark)) <= _known(volunteer.remarks)


def _skills(reading: Reading, present: Present | None) -> list[Skill] | None:
    """The languages; a cell that was not fully understood adds to what is known, never removes."""
    drafted = reading.draft.languages
    if not drafted:
        return None
    known = {skill.language: skill for skill in present.skills} if present else {}
    skills = [_skill(one.tag, one.level, known.get(one.tag)) for one in drafted]
    if reading.adds_languages or reading.doubts & _LANGUAGE_DOUBTS:
        named = {skill.language for skill in skills}
        skills = [*(skill for tag, skill in known.items() if tag not in named), *skills]
    return skills


def _skill(tag: str, level: int | None, known: Skill | None) -> Skill:
    if known is None:
        return Skill(tag, level or EVERYDAY, level or EVERYDAY)
    if level is None or level == max(known.to_japanese, known.from_japanese):
        return known
    return replace(known, to_japanese=level, from_japanese=level)


def _fields(reading: Reading, present: Present | None) -> list[FieldEntry] | None:
    codes: Collection[str] = reading.draft.fields
    if not codes:
        return None
    known = {one.field: one for one in present.field_skills} if present else {}
    if "field_unknown" in reading.doubts:
        codes = list(dict.fromkeys([*known, *codes]))
    return [known.get(code) or FieldEntry(code) for code in codes]


def _rules(reading: Reading, present: Present | None) -> list[Rule] | None:
    """The hours; somebody's corrections of a cell that was doubtful are left as they are."""
    rules = reading.draft.availability
    doubtful = any(code.startswith("schedule_") for code in reading.doubts)
    if not rules or (doubtful and present and present.rules):
        return None
    return sorted({_rule(rule) for rule in rules})


def _rule(rule: RuleValue) -> Rule:
    mask = sum(1 << (number - 1) for number in rule.nth)
    return Rule(rule.weekday, rule.from_minute, rule.to_minute, mask, rule.on_holidays)


def _terms(
    draft: VolunteerDraft, present: Present | None, conditions: Conditions
) -> tuple[Term, ...]:
    """The term to the day that the list names. A term is never shortened; a pledge never lost."""
    known = present.terms if present else []
    ends_on = draft.valid_until
    if ends_on is None:
        if not known or not (draft.pledged_on or conditions.pledged_on):
            return ()
        return (_pledged(known[0], draft, conditions),)
    same = next((term for term in known if term.ends_on == ends_on), None)
    if same:
        return (_pledged(same, draft, conditions),)
    if known and known[0].ends_on > ends_on:
        return ()
    starts_on = _start(ends_on, known, conditions.today)
    return (_pledged(Term(starts_on, ends_on), draft, conditions),)


def _start(ends_on: date, known: list[Term], today: date) -> date:
    """1 April of the fiscal year in which the term ends or, for terms of several years, of now."""
    opening = min(fiscal_year_start(ends_on), fiscal_year_start(today))
    if not known:
        return opening
    following = date.fromordinal(known[0].ends_on.toordinal() + 1)
    return min(max(opening, following), ends_on)


def _pledged(term: Term, draft: VolunteerDraft, conditions: Conditions) -> Term:
    day = draft.pledged_on or (None if term.pledged_on else conditions.pledged_on)
    if day is None or day == term.pledged_on:
        return term
    version = term.pledge_version or conditions.pledge_version
    return replace(term, pledged_on=day, pledge_version=version)

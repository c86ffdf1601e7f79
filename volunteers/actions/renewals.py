"""Staying for another term: the person signs and confirms, the desk accepts; one form a year.

A renewal is an `Application` of the kind ``renewal``. Nothing of the register changes before the
desk has accepted it; without changes many can be accepted at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import ActionError
from accounts.models import Organization, User
from accounts.times import local
from volunteers import languages
from volunteers.actions import applications, rows
from volunteers.actions.entries import update_volunteer
from volunteers.actions.terms import next_term_start, renew_registration
from volunteers.applications import rules
from volunteers.applications.pledges import is_signature_of, pledge_of
from volunteers.applications.words import FIELDS
from volunteers.models import Application, Volunteer
from volunteers.record import COLUMNS, FieldEntry, Record, Skill
from volunteers.subscriptions import tell
from volunteers.terms import fiscal_year_end

State = Application.State
CONFIRMED = ("name", "kana", "address", "public_name_consent")
"""Telephone and e-mail are not among them: a new one counts when a code sent there was typed."""
OPEN = (State.SUBMITTED, State.SCREENING, State.INTERVIEW)


def renewal_of(volunteer: Volunteer, today: date) -> Application | None:
    """The renewal for the coming (or, after the end, the present) term that counts, if any."""
    found = Application.objects.filter(volunteer=volunteer, kind=Application.Kind.RENEWAL)
    coming = found.filter(term_starts_on=next_term_start(volunteer, today), state__in=OPEN)
    return coming.first()


def submit_renewal(
    volunteer: Volunteer,
    *,
    values: Mapping[str, Any],
    skills: Sequence[Skill],
    pledge_version: str,
    signed_name: str,
    by: User | None,
    at: datetime,
) -> Application:
    """What the person confirms (``values``: `CONFIRMED` and fields_wanted) and the signed pledge.

    Raises ActionError withdrawn, too_early, already_sent, other_name, pledge_changed (a new text
    was published while the person read the old one).
    """
    today = local(at).date()
    with transaction.atomic():
        present = rows.lock(volunteer)
        latest = present.registrations.first()
        if present.status == Volunteer.Status.WITHDRAWN:
            raise ActionError("withdrawn", _("退会されています。窓口にご連絡ください。"))
        if latest is None or not rules.may_renew(latest.ends_on, today):
            raise ActionError("too_early", _("まだ更新の時期ではありません。"))
        if renewal_of(present, today) is not None:
            raise ActionError("already_sent", _("更新の手続きはもう受け付けています。"))
        if pledge_of(present.organization).version != pledge_version:
            text = _("誓約書が新しくなりました。もう一度お読みください。")
            raise ActionError("pledge_changed", text, field="agreed")
        if not is_signature_of(signed_name, present.name, present.kana):
            raise applications.other_name()
        made = Application(
            organization=present.organization,
            kind=Application.Kind.RENEWAL,
            state=State.DRAFT,
            volunteer=present,
            reference=secrets.token_urlsafe(24),
            term_starts_on=next_term_start(present, today),
            birth_date=present.birth_date,
            mobile=present.mobile,
            email=present.email,
            message_language=present.message_language,
            skills=applications.skill_values(skills),
            fields=list(values["fields_wanted"]),
            pledge_version=pledge_version,
            pledged_on=today,
            signed_name=signed_name.strip(),
            created_at=at,
            **{name: values[name] for name in CONFIRMED},
        )
        made.save()
        applications.move(made, State.SUBMITTED, by=by, at=at, label=present.name if not by else "")
        Volunteer.objects.filter(pk=present.pk).update(last_seen_at=at)
    return made


def accept_renewal(application: Application, *, by: User | None, at: datetime) -> Application:
    """Take the changes over and add the term; a language whose level changed is unverified again.

    Raises ActionError wrong_state and those of `renew_registration`.
    """
    with transaction.atomic():
        present = applications.lock(application)
        volunteer = present.volunteer
        if volunteer is None or present.kind != Application.Kind.RENEWAL or not present.pledged_on:
            raise ActionError("wrong_state", "更新の手続きではありません。")
        applications.check_move(present, State.ACCEPTED)
        update_volunteer(volunteer, _record_of(present, volunteer), by=by, at=at)
        term = renew_registration(
            volunteer,
            ends_on=fiscal_year_end(present.term_starts_on),
            pledged_on=present.pledged_on,
            pledge_version=present.pledge_version,
            by=by,
            at=at,
        )
        applications.move(present, State.ACCEPTED, by=by, at=at)
        tell(volunteer, "renewed", at, ends_on=term.ends_on.isoformat())
    return present


def accept_unchanged(organization: Organization, *, by: User | None, at: datetime) -> int:
    """Accept every open renewal that changes nothing in the register; returns how many.

    One that is refused (somebody else has just renewed it by paper) is left as it is.
    """
    done = 0
    for application in open_renewals(organization):
        if changes_of(application):
            continue
        try:
            accept_renewal(application, by=by, at=at)
            done += 1
        except ActionError:
            continue
    return done


def open_renewals(organization: Organization) -> list[Application]:
    """Renewals that wait for the desk, the oldest first."""
    found = Application.objects.filter(
        organization=organization, kind=Application.Kind.RENEWAL, state__in=OPEN
    )
    return list(found.select_related("volunteer", "organization").order_by("pk"))


def changes_of(application: Application) -> list[tuple[str, str, str]]:
    """(what, in the register, in the renewal) of everything that a renewal would change."""
    volunteer = application.volunteer
    if volunteer is None:
        return []
    found = [
        (COLUMNS[name], str(getattr(volunteer, name)), str(getattr(application, name)))
        for name in CONFIRMED
        if getattr(volunteer, name) != getattr(application, name)
    ]
    before, after = _levels(volunteer), _wished_levels(application)
    for tag in {**before, **after}:
        if before.get(tag) != after.get(tag):
            found.append((languages.name(tag), _marks(before.get(tag)), _marks(after.get(tag))))
    fields = {row.field for row in volunteer.field_skills.all()}
    if fields != set(application.fields):
        found.append(("分野", _field_names(fields), _field_names(set(application.fields))))
    return [(what, _shown(old), _shown(new)) for what, old, new in found]


def _record_of(application: Application, volunteer: Volunteer) -> Record:
    known = {row.language: row for row in volunteer.skills.all()}
    skills = []
    for wished in application.skills:
        skill = Skill(**wished)
        row = known.get(skill.language)
        same = row and (row.to_japanese, row.from_japanese) == (
            skill.to_japanese,
            skill.from_japanese,
        )
        if row and same:
            certificate = skill.certificate or row.certificate
            skill = Skill(
                skill.language, skill.to_japanese, skill.from_japanese, certificate,
                row.verified_by, row.verified_on,
            )  # fmt: skip
        skills.append(skill)
    qualified = {row.field for row in volunteer.field_skills.all() if row.qualified}
    return Record(
        fields={name: getattr(application, name) for name in CONFIRMED},
        skills=skills,
        field_skills=[FieldEntry(code, code in qualified) for code in application.fields],
    )


def _levels(volunteer: Volunteer) -> dict[str, tuple[int, int]]:
    return {row.language: (row.to_japanese, row.from_japanese) for row in volunteer.skills.all()}


def _wished_levels(application: Application) -> dict[str, tuple[int, int]]:
    return {
        row["language"]: (row["to_japanese"], row["from_japanese"]) for row in application.skills
    }


def _marks(levels: tuple[int, int] | None) -> str:
    marks = {1: "△", 2: "○", 3: "◎"}
    return f"{marks[levels[0]]}／{marks[levels[1]]}" if levels else ""


def _field_names(codes: set[str]) -> str:
    return "、".join(str(words) for code, words in FIELDS.items() if code in codes)


def _shown(value: str) -> str:
    return {"": "（なし）", "True": "はい", "False": "いいえ"}.get(value, value)

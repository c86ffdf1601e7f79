"""Every verb of somebody's way into the register: send, screen, interview, accept, decline.

Each locks the application, checks `Application.MOVES`, writes a `ScreeningStep` and an audit line,
and tells the applicant what they should know. Why somebody was declined stays inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import ActionError
from accounts.models import User
from accounts.times import local
from volunteers.actions.entries import register_volunteer
from volunteers.applications import rules, words
from volunteers.applications.messages import tell_applicant
from volunteers.applications.pledges import is_signature_of, pledge_of
from volunteers.models import Application, ApplicationDocument, ScreeningStep, Volunteer
from volunteers.record import FieldEntry, Record, Skill, Term
from volunteers.terms import fiscal_year_end

State = Application.State
APPLICANT = "応募者"


def submit_application(application: Application, *, channel: str, at: datetime) -> Application:
    """Send a complete draft whose contact on ``channel`` (sms, email) a code has just confirmed.

    Raises ActionError not_taken, incomplete, too_young, already_sent.
    """
    with transaction.atomic():
        present = lock(application)
        organization = present.organization
        if not organization.takes_applications:
            raise ActionError("not_taken", _("いまは応募を受け付けていません。"), status=404)
        if present.state != State.DRAFT:
            raise ActionError("already_sent", _("この応募はもう送信されています。"))
        address = {"sms": present.mobile, "email": present.email}.get(channel, "")
        if not present.draft.get("complete") or not address or present.birth_date is None:
            raise ActionError("incomplete", _("まだ入力していないところがあります。"))
        present.term_starts_on = rules.term_for(local(at).date())
        if not rules.old_enough(
            present.birth_date, present.term_starts_on, organization.minimum_age
        ):
            raise ActionError("too_young", _("応募できる年齢になっていません。"))
        present.contact_channel, present.draft, present.created_at = channel, {}, at
        move(present, State.SUBMITTED, by=None, at=at, label=APPLICANT)
        tell_applicant(present, "received", at=at)
    return present


def screen_application(
    application: Application, *, note: str = "", by: User | None, at: datetime
) -> Application:
    """The desk has begun to look at the papers. Raises ActionError wrong_state."""
    with transaction.atomic():
        present = lock(application)
        move(present, State.SCREENING, by=by, at=at, note=note)
    return present


def invite_to_interview(
    application: Application,
    *,
    when: datetime,
    place: str,
    note: str = "",
    by: User | None,
    at: datetime,
) -> Application:
    """Fix date (UTC instant) and place, also anew, and tell the applicant.

    Raises ActionError wrong_state, in_the_past.
    """
    if when <= at:
        raise ActionError("in_the_past", "面談はこれからの日時にしてください。", field="day")
    with transaction.atomic():
        present = lock(application)
        present.interview_at, present.interview_place = when, place
        if present.state == State.INTERVIEW:
            _log(present, "application.interview_moved", by=by, at=at, note=note)
        else:
            move(present, State.INTERVIEW, by=by, at=at, note=note)
        tell_applicant(
            present,
            "interview",
            at=at,
            once=str(present.version),
            when=words.instant_text(when, present.message_language),
            place=place,
        )
    return present


def sign_pledge(application: Application, *, signed_name: str, at: datetime) -> Application:
    """The applicant reads the present pledge on the screen and signs it.

    Signing again changes nothing. Raises ActionError wrong_state, other_name.
    """
    with transaction.atomic():
        present = lock(application)
        if present.pledged_on is not None:
            return present
        if present.state not in (State.SCREENING, State.INTERVIEW):
            raise ActionError("wrong_state", _("いまは署名できません。"))
        if not is_signature_of(signed_name, present.name, present.kana):
            raise other_name()
        present.pledge_version = pledge_of(present.organization).version
        present.pledged_on, present.signed_name = local(at).date(), signed_name.strip()
        _log(present, "application.pledged", by=None, at=at, label=APPLICANT)
    return present


def accept_application(
    application: Application,
    *,
    number: int | None = None,
    starts_on: date,
    paper_pledged_on: date | None = None,
    note: str = "",
    by: User | None,
    at: datetime,
) -> Volunteer:
    """Into the register, to the 31 March of the fiscal year of ``starts_on``; languages unverified.

    The pledge was signed on the screen, or on paper on ``paper_pledged_on``. Raises ActionError
    not_pledged, wrong_state, too_young and those of `register_volunteer`.
    """
    with transaction.atomic():
        present = lock(application)
        check_move(present, State.ACCEPTED)
        if paper_pledged_on is not None:
            present.pledged_on, present.signed_name = paper_pledged_on, ""
            present.pledge_version = present.organization.pledge_version
        if present.pledged_on is None:
            raise ActionError("not_pledged", "誓約書の署名がまだです。", field="pledge")
        if present.birth_date and not rules.old_enough(
            present.birth_date, starts_on, present.organization.minimum_age
        ):
            text = "その年度の4月1日に、登録できる年齢になっていません。"
            raise ActionError("too_young", text, field="starts_on")
        term = Term(
            starts_on, fiscal_year_end(starts_on), present.pledged_on, present.pledge_version
        )
        record = _record_of(present, term, number)
        volunteer = register_volunteer(present.organization, record, by=by, at=at)
        Volunteer.objects.filter(pk=volunteer.pk).update(contact_confirmed_at=present.created_at)
        present.volunteer = volunteer
        move(present, State.ACCEPTED, by=by, at=at, note=note)
        tell_applicant(
            present,
            "accepted",
            at=at,
            number=str(volunteer.number),
            ends_on=words.day_text(term.ends_on, present.message_language),
        )
    return volunteer


def decline_application(
    application: Application, *, note: str, by: User | None, at: datetime
) -> Application:
    """Not this time: the reason stays inside, the applicant gets kind words.

    Raises ActionError wrong_state.
    """
    with transaction.atomic():
        present = lock(application)
        present.decision_note = note
        move(present, State.DECLINED, by=by, at=at, note=note)
        if present.kind == Application.Kind.NEW:
            tell_applicant(present, "declined", at=at)
    return present


def withdraw_application(
    application: Application, *, by: User | None, at: datetime, note: str = ""
) -> Application:
    """The applicant thinks better of it; ``by`` is set when the desk was told by telephone.

    Raises ActionError wrong_state.
    """
    with transaction.atomic():
        present = lock(application)
        label = "" if by else APPLICANT
        move(present, State.WITHDRAWN, by=by, at=at, note=note, label=label)
    return present


def open_document(document: ApplicationDocument, *, by: User, at: datetime) -> ApplicationDocument:
    """Note that somebody looked at a file."""
    audit.record(
        _key(document.application),
        "application.document_opened",
        organization=document.application.organization_id,
        by=by,
        at=at,
        document=document.pk,
    )
    return document


def skill_values(skills: Sequence[Skill]) -> list[dict[str, Any]]:
    """Languages as an application keeps them."""
    names = ("language", "to_japanese", "from_japanese", "certificate")
    return [{name: getattr(skill, name) for name in names} for skill in skills]


def other_name() -> ActionError:
    """The refusal of a signature that is not the person's name."""
    text = _("登録している氏名と違います。同じように入力してください。")
    return ActionError("other_name", text, field="signed_name", status=400)


def _record_of(application: Application, term: Term, number: int | None) -> Record:
    columns = ("name", "kana", "birth_date", "mobile", "email", "address", "message_language")
    fields = {name: getattr(application, name) for name in columns}
    fields["channel"] = application.contact_channel or ("sms" if application.mobile else "email")
    fields["public_name_consent"] = application.public_name_consent
    if number is not None:
        fields["number"] = number
    return Record(
        fields=fields,
        skills=[Skill(**skill) for skill in application.skills],
        field_skills=[FieldEntry(code) for code in application.fields],
        registration=term,
    )


def lock(application: Application) -> Application:
    """The row as it is now, kept until the transaction ends."""
    rows = Application.objects.select_related("organization")
    return rows.select_for_update(of=("self",)).get(pk=application.pk)


def check_move(application: Application, to: str) -> None:
    """Raise ActionError wrong_state unless the application may go on to that state."""
    if to not in Application.MOVES[State(application.state)]:
        text = f"「{application.get_state_display()}」の応募には、この操作はできません。"
        raise ActionError("wrong_state", text)


def move(
    application: Application,
    to: str,
    *,
    by: User | None,
    at: datetime,
    note: str = "",
    label: str = "",
) -> None:
    """Go on to a state if that is allowed (else ActionError wrong_state), and log it."""
    check_move(application, to)
    application.state = to
    if not Application.MOVES[State(to)]:
        application.decided_at = at
    _log(application, f"application.{to}", by=by, at=at, note=note, label=label)


def _log(
    application: Application,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    note: str = "",
    label: str = "",
) -> None:
    """Save with a new version, a step of the screening, an audit line (without the note)."""
    application.version += 1
    application.save()
    ScreeningStep.objects.create(
        application=application, state=application.state, note=note, at=at, by=by
    )
    audit.record(
        _key(application),
        verb,
        organization=application.organization_id,
        by=by,
        at=at,
        label=label,
    )


def _key(application: Application) -> str:
    return f"application:{application.pk}"

"""Writing one previewed row: exactly what was shown, or nothing and the reason.

Before each row is written it is compared again. If somebody changed or entered the person since
the preview, the row is left for a human; so is a row that the register refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.errors import ActionError
from accounts.times import TOKYO
from volunteers.actions import states
from volunteers.actions.entries import update_volunteer
from volunteers.actions.many import register_volunteers
from volunteers.comparing.matching import Register
from volunteers.comparing.proposals import Conditions
from volunteers.comparing.rows import compare, identity
from volunteers.comparing.wanted import Wanted
from volunteers.models import ImportRow, ImportRun, Registration, Volunteer
from volunteers.record import Record, Term

Outcome = ImportRow.Outcome
REFUSALS = (ActionError, DataError, IntegrityError)
Status = Volunteer.Status


class Writer:
    """Writes the rows of one run; ``register`` is as it was when the writing began."""

    def __init__(
        self, run: ImportRun, register: Register, conditions: Conditions, *, at: datetime
    ) -> None:
        self._run = run
        self._register = register
        self._conditions = conditions
        self._at = at

    def in_order(self, rows: QuerySet[ImportRow]) -> list[int]:
        """Keys of the rows: whoever needs a new number comes after all who bring their own."""
        known = rows.values_list("pk", "decision", "draft__draft__number")
        return [pk for pk, _, _ in sorted(known, key=lambda one: (_needs_number(one), one[0]))]

    def write(self, rows: Sequence[ImportRow]) -> None:
        """Write rows and mark them, inside the caller's transaction."""
        new: list[tuple[ImportRow, Wanted]] = []
        for row in rows:
            try:
                present, wanted = self._checked(row)
                if present is None:
                    new.append((row, wanted))
                else:
                    with transaction.atomic():
                        self._update(row, present, wanted)
            except REFUSALS as error:
                self._leave_to_a_human(row, error)
        self._create_all(new)
        columns = ["volunteer", "applied", "outcome", "decision", "problems"]
        ImportRow.objects.bulk_update(rows, columns)
        self._record([row for row in rows if row.applied])

    def _checked(self, row: ImportRow) -> tuple[Volunteer | None, Wanted]:
        """Whom the row is about and what it changes; ActionError if that was not shown."""
        separate = row.decision == "separate"
        present = None if separate else self._present(row)
        comparison = compare(row.draft, present, self._conditions)
        if separate:
            return None, self._with_free_number(comparison.wanted)
        if comparison.changes and comparison.changes != row.changes:
            text = "確認のあとで、この方の登録が変更されました。もう一度取り込んでください。"
            raise ActionError("changed_meanwhile", text)
        return present, comparison.wanted

    def _create_all(self, new: Sequence[tuple[ImportRow, Wanted]]) -> None:
        """All at once; if one is refused, one by one."""
        try:
            with transaction.atomic():
                self._create(new)
        except REFUSALS:
            for pair in new:
                try:
                    with transaction.atomic():
                        self._create([pair])
                except REFUSALS as error:
                    self._leave_to_a_human(pair[0], error)

    def _create(self, new: Sequence[tuple[ImportRow, Wanted]]) -> None:
        people = register_volunteers(
            self._run.organization,
            [(wanted.record, wanted.terms) for _, wanted in new],
            by=self._run.by,
            at=self._at,
        )
        for (row, wanted), volunteer in zip(new, people, strict=True):
            self._set_state(volunteer, wanted)
            row.volunteer, row.applied = volunteer, True

    def _update(self, row: ImportRow, present: Volunteer, wanted: Wanted) -> None:
        changed = update_volunteer(
            present,
            _with_newest_term(wanted),
            by=self._run.by,
            at=self._at,
            version=present.version,
        )
        _write_terms(changed, wanted.terms)
        self._set_state(changed, wanted)
        row.volunteer, row.applied = changed, True

    def _record(self, rows: Sequence[ImportRow]) -> None:
        lines = [(f"volunteer:{row.volunteer_id}", {"run": self._run.pk}) for row in rows]
        organization = self._run.organization
        audit.record_each(
            lines, "volunteer.imported", organization=organization, by=self._run.by, at=self._at
        )

    def _present(self, row: ImportRow) -> Volunteer | None:
        """The entry that the row was compared with; ActionError if that is no longer so."""
        if row.volunteer_id is not None:
            return self._register.by_pk[row.volunteer_id]
        match = self._register.find(identity(row.draft))
        if match.volunteer is not None and row.outcome == Outcome.CREATE:
            text = f"確認のあとで「{match.volunteer.name}」さんが登録されました。"
            raise ActionError("registered_meanwhile", text)
        return None

    def _with_free_number(self, wanted: Wanted) -> Wanted:
        """Give up a number that somebody else has; it is kept as a remark."""
        fields: dict[str, Any] = dict(wanted.record.fields)
        number = fields.get("number")
        people = Volunteer.objects.of(self._run.organization)
        if number is None or not people.filter(number=number).exists():
            return wanted
        del fields["number"]
        remarks = str(fields.get("remarks", ""))
        fields["remarks"] = f"{remarks}\n名簿の登録番号：{number}".strip()
        record = wanted.record
        record = Record(fields, record.areas, record.skills, record.field_skills, record.rules,
                        record.exceptions)  # fmt: skip
        return Wanted(record, wanted.terms, wanted.status, wanted.paused_until, wanted.reason)

    def _set_state(self, volunteer: Volunteer, wanted: Wanted) -> None:
        moved: dict[str, Any] = {"by": self._run.by, "at": self._at}
        reason = wanted.reason or "名簿の取り込みによる"
        today = self._at.astimezone(TOKYO).date()
        over = wanted.paused_until is not None and wanted.paused_until < today
        if wanted.status == Status.PAUSED and not over:
            if volunteer.status == Status.WITHDRAWN:
                volunteer = states.resume_volunteer(volunteer, **moved)
            states.pause_volunteer(volunteer, until=wanted.paused_until, reason=reason, **moved)
        elif wanted.status == Status.WITHDRAWN and volunteer.status != Status.WITHDRAWN:
            states.withdraw_volunteer(volunteer, reason=reason, **moved)
        elif wanted.status == Status.ACTIVE and volunteer.status != Status.ACTIVE:
            states.resume_volunteer(volunteer, **moved)

    def _leave_to_a_human(self, row: ImportRow, error: Exception) -> None:
        code, text = "refused", f"登録できない内容です（{type(error).__name__}）。"
        if isinstance(error, ActionError):
            code, text = error.code, error.text
        problem = {"code": code, "message_ja": text, "original": "", "severity": "error"}
        row.problems = [*row.problems, {**problem, "column": ""}]
        row.outcome, row.decision, row.applied = Outcome.HUMAN, "", False


def _needs_number(row: tuple[int, str, int | None]) -> bool:
    _, decision, number = row
    return number is None or decision == "separate"


def _with_newest_term(wanted: Wanted) -> Record:
    """The record with the newest term, so that its warnings are right."""
    record = wanted.record
    term = max(wanted.terms, key=lambda one: one.ends_on, default=None)
    return Record(record.fields, record.areas, record.skills, record.field_skills, record.rules,
                  record.exceptions, term)  # fmt: skip


def _write_terms(volunteer: Volunteer, terms: tuple[Term, ...]) -> None:
    """Every term exactly as the file has it; one that starts on a known day replaces that one."""
    for term in terms:
        values = {
            "ends_on": term.ends_on,
            "pledged_on": term.pledged_on,
            "pledge_version": term.pledge_version,
        }
        Registration.objects.update_or_create(
            volunteer=volunteer, starts_on=term.starts_on, defaults=values
        )

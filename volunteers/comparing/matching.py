"""Who in the register a row of a file means: by number, by name and birth date, by telephone.

A number decides only if the name agrees at least roughly; otherwise a person must look. Somebody
whom another row of the file names by number is never taken for a namesake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from accounts.models import Organization
from volunteers.importing.drafts import VolunteerDraft
from volunteers.importing.problems import Problem
from volunteers.importing.text import name_key, one_line
from volunteers.models import Volunteer


@dataclass(frozen=True)
class Match:
    """The entry that is meant, None for somebody new, and why a person must decide."""

    volunteer: Volunteer | None = None
    doubt: Problem | None = None


class Register:
    """An organization's volunteers of every state with all their parts, found by what a row says."""

    def __init__(self, volunteers: Iterable[Volunteer]) -> None:
        self.by_pk = {one.pk: one for one in volunteers}
        self.by_number = {one.number: one for one in self.by_pk.values()}
        self._by_birth: dict[tuple[str, object], list[Volunteer]] = defaultdict(list)
        self._by_phone: dict[str, list[Volunteer]] = defaultdict(list)
        for one in self.by_pk.values():
            if one.birth_date:
                self._by_birth[name_key(one.name), one.birth_date].append(one)
            for number in {one.mobile, one.phone, one.fax} - {""}:
                self._by_phone[number].append(one)

    @classmethod
    def of(cls, organization: Organization) -> Register:
        """Everybody of an organization; seven statements whatever the size."""
        return cls(with_parts(organization))

    def claimed(self, drafts: Iterable[VolunteerDraft]) -> set[int]:
        """Keys of the entries that rows name by number and name."""
        found = ((draft, self.by_number.get(draft.number or 0)) for draft in drafts)
        return {one.pk for draft, one in found if one and agrees(draft, one)}

    def find(self, draft: VolunteerDraft, claimed: Set[int] = frozenset()) -> Match:
        """Whom the row means; ``claimed`` are entries that other rows name by number."""
        by_number = self.by_number.get(draft.number or 0)
        if by_number is not None:
            if agrees(draft, by_number):
                return Match(by_number)
            text = f"登録番号{draft.number}は、登録では「{by_number.name}」さんの番号です。"
            return Match(by_number, Problem("number_of_other", text, draft.name, "error"))
        namesakes = [one for one in self._namesakes(draft) if one.pk not in claimed]
        people = list({one.pk: one for one in namesakes}.values())
        if len(people) > 1:
            numbers = "、".join(str(one.number) for one in people)
            text = f"同じ人のような登録が複数あります（登録番号 {numbers}）。"
            return Match(None, Problem("several_like", text, draft.name, "error"))
        if people and draft.number is not None:
            text = f"登録番号{people[0].number}の「{people[0].name}」さんと同じ人のようですが、番号が違います。"
            return Match(people[0], Problem("number_differs", text, str(draft.number), "error"))
        return Match(people[0] if people else None)

    def _namesakes(self, draft: VolunteerDraft) -> Iterator[Volunteer]:
        if draft.birth_date:
            yield from self._by_birth[name_key(draft.name), draft.birth_date]
        for phone in draft.phones:
            for one in self._by_phone[phone.e164]:
                other_birthday = (
                    draft.birth_date and one.birth_date and draft.birth_date != one.birth_date
                )
                if same_name(draft, one) and not other_birthday:
                    yield one


def with_parts(organization: Organization) -> Iterable[Volunteer]:
    """Volunteers by number with everything that a file may say about them."""
    return (
        Volunteer.objects.of(organization)
        .prefetch_related("skills", "field_skills", "rules", "registrations", "areas", "exceptions")
        .order_by("number")
    )


def agrees(draft: VolunteerDraft, volunteer: Volunteer) -> bool:
    """Whether a row with a person's number can be that person: names change, birthdays do not."""
    if same_name(draft, volunteer):
        return True
    same_birthday = draft.birth_date is not None and draft.birth_date == volunteer.birth_date
    numbers = {phone.e164 for phone in draft.phones} & {volunteer.mobile, volunteer.phone}
    return same_birthday or bool(numbers and _parts(draft.name) & _parts(volunteer.name))


def same_name(draft: VolunteerDraft, volunteer: Volunteer) -> bool:
    """Names alike but for spelling, order or script (by the reading)."""
    if name_key(draft.name) == name_key(volunteer.name):
        return True
    if _parts(draft.name) == _parts(volunteer.name):
        return True
    reading = name_key(draft.kana)
    return bool(reading) and reading == name_key(volunteer.kana)


def _parts(name: str) -> frozenset[str]:
    return frozenset(name_key(part) for part in one_line(name).replace("・", " ").split())

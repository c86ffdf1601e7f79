"""Finds persons who stand in a file twice, by number, by name and birth date, by name and phone.

Each of the rows gets a problem that says where the other one is and what differs. Nothing is
merged here. A person on two sheets of one file (a sheet per language) is told apart from a
slip, because then only the languages should differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace

from volunteers.importing.drafts import RowResult, VolunteerDraft
from volunteers.importing.problems import Problem
from volunteers.importing.text import name_key

_MAX_GROUP = 20
_LABELS = {
    "number": "登録番号", "name": "氏名", "kana": "フリガナ", "birth_date": "生年月日", "gender": "性別",
    "phones": "電話", "emails": "メール", "address": "住所", "languages": "対応言語", "availability": "活動時間",
    "area_names": "地域", "fields": "分野", "qualifications": "資格", "valid_until": "登録期限", "remarks": "備考",
    "notes": "メモ",
}  # fmt: skip


def find_duplicates(rows: Sequence[RowResult]) -> list[RowResult]:
    """Return the rows in the same order, with problems and `same_as` on those that repeat a person.

    Codes: duplicate_identical, duplicate_differs, duplicate_other_sheet (only the languages and
    what belongs to them differ), number_twice (two people with one number; severity "error").
    """
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row.draft:
            for key in _keys(row.draft):
                groups[key].append(index)
    pairs = {pair for indexes in groups.values() for pair in _pairs(indexes)}
    found: dict[int, list[int]] = defaultdict(list)
    for one, other in sorted(pairs):
        found[one].append(other)
        found[other].append(one)
    return [
        _marked(row, [rows[other] for other in found[index]]) if index in found else row
        for index, row in enumerate(rows)
    ]


def _keys(draft: VolunteerDraft) -> Iterator[tuple[object, ...]]:
    if draft.number is not None:
        yield ("number", draft.number)
    name = name_key(draft.name)
    if not name:
        return
    if draft.birth_date:
        yield ("birth", name, draft.birth_date)
    for phone in draft.phones:
        yield ("phone", name, phone.e164)
    for email in draft.emails:
        yield ("email", name, email.lower())


def _pairs(indexes: list[int]) -> Iterator[tuple[int, int]]:
    """Pair every row with the first of its group; all with all only in groups of a human size."""
    if len(indexes) > _MAX_GROUP:
        yield from ((indexes[0], other) for other in indexes[1:])
        return
    for position, one in enumerate(indexes):
        yield from ((one, other) for other in indexes[position + 1 :])


def _marked(row: RowResult, others: Iterable[RowResult]) -> RowResult:
    shown = list(others)[:_MAX_GROUP]
    problems = tuple(_problem(row, other) for other in shown)
    same_as = tuple(
        (other.sheet, other.row_number)
        for other, one in zip(shown, problems, strict=True)
        if one.code != "number_twice"
    )
    return replace(row, problems=(*row.problems, *problems), same_as=same_as)


def _problem(row: RowResult, other: RowResult) -> Problem:
    if row.draft is None or other.draft is None:
        raise ValueError("only drafts can repeat a person")
    differing = differences(row.draft, other.draft)
    place = (
        f"{other.row_number}行目"
        if other.sheet == row.sheet
        else f"「{other.sheet}」の{other.row_number}行目"
    )
    original = row.draft.name
    same_number = row.draft.number is not None and row.draft.number == other.draft.number
    if same_number and "name" in differing and not _shares_contact(row.draft, other.draft):
        message = f"登録番号{row.draft.number}が{place}（{other.draft.name}）と重なっています。"
        return Problem("number_twice", message, original, "error", "登録番号")
    if not differing:
        return Problem("duplicate_identical", f"{place}と同じ内容です。", original, "info")
    labels = "、".join(_LABELS[name] for name in differing)
    if row.sheet != other.sheet and set(differing) <= {
        "languages",
        "notes",
        "remarks",
        "qualifications",
    }:
        return Problem(
            "duplicate_other_sheet", f"{place}にもいます（違い：{labels}）。", original, "info"
        )
    return Problem(
        "duplicate_differs", f"{place}と同じ人のようですが、{labels}が違います。", original
    )


def _shares_contact(one: VolunteerDraft, other: VolunteerDraft) -> bool:
    phones = {phone.e164 for phone in one.phones} & {phone.e164 for phone in other.phones}
    return bool(phones) or (one.birth_date is not None and one.birth_date == other.birth_date)


def differences(one: VolunteerDraft, other: VolunteerDraft) -> list[str]:
    """Return the names of the fields in which two drafts differ, names compared loosely."""
    found = []
    for field in fields(VolunteerDraft):
        if field.name not in _LABELS:
            continue
        left, right = getattr(one, field.name), getattr(other, field.name)
        if field.name in ("name", "kana"):
            left, right = name_key(left), name_key(right)
        elif field.name == "phones":
            left, right = {phone.e164 for phone in left}, {phone.e164 for phone in right}
        elif field.name == "languages":
            left, right = {(s.tag, s.level) for s in left}, {(s.tag, s.level) for s in right}
        if left != right:
            found.append(field.name)
    return found

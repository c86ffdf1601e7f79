"""Reads telephone numbers and e-mail addresses as they are typed into lists.

Numbers become E.164. Excel drops the first zero of a number typed without hyphens: it is put back,
silently for mobile numbers, where the result can only be meant so, and with a note for others.
A cell may hold several numbers; what is no number stays as `rest`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberType

from volunteers.importing.problems import Parsed, Problem
from volunteers.importing.text import is_ditto, is_nothing, plain
from volunteers.importing.workbook import CellValue

PhoneKind = Literal["mobile", "landline", "ip", "fax", "unknown"]

_NUMBER = re.compile(r"(?:\+|00)?\(?\+?\d[\d()\-./ ]{6,}\d")
_HYPHENS = re.compile(r"[‐‑‒–—―−ー－]")
_EMAIL = re.compile(
    r"[A-Za-z0-9._%+'/=?^{}|~!#$&*\-]+@[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"
)
_MOBILE_WITHOUT_ZERO = re.compile(r"[789]0\d{8}")
_LABELS = re.compile(
    r"(?:携帯|自宅|勤務先|職場|電話|番号|tel|fax|mobile|phone)[::.]?|[、,;/()\s:]+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number in E.164 with the kind of line, and the text it was read from."""

    e164: str
    kind: PhoneKind
    original: str


def parse_phones(value: CellValue, expected: PhoneKind = "unknown") -> Parsed[tuple[Phone, ...]]:
    """Read every number of a cell; `expected` is what the column's title says they are."""
    original = "" if value is None else str(value)
    if is_nothing(original):
        return Parsed(())
    text = _HYPHENS.sub("-", plain(original))
    if is_ditto(original):
        return Parsed(
            (), (Problem("ditto", "「同上」は番号を特定できません。", original),), original
        )
    phones: list[Phone] = []
    problems: list[Problem] = []
    rest = text
    for candidate in _NUMBER.findall(text):
        read = _read_number(candidate.strip(), expected)
        if read is None:
            continue
        phones.append(read[0])
        problems.extend(read[1])
        rest = rest.replace(candidate, " ", 1)
    left = _LABELS.sub("", rest)
    if left and phones:
        problems.append(Problem("phone_extra_text", "電話番号のほかに文字があります。", original))
    elif not phones:
        problems.append(Problem("phone_unreadable", "電話番号として読み取れません。", original))
    unique = tuple({phone.e164: phone for phone in phones}.values())
    return Parsed(unique, tuple(problems), original if left or not phones else "")


@lru_cache(maxsize=4096)
def _read_number(candidate: str, expected: PhoneKind) -> tuple[Phone, tuple[Problem, ...]] | None:
    digits = re.sub(r"\D", "", candidate)
    restored = ""
    if candidate.startswith(("+", "(+", "00")):
        typed = "+" + digits.removeprefix("00")
    elif digits.startswith("81") and len(digits) in (11, 12):
        typed = restored = "+" + digits
    elif digits.startswith("0"):
        typed = digits
    else:
        typed = restored = "0" + digits
    number = _parse(typed) or _parse("+" + typed)
    if number is None:
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    kind = _kind(number, expected)
    problems = _number_problems(number, kind, expected, candidate)
    if restored and not _MOBILE_WITHOUT_ZERO.fullmatch(digits):
        message = f"先頭を補って {_national(number)} と読みました。"
        problems = (*problems, Problem("phone_restored", message, candidate))
    return Phone(e164, kind, candidate), problems


def _parse(typed: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(typed, "JP")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _national(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


def _kind(number: phonenumbers.PhoneNumber, expected: PhoneKind) -> PhoneKind:
    if expected == "fax":
        return "fax"
    kinds: dict[int, PhoneKind] = {
        PhoneNumberType.MOBILE: "mobile",
        PhoneNumberType.FIXED_LINE: "landline",
        PhoneNumberType.VOIP: "ip",
    }
    return kinds.get(phonenumbers.number_type(number), expected)


def _number_problems(
    number: phonenumbers.PhoneNumber, kind: PhoneKind, expected: PhoneKind, original: str
) -> tuple[Problem, ...]:
    if not phonenumbers.is_valid_number(number):
        return (Problem("phone_invalid", "使われていない形の電話番号です。", original),)
    if number.country_code != 81:
        return (Problem("phone_abroad", "海外の電話番号です。", original),)
    if expected == "mobile" and kind != "mobile":
        return (
            Problem("phone_not_mobile", "携帯の欄ですが、携帯電話の番号ではありません。", original),
        )
    return ()


def parse_emails(value: CellValue) -> Parsed[tuple[str, ...]]:
    """Read every e-mail address of a cell; the part after @ in lower case."""
    original = "" if value is None else str(value)
    if is_nothing(original):
        return Parsed(())
    text = plain(original).replace("＠", "@")
    found = _EMAIL.findall(text)
    left = re.sub(r"[\s、,;/()<>・]+", "", _EMAIL.sub("", text))
    addresses = tuple(dict.fromkeys(_lower_domain(address) for address in found))
    if not addresses:
        return Parsed(
            (),
            (Problem("email_unreadable", "メールアドレスとして読み取れません。", original),),
            original,
        )
    if left:
        problem = Problem("email_extra_text", "メールアドレスのほかに文字があります。", original)
        return Parsed(addresses, (problem,), original)
    return Parsed(addresses)


def _lower_domain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"

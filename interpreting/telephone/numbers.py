"""Telephone numbers of a three-way call: which may be called, and how they stand on a screen.

A number typed by a guest is called at the organization's cost, so that only ordinary numbers in
Japan count: nothing abroad, no services with charges of their own.
"""

from __future__ import annotations

import phonenumbers

from accounts.errors import ActionError
from volunteers.phones import as_written, to_e164

Kind = phonenumbers.PhoneNumberType
ORDINARY = {Kind.FIXED_LINE, Kind.MOBILE, Kind.FIXED_LINE_OR_MOBILE, Kind.VOIP}
MOBILE = ("+8160", "+8170", "+8180", "+8190")  # blocks open faster than lists are published
KEPT = 4  # digits at the end that stay readable


def callable_number(text: str, *, field: str) -> str:
    """What was typed as E.164; raises ActionError ``wrong_number`` or ``number_not_allowed``."""
    try:
        number = to_e164(text)
    except ValueError as error:
        words = "電話番号を確かめてください。"
        raise ActionError("wrong_number", words, field=field, status=400) from error
    parsed = phonenumbers.parse(number)
    ordinary = phonenumbers.number_type(parsed) in ORDINARY or number.startswith(MOBILE)
    if parsed.country_code != 81 or not ordinary:
        words = "日本国内の固定電話・携帯電話・IP電話の番号を入力してください。"
        raise ActionError("number_not_allowed", words, field=field, status=400)
    return number


def masked(number: str) -> str:
    """090-****-1234 of a number in E.164; empty for none."""
    written = as_written(number) if number else ""
    parts = written.split("-")
    if len(parts) < 3:
        return "*" * max(0, len(written) - KEPT) + written[-KEPT:]
    return "-".join([parts[0], *("*" * len(part) for part in parts[1:-1]), parts[-1]])

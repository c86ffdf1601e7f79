"""Telephone numbers of one person: typed in any Japanese style, stored as E.164, shown as written.

Lists from Excel, where zeros are lost and cells hold several numbers, are read by
`volunteers.importing`; here exactly one number was typed by somebody who can be asked again.
"""

import re
import unicodedata

import phonenumbers

# mobile blocks are opened faster than lists of valid numbers are published
_MOBILE = re.compile(r"\+81[6-9]0\d{8}")
HYPHENS = re.compile("[‐‑‒–—―−ー－ｰ~〜]")


def to_e164(text: str) -> str:
    """The number in E.164; numbers without a country code are Japanese.

    Raises ValueError for anything that is not exactly one valid telephone number.
    """
    typed = HYPHENS.sub("-", unicodedata.normalize("NFKC", text)).strip()
    if not re.fullmatch(r"[+\d()\-./ ]+", typed):
        raise ValueError(text)
    try:
        number = phonenumbers.parse(typed, "JP")
    except phonenumbers.NumberParseException as error:
        raise ValueError(text) from error
    e164 = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if not phonenumbers.is_valid_number(number) and not _MOBILE.fullmatch(e164):
        raise ValueError(text)
    return e164


def is_mobile(e164: str) -> bool:
    """Whether it is a Japanese mobile number, the kind that gets an SMS at the price at home."""
    return bool(_MOBILE.fullmatch(e164))


def as_written(e164: str) -> str:
    """The number as people in Japan write it: 090-1234-5678, or +82 2-… from abroad."""
    try:
        number = phonenumbers.parse(e164, "JP")
    except phonenumbers.NumberParseException:
        return e164
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == 81
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return str(phonenumbers.format_number(number, style))


def digits(text: str) -> str:
    """The digits of what was typed, without the country code or the leading zero, to search by."""
    found = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return found.removeprefix("81") if "+" in text or "＋" in text else found.removeprefix("0")

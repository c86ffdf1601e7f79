"""Secrets that sign somebody in once: typed codes, links, invitations; only hashes are kept.

A code is six digits, good for ten minutes and five wrong tries, five codes an hour for one subject
such as ``volunteer:12``. A link is shown by GET and used up by POST only, because mail scanners
follow links. Demo links are the exception: they may be used again, and only where
``TSUNAGI_MODE=demo`` (see `accounts.sign_in`). A tie goes the other way: shown to somebody who is
signed in and sent to us from another account of theirs, it says whose that account is.
"""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.errors import ActionError
from accounts.models import SignInCode, User

Purpose = SignInCode.Purpose
LIFETIMES = {
    Purpose.CODE: timedelta(minutes=10),
    Purpose.LINK: timedelta(minutes=10),
    Purpose.INVITE: timedelta(hours=72),
    Purpose.DEMO: timedelta(days=3650),
    Purpose.TIE: timedelta(minutes=10),
}
DIGITS = 6
MAX_WRONG_TRIES = 5
MAX_CODES_AN_HOUR = 5
TIE_LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"
"""Without what is taken for something else, and without vowels: no code is a word."""
TIE_LENGTH = 6
PEPPER = "accounts.codes"
BROWSER_SESSION = "browser"


def issue_code(subject: str, *, at: datetime, user: User | None = None) -> str:
    """A new code for ``subject``; the codes before it stop working.

    Raises ActionError ``too_many_codes`` (429) after five within an hour.
    """
    with transaction.atomic():
        _lock(subject)
        earlier = SignInCode.objects.filter(purpose=Purpose.CODE, subject=subject)
        if earlier.filter(created_at__gt=at - timedelta(hours=1)).count() >= MAX_CODES_AN_HOUR:
            raise ActionError(
                "too_many_codes",
                _("確認番号を続けてお送りしました。1時間ほどおいてから、もう一度お試しください。"),
                status=429,
            )
        earlier.filter(used_at=None).update(used_at=at)
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        _remember(Purpose.CODE, digits, at=at, user=user, subject=subject)
    return digits


def redeem_code(subject: str, typed: str, *, at: datetime, browser: str = "") -> bool:
    """True once for the latest code of ``subject``; full-width digits and spaces are fine.

    Call it outside of a transaction that may be rolled back, or wrong tries are forgotten.
    """
    with transaction.atomic():
        code = (
            SignInCode.objects.select_for_update()
            .filter(purpose=Purpose.CODE, subject=subject, used_at=None, expires_at__gt=at)
            .order_by("-id")
            .first()
        )
        if code is None or code.wrong_tries >= MAX_WRONG_TRIES:
            return False
        if not constant_time_compare(code.secret_hash, _hash(digits_of(typed), subject)):
            code.wrong_tries += 1
            code.save(update_fields=["wrong_tries"])
            return False
        code.used_at, code.browser_hash = at, _hash(browser) if browser else ""
        code.save(update_fields=["used_at", "browser_hash"])
    return True


def digits_of(typed: str) -> str:
    """The ASCII digits in what somebody typed: ``１２３ ４５６`` is ``123456``."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed) if c in "0123456789")


def issue_link(
    user: User | None, purpose: str, *, at: datetime, subject: str = "", browser: str = ""
) -> str:
    """The secret part of a new link; an earlier invitation of the same person stops working.

    With ``browser`` (see `browser_of`) only the same browser can use it.
    """
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        if purpose == Purpose.INVITE:
            SignInCode.objects.filter(purpose=purpose, user=user, used_at=None).update(used_at=at)
        _remember(purpose, secret, at=at, user=user, subject=subject, browser=browser)
    return secret


def find_link(secret: str, purpose: str, *, at: datetime) -> SignInCode | None:
    """The link if it would still work; using nothing up. For the page with the button."""
    return (
        SignInCode.objects.select_related("user")
        .filter(purpose=purpose, secret_hash=_hash(secret), used_at=None, expires_at__gt=at)
        .first()
    )


def redeem_link(secret: str, purpose: str, *, at: datetime, browser: str = "") -> SignInCode | None:
    """Use the link up and return it, or None when it does not work (any more)."""
    with transaction.atomic():
        link = (
            SignInCode.objects.select_for_update()
            .filter(purpose=purpose, secret_hash=_hash(secret), used_at=None, expires_at__gt=at)
            .first()
        )
        if link is None:
            return None
        if link.browser_hash and not constant_time_compare(link.browser_hash, _hash(browser)):
            return None
        if purpose != Purpose.DEMO:
            link.used_at = at
            link.save(update_fields=["used_at"])
    return link


def issue_tie(subject: str, *, at: datetime, user: User | None = None) -> str:
    """Six letters that tie another account to ``subject``; the ones before stop working.

    Raises ActionError ``too_many_codes`` (429) after ten within an hour.
    """
    with transaction.atomic():
        _lock(subject)
        earlier = SignInCode.objects.filter(purpose=Purpose.TIE, subject=subject)
        if earlier.filter(created_at__gt=at - timedelta(hours=1)).count() >= 2 * MAX_CODES_AN_HOUR:
            text = _("番号を続けて作りました。1時間ほどおいてから、もう一度お試しください。")
            raise ActionError("too_many_codes", text, status=429)
        earlier.filter(used_at=None).update(used_at=at)
        letters = "".join(secrets.choice(TIE_LETTERS) for _each in range(TIE_LENGTH))
        _remember(Purpose.TIE, letters, at=at, user=user, subject=subject)
    return letters


def redeem_tie(typed: str, *, at: datetime) -> str:
    """The subject of the letters, once; an empty string for anything that is no valid tie."""
    found = redeem_link(tie_of(typed), Purpose.TIE, at=at) if tie_of(typed) else None
    return found.subject if found else ""


def tie_of(typed: str) -> str:
    """The letters in what somebody sent, whatever its width, case and spacing; "" for no tie."""
    text = unicodedata.normalize("NFKC", typed[:40]).upper()
    letters = "".join(text.split()).replace("-", "")
    fits = len(letters) == TIE_LENGTH and set(letters) <= set(TIE_LETTERS)
    return letters if fits else ""


def browser_of(request: HttpRequest) -> str:
    """A random name for this browser, kept in its session."""
    name: str = request.session.get(BROWSER_SESSION) or secrets.token_urlsafe(12)
    request.session[BROWSER_SESSION] = name
    return name


def _remember(
    purpose: str, secret: str, *, at: datetime, user: User | None, subject: str, browser: str = ""
) -> None:
    SignInCode.objects.create(
        purpose=purpose,
        user=user,
        subject=subject,
        secret_hash=_hash(secret, subject if purpose == Purpose.CODE else ""),
        browser_hash=_hash(browser) if browser else "",
        created_at=at,
        expires_at=at + LIFETIMES[Purpose(purpose)],
    )


def _hash(secret: str, subject: str = "") -> str:
    """Keyed with SECRET_KEY, so that a copy of the table alone cannot be tried out."""
    return salted_hmac(PEPPER, f"{subject}\n{secret}", algorithm="sha256").hexdigest()


def _lock(subject: str) -> None:
    """Let one transaction at a time count and issue codes of a subject."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [subject])

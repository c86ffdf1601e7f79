"""Plain-text e-mail through the configured mail server, with one press to get no more of it.

The same message always has the same Message-ID: mail servers and programs show a repeated one once,
so a second try does no harm. A server that says «not now» (greylisting) is asked again later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from realtime.models import Message
from realtime.transports import NotSent, NotYet, Price, Refused, Sent, Status, TryLater, Unknown
from realtime.transports.email.unsubscribing import address_for

SAFE_TO_REPEAT = True
NECESSARY = frozenset({"code", "canary"})
"""Kinds that nobody unsubscribes from: the person has just asked for them."""
SHUTS_DOWN = 421


def is_configured() -> bool:
    """There is a mail server (the tests have one in memory)."""
    return bool(settings.EMAIL_HOST or "locmem" in settings.EMAIL_BACKEND)


def price_of(message: Message) -> Price:
    """Nothing."""
    return Price()


def send(message: Message) -> Sent:
    """Hand the message to the mail server."""
    if not is_configured():
        raise NotSent("no mail server is configured")
    mail = _mail(message)
    with _connected() as connection:
        mail.connection = connection
        _hand_over(mail)
    return Sent(provider_id=f"mail-{message.pk}")


def find(message: Message) -> Sent | None:
    """Mail servers keep no list that could be asked."""
    return None


def ask(message: Message) -> Status | None:
    """Nobody can say."""
    return None


def _mail(message: Message) -> EmailMessage:
    mail = EmailMessage(subject=message.subject, body=message.text, to=[message.address])
    mail.extra_headers = {
        "Message-ID": f"<tsunagi-{message.pk}@{_domain()}>",
        "Auto-Submitted": "auto-generated",
    }
    if message.kind not in NECESSARY:
        mail.extra_headers |= {
            "List-Unsubscribe": f"<{address_for(message.recipient, message.language)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return mail


@contextmanager
def _connected() -> Iterator[BaseEmailBackend]:
    """An open connection; raises TryLater when there is none to be had."""
    connection = get_connection()
    try:
        connection.open()
    except (SMTPException, OSError) as error:
        raise TryLater(f"mail server: {type(error).__name__}") from error
    try:
        yield connection
    finally:
        with suppress(SMTPException, OSError):  # what was said about the mail is what counts
            connection.close()


def _hand_over(mail: EmailMessage) -> None:
    """Raises NotSent, NotYet, TryLater or Unknown by what the server said, and when."""
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        code, _ = next(iter(error.recipients.values()))
        raise _refusal(code, "address") from error
    except SMTPSenderRefused as error:
        # for good: then it refuses all our mail, which is no fault of this one
        raise NotYet("sender") if _for_now(error.smtp_code) else TryLater("sender") from error
    except SMTPDataError as error:
        raise _refusal(error.smtp_code, "text") from error
    except (SMTPNotSupportedError, ValueError) as error:  # such as a line break in the address
        raise NotSent("not a possible e-mail") from error
    except (SMTPException, OSError) as error:  # cut off, perhaps after it had taken the text
        raise Unknown(f"mail server: {type(error).__name__}") from error


def _refusal(code: int, what: str) -> NotSent | TryLater:
    """5xx is for good, 421 is the server going down, any other 4xx is about this mail."""
    if _for_now(code):
        return NotYet(f"mail server {code}")
    return TryLater("mail server 421") if code == SHUTS_DOWN else Refused(f"{what} refused, {code}")


def _for_now(code: int) -> bool:
    return 400 <= code < 500 and code != SHUTS_DOWN


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"

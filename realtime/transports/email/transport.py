"""Plain-text e-mail through the configured mail server."""

from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage

from realtime.models import Message
from realtime.transports import NotSent, Sent, TryLater


def send(message: Message) -> Sent:
    """Hand the message to the mail server."""
    if not settings.EMAIL_HOST and "locmem" not in settings.EMAIL_BACKEND:
        raise NotSent("no mail server is configured")
    mail = EmailMessage(subject=message.subject, body=message.body, to=[message.address])
    mail.extra_headers = {"Message-ID": f"<tsunagi-{message.pk}@{_domain()}>"}
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        raise NotSent("the mail server refused the address") from error
    except (SMTPException, OSError) as error:
        raise TryLater(type(error).__name__) from error
    return Sent(provider_id=f"mail-{message.pk}")


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2] or "localhost"

"""E-mail through real SMTP: refused, put off, cut off; and getting no more of it with one press."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from realtime import inbox
from realtime.delivery import deliver
from realtime.models import Message, Provider
from realtime.outbox import Recipient, queue
from realtime.transports import NotSent, NotYet, Refused, TryLater, Unknown
from realtime.transports.email import transport as email
from realtime.transports.email.unsubscribing import address_for
from tests.realtime.mail_server import MailServer
from tests.twilio_calls import PUBLIC

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """The configured mail server."""
    running = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
    settings.DEFAULT_FROM_EMAIL = "つなぎ <tsunagi@example.jp>"
    yield running
    running.close()


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who wants no more e-mail, as the apps above hear it."""
    heard: list[str] = []
    monkeypatch.setattr(inbox, "on_unsubscribe", [lambda who, at: heard.append(who)])
    return heard


def queued(kind: str = "offer", address: str = "hana@example.jp", **more: Any) -> Message:
    to = Recipient(1, "volunteer:7", "email", address, more.pop("language", "ja"), simulated=False)
    return queue(
        to, kind=kind, body=more.pop("body", "本文\nhttps://…"), subject=more.pop("subject", "件名"),
        dedupe_key=f"{kind}:{address}", at=datetime.now(UTC),
    )  # fmt: skip


def test_a_mail_is_plain_text_with_a_way_out(server: MailServer) -> None:
    message = queued(body="ことばの壁を越えて")
    assert deliver(message.pk) == "sent"
    (mail,) = server.mails
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == "ことばの壁を越えて"
    assert (mail["Subject"], mail["To"]) == ("件名", "hana@example.jp")
    assert mail["List-Unsubscribe"].strip() == f"<{address_for('volunteer:7', 'ja')}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<tsunagi-{message.pk}@example.jp>"


def test_a_code_that_was_asked_for_has_no_way_out(server: MailServer) -> None:
    email.send(queued("code"))
    assert server.mails[0]["List-Unsubscribe"] is None


def test_a_repeated_mail_is_the_same_mail(server: MailServer) -> None:
    message = queued()
    for _ in range(2):
        email.send(message)
    assert server.got == {f"<tsunagi-{message.pk}@example.jp>": 2}
    assert email.SAFE_TO_REPEAT


@pytest.mark.parametrize(
    ("step", "answer", "error"),
    [
        ("rcpt", "550 no such user", Refused),
        ("rcpt", "450 greylisted", NotYet),
        ("rcpt", "421 going down", TryLater),
        ("data", "554 spam", Refused),
        ("data", "451 later", NotYet),
        ("mail_from", "550 not from here", TryLater),
        ("mail_from", "451 slower", NotYet),
        ("data", "drop", Unknown),
    ],
)
def test_what_the_server_says_decides_what_happens_next(
    server: MailServer, step: str, answer: str, error: type[Exception]
) -> None:
    setattr(server, step, answer)
    with pytest.raises((NotSent, TryLater, Unknown)) as raised:
        email.send(queued())
    assert raised.type is error


def test_greylisting_says_nothing_about_the_server(server: MailServer) -> None:
    server.rcpt = "450 greylisted"
    messages = [queued(address=f"a{number}@example.jp") for number in range(4)]
    assert {deliver(message.pk) for message in messages} == {"queued"}
    assert not Provider.objects.filter(channel="email", failures__gt=0).exists()
    server.rcpt = "250 ok"
    messages[0].refresh_from_db()
    assert deliver(messages[0].pk, at=messages[0].not_before) == "sent"


def test_a_server_that_is_away_is_tried_later(server: MailServer) -> None:
    server.close()
    with pytest.raises(TryLater) as raised:
        email.send(queued())
    assert raised.value.provider_fails


@pytest.mark.parametrize("change", [{"subject": "a\nBcc: x@example.jp"}, {"address": "a\nb@x.jp"}])
def test_no_line_break_becomes_a_header(server: MailServer, change: dict[str, str]) -> None:
    with pytest.raises(NotSent):
        email.send(queued(**change))
    assert not server.mails


def test_without_a_server_the_channel_is_off(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = ""
    assert not email.is_configured()
    with pytest.raises(NotSent):
        email.send(queued())


# no more of it ------------------------------------------------------------------------------------


def path(recipient: str = "volunteer:7", language: str = "ja") -> str:
    return address_for(recipient, language).removeprefix(PUBLIC)


def test_looking_at_the_page_changes_nothing(left: list[str]) -> None:
    page = Client().get(path())
    assert "メールを停止する" in page.content.decode()
    assert left == []


def test_a_mail_program_signs_its_reader_off_with_one_post(left: list[str]) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.post(path(), {"List-Unsubscribe": "One-Click"})
    assert page.status_code == 200
    assert left == ["volunteer:7"]


def test_nobody_signs_others_off(left: list[str]) -> None:
    client = Client()
    forged = path().replace("/email/", "/email/x")
    assert client.get(forged).status_code == client.post(forged).status_code == 404
    assert left == []


def test_the_page_speaks_the_language_of_the_mail(left: list[str]) -> None:
    page = Client().get(path(language="en"))
    assert 'lang="en"' in page.content.decode()

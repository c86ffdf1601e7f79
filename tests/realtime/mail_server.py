"""A mail server on loopback that speaks real SMTP and refuses or falters on demand.

``rcpt`` and ``data`` are its answers to an address and to a text (``drop``: it hangs up instead,
having taken the text); ``got`` the mails it took, by Message-ID.
"""

from __future__ import annotations

from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class AnyPort(Controller):
    """Takes whatever port is free."""

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class MailServer:
    """Runs in a thread until closed."""

    def __init__(self) -> None:
        self.mail_from, self.rcpt, self.data = "250 ok", "250 ok", "250 taken"
        self.mails: list[EmailMessage] = []
        self.controller = AnyPort(self, hostname="127.0.0.1", port=0)
        self.controller.start()
        self.port: int = self.controller.port

    @property
    def got(self) -> Counter[str]:
        """How often each mail came, by Message-ID."""
        return Counter(str(mail["Message-ID"]) for mail in self.mails)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.mail_from

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data.startswith(("250", "drop")):
            content: Any = envelope.content
            self.mails.append(message_from_bytes(content, policy=policy.default))
        if self.data == "drop":
            connection: Any = server.transport
            connection.abort()
        return self.data

    def close(self) -> None:
        """Stop listening; a second time does nothing."""
        if self.controller.server is not None:
            self.controller.stop()

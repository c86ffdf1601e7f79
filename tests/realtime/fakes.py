"""A provider in memory that does as it is told and keeps a ledger of what it accepted.

Stands in for the transport of every channel at once. The real ones are tested against simulated
servers; here the question is what the outbox makes of their answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from realtime.models import Message
from realtime.outbox import Recipient
from realtime.transports import Price, Sent, Status, TryLater, Unknown

MOBILE = "+819012345678"


class AcceptedAndLost(Unknown):
    """The provider took it, and the answer never came."""


@dataclass
class Accepted:
    """One message as the provider has it."""

    provider_id: str
    channel: str
    address: str
    text: str


class FakeProvider:
    """Answers by channel: an exception, or None for success. ``then`` is used up first."""

    SAFE_TO_REPEAT = False

    def __init__(self) -> None:
        self.answers: dict[str, Exception] = {}
        self.then: list[Exception | None] = []
        self.ledger: list[Accepted] = []
        self.statuses: dict[str, Status] = {}
        self.tries: list[str] = []
        self.yen_per_segment = 0
        self.is_away = False

    def price_of(self, message: Message) -> Price:
        segments = -(-len(message.text) // 70)
        return Price(segments, segments * self.yen_per_segment)

    def send(self, message: Message) -> Sent:
        self.tries.append(message.channel)
        answer = self.then.pop(0) if self.then else self.answers.get(message.channel)
        if answer is None or isinstance(answer, AcceptedAndLost):
            number = f"{message.channel}-{len(self.ledger) + 1}"
            self.ledger.append(Accepted(number, message.channel, message.address, message.text))
        if answer is not None:
            raise answer
        return Sent(self.ledger[-1].provider_id)

    def find(self, message: Message) -> Sent | None:
        if self.is_away:
            raise TryLater("503")
        known = set(Message.objects.exclude(provider_id="").values_list("provider_id", flat=True))
        for one in self.ledger:
            same = (one.channel, one.address, one.text) == (
                message.channel, message.address, message.text,
            )  # fmt: skip
            if same and one.provider_id not in known:
                return Sent(one.provider_id)
        return None

    def ask(self, message: Message) -> Status | None:
        if self.is_away:
            raise TryLater("503")
        return self.statuses.get(message.provider_id)

    @property
    def texts(self) -> list[str]:
        """What it accepted, in order."""
        return [one.text for one in self.ledger]


def recipient(**changes: object) -> Recipient:
    """Somebody with a mobile phone."""
    values = {
        "organization_id": 1,
        "key": "volunteer:1",
        "channel": "sms",
        "address": MOBILE,
        "language": "ja",
        "simulated": False,
    }
    return Recipient(**(values | changes))  # type: ignore[arg-type]

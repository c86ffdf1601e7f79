"""The demo's telephones: the message is already in the database, where the handset page reads it."""

from realtime.models import Message
from realtime.transports import Price, Sent, Status

SAFE_TO_REPEAT = False


def is_configured() -> bool:
    """Always."""
    return True


def price_of(message: Message) -> Price:
    """Nothing."""
    return Price()


def send(message: Message) -> Sent:
    """Delivered at once, to nobody outside."""
    return Sent(provider_id=f"sim-{message.pk}", delivered=True)


def find(message: Message) -> Sent | None:
    """Nothing was sent that is not known."""
    return None


def ask(message: Message) -> Status | None:
    """Delivered at once."""
    return None

"""By hand: the message waits on the desk's call list, and nothing leaves the house.

Such a row is never due (`MessageQuerySet.due`); this folder is here so that the call list is a
channel like every other where channels are listed.
"""

from realtime.models import Message
from realtime.transports import NotSent, Price, Sent, Status

SAFE_TO_REPEAT = True


def is_configured() -> bool:
    """There is always a telephone at the desk."""
    return True


def price_of(message: Message) -> Price:
    """Nothing that this program could count."""
    return Price()


def send(message: Message) -> Sent:
    """Refuses: people do this."""
    raise NotSent("by hand")


def find(message: Message) -> Sent | None:
    """Nobody has it."""
    return None


def ask(message: Message) -> Status | None:
    """Whoever telephoned says so on the call list."""
    return None

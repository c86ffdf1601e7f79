"""The demo's telephones: the message is already in the database, where the handset page reads it."""

from realtime.models import Message
from realtime.transports import Sent


def send(message: Message) -> Sent:
    """Delivered at once, to nobody outside."""
    return Sent(provider_id=f"sim-{message.pk}", delivered=True)

"""Where the worker finds the background entry points of this app."""

from interpreting.rooms.tasks import end_idle_rooms, open_due_rooms
from interpreting.telephone.tasks import mind_leg, mind_legs

__all__ = ["end_idle_rooms", "mind_leg", "mind_legs", "open_due_rooms"]

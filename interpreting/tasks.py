"""Where the worker finds the background entry points of this app."""

from interpreting.telephone.tasks import mind_leg, mind_legs

__all__ = ["mind_leg", "mind_legs"]

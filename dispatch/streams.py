"""Which live streams this app offers, and to whom."""


def register() -> None:
    """Called by ``config.wiring``."""

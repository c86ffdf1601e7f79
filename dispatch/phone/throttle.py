"""How often one address may do what on the volunteers' pages; counting is `accounts.throttle`'s."""

from accounts.throttle import Throttle, address_of

__all__ = ["CODES_ASKED", "CODES_TYPED", "UNKNOWN_LINKS", "Throttle", "address_of"]
UNKNOWN_LINKS = Throttle("unknown-links", 30, 600)
CODES_ASKED = Throttle("codes-asked", 20, 3600)
CODES_TYPED = Throttle("codes-typed", 60, 3600)

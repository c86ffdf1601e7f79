"""What the floors above tell this one: they append a function, nothing here imports them."""

from collections.abc import Callable

from accounts.models import Organization

# (id, name) of the bodies that a requester of the organization may stand for
body_choices: list[Callable[[Organization], list[tuple[int, str]]]] = []


def bodies_of(organization: Organization) -> list[tuple[int, str]]:
    """Every body that a subscriber knows."""
    return [choice for choices in body_choices for choice in choices(organization)]

"""Puts a city with open searches into the database of ``DATABASE_URL``, and says what is there.

Run as a process of its own, ``python -m tests.faults.fill 40``, because the tests themselves are
bound to the test database, which must not be restarted under other tests.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

import django


def main(searches: int) -> dict[str, Any]:
    """Migrate and fill; tokens of offers, one per request, and a request that waits for its wave."""
    django.setup()
    from allauth.usersessions.models import UserSession
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from accounts.clock import database_now
    from dispatch.models import Request
    from tests.conftest import give_second_factor
    from tests.factories import MembershipFactory, OrganizationFactory
    from tests.journeys.searches import open_search, volunteer_of

    call_command("migrate", verbosity=0)
    city = OrganizationFactory(is_demo=True, quiet_from=0, quiet_to=0)
    coordinator = MembershipFactory(organization=city).user
    give_second_factor(coordinator)
    client = Client()
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    UserSession.objects.create(user=coordinator, session_key=key, ip="127.0.0.1")
    tokens = [open_search(city).offers.get().token for _ in range(searches)]
    waiting = open_search(city, asked=0)
    volunteer_of(city)
    Request.objects.filter(pk=waiting.pk).update(next_action_at=database_now() + timedelta(hours=1))
    return {"tokens": tokens, "waiting": waiting.pk, "session": key}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))

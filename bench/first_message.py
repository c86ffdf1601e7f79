"""From sending a «now» request to the first message handed to a transport.

Two web processes, two workers, Redis; requests come in by the API as they do from the form. The
baseline is one message put into the outbox alone: what waking a worker and delivering cost without
taking, matching and asking. Run: ``python -m bench.first_message [--quick]``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench.stage import figure, product, quantile, request, say, stage

if TYPE_CHECKING:
    from accounts.models import Organization

ROUNDS = 20
QUICK_ROUNDS = 5
PATIENCE = 30.0
LANGUAGES = ("en", "zh", "ko", "es")


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = QUICK_ROUNDS if parser.parse_args().quick else ROUNDS
    with stage() as city:
        token = _token(city)
        with product("redis") as stack:
            say(f"first message: {rounds} requests …")
            asked, alone = [], []
            for number in range(rounds + 1):
                language = LANGUAGES[number % len(LANGUAGES)]
                both = _request(city, stack.other_url, token, language), _message(city, number)
                if number:  # the first round warms up
                    asked.append(both[0])
                    alone.append(both[1])
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        figure(f"first_message.{name}", quantile(asked, share), quantile(alone, share))
    return 0


def _token(city: Organization) -> str:
    from accounts.clock import database_now
    from accounts.tokens import create_token
    from tests.factories import MembershipFactory

    membership = MembershipFactory(organization=city)
    return create_token(membership, "bench", by=membership.user, at=database_now())[1]


def _request(city: Organization, url: str, token: str, language: str) -> float:
    """Milliseconds from sending the request to its first message."""
    from bench.register import CENTRE
    from realtime.models import Message

    time.sleep(0.5)
    before = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    start = datetime.now(UTC)
    body = {
        "language": language,
        "mode": "onsite",
        "urgency": "now",
        "field": "administrative",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=1)).isoformat(),
        "place": {"name": "市役所", "lat": CENTRE[0], "lon": CENTRE[1]},
    }
    begin = datetime.now(UTC)
    status = asyncio.run(
        request(
            url,
            "POST",
            "/api/v1/requests/",
            json.dumps(body),
            Authorization=f"Token {token}",
            Content_Type="application/json",
        )
    )
    if status != 201:
        raise SystemExit(f"the request answered {status}")
    return _first_sent(begin, pk__gt=before, kind__startswith="offer")


def _message(city: Organization, number: int) -> float:
    """Milliseconds from queueing one message to its delivery."""
    from django.db import transaction

    from accounts.clock import database_now
    from realtime.outbox import Recipient, queue

    time.sleep(0.5)
    to = Recipient(city.pk, "volunteer:0", "sms", "+819000000000", "ja", True)
    begin = datetime.now(UTC)
    with transaction.atomic():
        message = queue(to, kind="bench", body="…", dedupe_key=f"bench:{number}", at=database_now())
    return _first_sent(begin, pk=message.pk)


def _first_sent(begin: datetime, **which: object) -> float:
    """Milliseconds until the first such message was handed over, by the database's clock."""
    from realtime.models import Message

    deadline = time.monotonic() + PATIENCE
    while True:
        found = Message.objects.filter(sent_at__isnull=False, **which).order_by("sent_at").first()
        if found is not None and found.sent_at is not None:
            return (found.sent_at - begin).total_seconds() * 1000
        if time.monotonic() > deadline:
            raise SystemExit("no message was sent")
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())

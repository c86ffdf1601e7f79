"""Two workers, or a worker and the desk, at the same call at the same moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from accounts.clock import database_now
from dispatch.actions.requests import cancel_request
from interpreting.models import PhoneConference, PhoneLeg, Session
from interpreting.telephone import dialling
from interpreting.telephone.legs import hear
from tests import factories
from tests.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


def leg_of(conference: PhoneConference, role: str, **fields: Any) -> PhoneLeg:
    return PhoneLeg.objects.create(
        conference=conference,
        role=role,
        token=f"{role}-{conference.pk}",
        number="+819011112222",
        created_at=conference.opened_at,
        **fields,
    )


@pytest.fixture
def conference() -> PhoneConference:
    """Of an open request."""
    request = factories.RequestFactory()
    return PhoneConference.objects.create(
        organization=request.organization, request=request, carrier="twilio",
        name=f"c{request.pk}", language="vi", opened_at=database_now(),
    )  # fmt: skip


def at_once(*jobs: Callable[[], Any]) -> list[BaseException]:
    """Run them side by side; what they raised."""
    raised: list[BaseException] = []
    ready = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> None:
        try:
            ready.wait()
            job()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return raised


def test_many_workers_call_somebody_once(conference: PhoneConference, twilio: TwilioServer) -> None:
    leg = leg_of(conference, "resident")
    twilio.slow = 0.2
    at = database_now()
    assert at_once(*[lambda: dialling.mind(leg.pk, at)] * 6) == []
    assert len(twilio.calls) == 1


def test_without_the_claim_they_would_call_several_times(
    conference: PhoneConference, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg = leg_of(conference, "resident")
    twilio.slow = 0.2

    def look_then_write(leg_id: int, at: datetime) -> PhoneLeg | None:
        found = PhoneLeg.objects.select_related("conference__organization").get(pk=leg_id)
        if found.dialled_at:
            return None
        time.sleep(0.2)
        PhoneLeg.objects.filter(pk=leg_id).update(dialled_at=at)
        return found

    monkeypatch.setattr(dialling, "_claim", look_then_write)
    at = database_now()
    at_once(*[lambda: dialling.mind(leg.pk, at)] * 6)
    assert len(twilio.calls) > 1


@pytest.mark.parametrize("turn", range(5))
def test_a_session_that_begins_and_a_request_that_ends_do_not_wait_crosswise(
    conference: PhoneConference, twilio: TwilioServer, turn: int
) -> None:
    at = database_now()
    leg_of(conference, "resident", state="joined", joined_at=at, dialled_at=at)
    leg = leg_of(conference, "interpreter", state="answered", dialled_at=at, provider_id="CA1")
    raised = at_once(
        lambda: hear(leg.token, "CA1", "joined", at=database_now()),
        lambda: cancel_request(
            conference.request, cancelled_by="resident", reason="", by=None, at=database_now()
        ),
    )
    assert raised == []
    assert not PhoneLeg.objects.filter(state__in=PhoneLeg.LIVE).exists()
    assert not Session.objects.filter(ended_at=None).exists()

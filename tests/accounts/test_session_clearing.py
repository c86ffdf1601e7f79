"""Sessions that have run out are deleted from the database every day; live ones stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

from accounts import tasks

pytestmark = pytest.mark.django_db


def session(**delta):
    """A session that runs out so much later than now."""
    store = SessionStore()
    store["said"] = "something"
    store.create()
    Session.objects.filter(pk=store.session_key).update(
        expire_date=timezone.now() + timedelta(**delta)
    )
    return store.session_key


def test_only_what_has_run_out_is_deleted():
    live, over = session(hours=1), session(hours=-1)
    # the task gives its connection back afterwards, and with it the test's transaction
    tasks.clear_sessions.func.__wrapped__(0)
    assert set(Session.objects.values_list("pk", flat=True)) == {live}
    assert over != live


def test_workers_do_so_every_day():
    (periodic,) = [
        one
        for one in app.periodic_registry.periodic_tasks.values()
        if one.task.name == "accounts.clear_sessions"
    ]
    assert periodic.cron == "7 3 * * *"

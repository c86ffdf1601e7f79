"""Codes and links: single use, short-lived, hashed, never used up by looking."""

from datetime import timedelta

import pytest

from accounts.codes import (
    Purpose,
    find_link,
    issue_code,
    issue_link,
    redeem_code,
    redeem_link,
)
from accounts.errors import ActionError
from accounts.models import SignInCode

pytestmark = pytest.mark.django_db
HANA = "volunteer:1"


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_code_works_once(now):
    code = issue_code(HANA, at=now)
    assert redeem_code(HANA, code, at=now)
    assert not redeem_code(HANA, code, at=now)


def test_a_code_is_six_digits_and_kept_only_as_a_hash(now):
    code = issue_code(HANA, at=now)
    assert len(code) == 6
    assert code.isdigit()
    kept = SignInCode.objects.get()
    assert code not in kept.secret_hash
    assert len(kept.secret_hash) == 64


def test_full_width_digits_and_spaces_are_understood(now):
    code = issue_code(HANA, at=now)
    typed = "　".join(chr(ord("０") + int(digit)) for digit in code)
    assert redeem_code(HANA, typed, at=now)


@pytest.mark.parametrize("typed", ["", "abc", "１２", "\x00", "٣٤٥٦٧٨", "1" * 5000])
def test_nonsense_is_refused_quietly(now, typed):
    issue_code(HANA, at=now)
    assert not redeem_code(HANA, typed, at=now)


def test_a_code_dies_after_ten_minutes(now):
    code = issue_code(HANA, at=now)
    assert not redeem_code(HANA, code, at=now + timedelta(minutes=10))


def test_a_code_still_works_a_second_before(now):
    code = issue_code(HANA, at=now)
    assert redeem_code(HANA, code, at=now + timedelta(minutes=9, seconds=59))


def test_five_wrong_tries_kill_a_code(now):
    code = issue_code(HANA, at=now)
    for _ in range(5):
        assert not redeem_code(HANA, wrong(code), at=now)
    assert not redeem_code(HANA, code, at=now)


def test_four_wrong_tries_do_not(now):
    code = issue_code(HANA, at=now)
    for _ in range(4):
        redeem_code(HANA, wrong(code), at=now)
    assert redeem_code(HANA, code, at=now)


def test_a_code_belongs_to_one_subject(now):
    code = issue_code(HANA, at=now)
    SignInCode.objects.update(subject="volunteer:2")
    assert not redeem_code("volunteer:2", code, at=now), "the hash covers the subject"
    SignInCode.objects.update(subject=HANA)
    assert redeem_code(HANA, code, at=now)


def test_a_new_code_replaces_the_earlier_one(now):
    first = issue_code(HANA, at=now)
    second = issue_code(HANA, at=now + timedelta(seconds=5))
    if first != second:
        assert not redeem_code(HANA, first, at=now + timedelta(seconds=6))
    assert redeem_code(HANA, second, at=now + timedelta(seconds=6))


def test_there_are_five_codes_an_hour_at_most(now):
    for minute in range(5):
        issue_code(HANA, at=now + timedelta(minutes=minute))
    with pytest.raises(ActionError) as refused:
        issue_code(HANA, at=now + timedelta(minutes=30))
    assert refused.value.code == "too_many_codes"
    assert refused.value.status == 429
    issue_code("volunteer:2", at=now + timedelta(minutes=30))
    assert issue_code(HANA, at=now + timedelta(minutes=61))


def test_looking_at_a_link_does_not_use_it_up(now, coordinator):
    secret = issue_link(coordinator, Purpose.INVITE, at=now)
    assert find_link(secret, Purpose.INVITE, at=now)
    assert find_link(secret, Purpose.INVITE, at=now)
    assert redeem_link(secret, Purpose.INVITE, at=now).user == coordinator
    assert redeem_link(secret, Purpose.INVITE, at=now) is None
    assert find_link(secret, Purpose.INVITE, at=now) is None


@pytest.mark.parametrize(
    ("purpose", "lifetime"),
    [(Purpose.LINK, timedelta(minutes=10)), (Purpose.INVITE, timedelta(hours=72))],
)
def test_links_expire(now, coordinator, purpose, lifetime):
    secret = issue_link(coordinator, purpose, at=now)
    assert find_link(secret, purpose, at=now + lifetime - timedelta(seconds=1))
    assert redeem_link(secret, purpose, at=now + lifetime) is None


def test_a_link_is_good_for_its_own_purpose_only(now, coordinator):
    secret = issue_link(coordinator, Purpose.INVITE, at=now)
    assert redeem_link(secret, Purpose.LINK, at=now) is None
    assert redeem_link(secret, Purpose.DEMO, at=now) is None


def test_a_link_bound_to_a_browser_works_in_that_browser_only(now, coordinator):
    secret = issue_link(coordinator, Purpose.LINK, at=now, browser="here")
    assert redeem_link(secret, Purpose.LINK, at=now, browser="there") is None
    assert redeem_link(secret, Purpose.LINK, at=now, browser="here")


def test_a_demo_link_may_be_used_again(now, coordinator):
    secret = issue_link(coordinator, Purpose.DEMO, at=now)
    assert redeem_link(secret, Purpose.DEMO, at=now)
    assert redeem_link(secret, Purpose.DEMO, at=now + timedelta(days=400))


def test_a_second_invitation_replaces_the_first(now, coordinator):
    first = issue_link(coordinator, Purpose.INVITE, at=now)
    second = issue_link(coordinator, Purpose.INVITE, at=now)
    assert find_link(first, Purpose.INVITE, at=now) is None
    assert find_link(second, Purpose.INVITE, at=now)

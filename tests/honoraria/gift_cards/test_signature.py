"""What may be kept as a signature: pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import ActionError
from honoraria.signature import LONGEST, drawn, name_of, path_of, typed

GOOD = "M100 100L200 150L300 90M320 90L400 180"


def test_a_line_is_kept_as_it_is():
    assert path_of(drawn(GOOD)) == GOOD
    assert name_of(GOOD) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<script>alert(1)</script>",
        'M1 1L300 200"/><script>alert(1)</script>',
        "M1 1L300 200'/>",
        "M1 1L300 200\n",
        "M1 1 L300 200",
        "m1 1l300 200",
        "M1 1C1 2 3 4 5 6",
        "M-1 1L300 200",
        "M1.5 1L300 200",
        "M1 1L601 200",
        "M1 1L300 241",
        "M1 1L3000 200",
        "L1 1L300 200",
        "M１ １L300 200",
        "M1 1" + "L300 200" * LONGEST,
    ],
)
def test_anything_but_a_line_inside_the_field_is_refused(text):
    with pytest.raises(ActionError) as caught:
        drawn(text)
    assert caught.value.code == "signature_invalid"


@pytest.mark.parametrize("text", ["M100 100", "M100 100L101 101", "M0 0M300 200"])
def test_a_tap_is_no_signature(text):
    with pytest.raises(ActionError) as caught:
        drawn(text)
    assert caught.value.code == "signature_empty"


@given(st.text(max_size=200))
def test_whatever_is_accepted_is_made_of_commands_digits_and_blanks(text):
    try:
        kept = drawn(f"M0 0L300 200{text}")
    except ActionError:
        return
    assert set(kept) <= set("ML 0123456789")


@pytest.mark.parametrize("name", ["山田 花", "山田花", "山田　花", " 山田 花 ", "ﾔﾏﾀﾞ ﾊﾅ"])
def test_the_own_name_may_be_typed_instead(name):
    assert name_of(typed(name, ["山田 花", "ヤマダ ハナ"])) != ""
    assert path_of(typed(name, ["山田 花", "ヤマダ ハナ"])) == ""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "signature_empty"),
        ("　 ", "signature_empty"),
        ("山田 花子", "signature_other_name"),
        ("<b>山田 花</b>", "signature_other_name"),
        ("x" * 100_000, "signature_other_name"),
    ],
)
def test_another_name_is_refused(name, code):
    with pytest.raises(ActionError) as caught:
        typed(name, ["山田 花", "", "ヤマダ ハナ"])
    assert caught.value.code == code


def test_a_name_without_letters_never_matches_an_empty_one():
    with pytest.raises(ActionError):
        typed("・", ["", "山田 花"])

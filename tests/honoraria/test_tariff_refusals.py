"""Faulty rules and impossible facts are refused by name; valid rules are put in words."""

import copy
import datetime as dt
from decimal import Decimal

import pytest

from honoraria.tariff import (
    Activity,
    InvalidInput,
    InvalidRules,
    MissingInput,
    business_day_counter,
    cancellation_charge,
    describe,
    preset,
    price,
    validate,
)
from tests.honoraria.tariff_builders import (
    CEIL,
    JAPAN,
    base_step,
    brackets,
    closed,
    per_hour,
    rules,
    total,
)

# --- refusing ----------------------------------------------------------------------------------


def changed(path, value):
    """Valid rules with the value at a dotted path replaced."""
    some_rules = rules(
        brackets([[0, 120, 2600], [120, 240, 3900], [240, None, 5200]]),
        {"kind": "actual_capped", "cap": 1500},
        minimum=1000,
        payers=[{"payer": "患者", "kind": "fixed", "amount": 500}, {"payer": "市", "kind": "rest"}],
    )
    some_rules = copy.deepcopy(some_rules)
    target = some_rules
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in parents:
        target = target[key]
    target[last] = value
    return some_rules


FAULTS = [
    ("fee.rows.1.from", 130, "fee.rows[1].from", "gap", "すき間"),
    ("fee.rows.1.from", 110, "fee.rows[1].from", "overlap", "重なって"),
    ("fee.rows.0.from", 10, "fee.rows[0].from", "gap", "すき間"),
    ("fee.rows.0.to", None, "fee.rows[0].end", "end_without_limit", "上限のない行"),
    ("fee.rows.1.amount", -1, "fee.rows[1].amount", "negative", "負の数"),
    ("fee.rows.1.amount", 3900.0, "fee.rows[1].amount", "float", "小数"),
    ("fee.rows.1.amount", True, "fee.rows[1].amount", "not_an_integer", "整数"),
    ("fee.rows.1.amount", "3900", "fee.rows[1].amount", "not_an_integer", "整数"),
    ("fee.rows.1.end", "≦", "fee.rows[1].end", "unknown_choice", "選んで"),
    ("fee.rows", [], "fee.rows", "empty", "1件以上"),
    ("fee.kind", "bracket", "fee.kind", "unknown_kind", "選んで"),
    ("fee", None, "fee", "not_a_record", "形"),
    ("fee", base_step(60, 1000, 60, 500, {"method": "up"}), "fee.rounding.method", "unknown_choice", ""),
    ("fee", per_hour(1000, 60, {"method": "grace", "grace": 60}), "fee.rounding.grace", "grace_too_long", "短く"),
    ("fee.rows.1.to", 120, "fee.rows[1].to", "empty_row", "下限より大きく"),
    ("notes", [" "], "notes[0]", "not_a_text", "1文字以上"),
    ("notes", ["長" * 501], "notes[0]", "not_a_text", "500文字以内"),
    ("transport.cap", -1, "transport.cap", "negative", "負の数"),
    ("transport.kind", "taxi", "transport.kind", "unknown_kind", "選んで"),
    ("role", "volunteer", "role", "unknown_choice", "選んで"),
    ("minimun", 1000, "", "unknown_key", "minimun"),
    ("maximum", 999, "maximum", "below_minimum", "最低額"),
    ("payers.1.kind", "fixed", "payers[1].amount", "missing", "定められて"),
    ("payers.0", {"payer": "県", "kind": "rest"}, "payers", "one_rest", "1人だけ"),
    ("rush", {"rate": 0.2, "yen_rounding": "floor"}, "rush.rate", "float", "小数"),
    ("rush", {"rate": "1/0", "yen_rounding": "floor"}, "rush.rate", "not_a_ratio", "0は"),
    ("rush", {"rate": "20%"}, "rush.yen_rounding", "missing", "定められて"),
    ("overrides", [{"when": {}, "minimum": 1}], "overrides[0].when", "empty", "1つ以上"),
    ("overrides", [{"when": {"remote": True}}], "overrides[0]", "empty", "変える内容"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "where", "code", "words"), FAULTS)
def test_a_fault_is_named_and_never_priced(path, value, where, code, words):
    some_rules = changed(path, value)
    problems = validate(some_rules)
    assert (where, code) in [(problem.path, problem.code) for problem in problems]
    assert words in next(p.message_ja for p in problems if (p.path, p.code) == (where, code))
    with pytest.raises(InvalidRules) as caught:
        price(some_rules, Activity(minutes=60, transport_actual=0))
    assert list(caught.value.problems) == problems


def test_a_message_says_which_row_is_meant():
    (problem,) = validate(changed("fee.rows.1.from", 130))
    assert problem.message_ja == "「下限」(区分の表 2行目)と前の行の間にすき間があります(120から)。"


def test_a_row_may_hold_a_single_value_where_both_ends_count():
    rows = [[0, 60, 1000], [60, None, 3000]]
    fee = brackets(rows)
    fee["rows"].insert(1, {"from": 60, "to": 60, "end": "<=", "amount": 2000})
    assert [total(rules(fee), minutes=m) for m in (59, 60, 61)] == [1000, 2000, 3000]


@pytest.mark.parametrize("key", ["role", "fee", "transport"])
def test_what_is_essential_cannot_be_left_out(key):
    some_rules = changed("minimum", 1000)
    del some_rules[key]
    assert [(p.path, p.code) for p in validate(some_rules)] == [(key, "missing")]


def test_rounding_cannot_be_left_unsaid():
    for fee in (base_step(60, 1000, 60, 500), per_hour(1000)):
        del fee["rounding"]
        assert [(p.path, p.code) for p in validate(rules(fee))] == [("fee.rounding", "missing")]


def test_cancellation_steps_run_from_early_to_late():
    step = {"time": "17:00", "begin": ">", "rate": "50%", "transport": False}
    steps = [{**step, "days_before": 1}, {**step, "days_before": 2}]
    cancellation = {"days": "business", "yen_rounding": "floor", "steps": steps}
    problems = validate(rules({"kind": "none"}, cancellation=cancellation))
    assert [problem.code for problem in problems] == ["wrong_order"]


def test_waiting_cannot_be_paid_twice():
    add_on = {
        "kind": "per_block",
        "code": "waiting",
        "label": "待機料",
        "input": "waiting_minutes",
        "size": 30,
        "amount": 500,
        "rounding": CEIL,
    }
    assert validate(rules(per_hour(1000), add_ons=[add_on])) == []
    problems = validate(rules(per_hour(1000), add_ons=[add_on], waiting="counted"))
    assert [problem.code for problem in problems] == ["paid_twice"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", -1),
        ("minutes", 60.0),
        ("minutes", True),
        ("distance_km", 1.5),
        ("distance_km", Decimal("NaN")),
        ("count", None),
        ("rush", 1),
        ("date", "2026-11-22"),
        ("language", 5),
    ],
)
def test_an_impossible_fact_is_refused_by_name(field, value):
    with pytest.raises(InvalidInput) as caught:
        Activity(**{field: value})
    assert caught.value.field == field


def test_missing_minutes_are_asked_for_by_name():
    with pytest.raises(MissingInput, match="活動時間が入力されていません") as caught:
        price(preset("higashiosaka-interpreting").rules, Activity())
    assert caught.value.field == "minutes"


def test_cancelling_something_free_costs_nothing():
    moment = dt.datetime(2026, 11, 30, 10, tzinfo=JAPAN)
    due = cancellation_charge(
        preset("kotosapo").rules,
        fee=0,
        transport=0,
        service_at=moment,
        cancelled_at=moment,
        business_day_before=business_day_counter(closed),
    )
    assert due.total == 0


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(InvalidInput):
        cancellation_charge(
            preset("kotosapo").rules,
            fee=1,
            transport=1,
            service_at=dt.datetime(2026, 11, 30, 10),
            cancelled_at=dt.datetime(2026, 11, 30, 10, tzinfo=JAPAN),
            business_day_before=business_day_counter(closed),
        )


# --- in words ----------------------------------------------------------------------------------


def test_a_tariff_is_described_in_plain_sentences():
    assert describe(preset("higashiosaka-interpreting").rules) == [
        "ボランティアに支払う額の基準です。",
        "2時間未満 2,600円、2時間以上4時間未満 3,900円、4時間以上 5,200円です。",
        "交通費は謝礼に含みます。",
        "待ち時間は活動時間に含めません。",
    ]


def test_languages_and_modes_are_described_by_their_names():
    some_rules = rules(
        per_hour(1000),
        overrides=[{"when": {"language": ["vi", "zh-Hant"], "mode": ["video"]}, "minimum": 1}],
    )
    assert "ただし、言語がベトナム語・中国語 (繁体字)、方法が映像の場合は、" in "".join(
        describe(some_rules)
    )


def test_a_faulty_tariff_is_not_described():
    with pytest.raises(InvalidRules):
        describe(changed("role", "volunteer"))

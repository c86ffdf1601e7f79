"""What must hold for every tariff and every activity, not only for the examples."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from honoraria.tariff import Activity, describe, presets, price, split, validate
from honoraria.tariff.arithmetic import blocks

yen = st.integers(0, 1_000_000)
minutes = st.integers(0, 2000)
ratios = st.one_of(
    st.integers(0, 100).map("{}%".format),
    st.integers(1, 50).flatmap(lambda d: st.integers(0, d).map(lambda n: f"{n}/{d}")),
)
yen_roundings = st.sampled_from(["floor", "ceil", "half_up"])


@st.composite
def roundings(draw, size):
    methods = ["ceil", "floor", "half_up"] + (["grace"] if size > 1 else [])
    method = draw(st.sampled_from(methods))
    grace = {"grace": draw(st.integers(1, size - 1))} if method == "grace" else {}
    return {"method": method, **grace}


@st.composite
def rising_brackets(draw):
    bounds = sorted(draw(st.sets(st.integers(1, 600), min_size=1, max_size=6)))
    amounts = sorted(draw(st.lists(yen, min_size=len(bounds) + 1, max_size=len(bounds) + 1)))
    lows, highs = [0, *bounds], [*bounds, None]
    rows = []
    for low, high, amount in zip(lows, highs, amounts, strict=True):
        end = {} if high is None else {"end": draw(st.sampled_from(["<", "<="]))}
        rows.append({"from": low, "to": high, "amount": amount, **end})
    return {"kind": "brackets", "rows": rows}


@st.composite
def base_steps(draw):
    first, second = draw(st.integers(1, 120)), draw(st.integers(1, 120))
    steps = [
        {"size": first, "amount": draw(yen), "times": draw(st.integers(1, 4))},
        {"size": second, "amount": draw(yen)},
    ]
    return {
        "kind": "base_step",
        "base_minutes": draw(st.integers(0, 300)),
        "base_amount": draw(yen),
        "steps": steps[draw(st.integers(0, 1)) :],
        "rounding": draw(roundings(min(first, second))),
    }


@st.composite
def hourly(draw):
    step = draw(st.sampled_from([1, 5, 15, 30, 60]))
    return {
        "kind": "per_hour",
        "amount": draw(yen),
        "step_minutes": step,
        "rounding": draw(roundings(step)),
        "yen_rounding": draw(yen_roundings),
    }


@st.composite
def repeats(draw):
    size = draw(st.integers(1, 300))
    return {
        "kind": "repeat",
        "size": size,
        "amount": draw(yen),
        "rounding": draw(roundings(size)),
        "at_least": draw(st.integers(0, 3)),
    }


timed_fees = st.one_of(rising_brackets(), base_steps(), hourly(), repeats())


@st.composite
def whole_rules(draw):
    low = draw(st.one_of(st.none(), yen))
    rules = {
        "role": "payout",
        "fee": draw(timed_fees),
        "transport": draw(
            st.sampled_from(
                [
                    {"kind": "included"},
                    {"kind": "flat", "amount": 1000},
                    {"kind": "actual"},
                    {"kind": "actual_capped", "cap": 700},
                ]
            )
        ),
        "waiting": draw(st.sampled_from(["counted", "not_counted"])),
        "minimum": low,
        "maximum": None if draw(st.booleans()) else (low or 0) + draw(yen),
        "rush": {"rate": draw(ratios), "yen_rounding": draw(yen_roundings)},
        "surcharges": [
            {
                "label": "遠隔の加算",
                "when": {"remote": True},
                "rate": draw(ratios),
                "yen_rounding": draw(yen_roundings),
            }
        ],
    }
    return rules


activities = st.builds(
    Activity,
    minutes=minutes,
    waiting_minutes=st.integers(0, 300),
    transport_actual=st.integers(0, 5000),
    remote=st.booleans(),
    rush=st.booleans(),
)


@given(timed_fees, minutes, minutes)
def test_longer_work_is_never_paid_less(fee, one, other):
    rules = {"role": "payout", "fee": fee, "transport": {"kind": "none"}}
    shorter, longer = sorted([one, other])
    before, after = (price(rules, Activity(minutes=served)) for served in (shorter, longer))
    assert before.total <= after.total


@given(whole_rules(), activities)
def test_lines_sum_to_whole_yen(rules, activity):
    assert validate(rules) == []
    priced = price(rules, activity)
    assert all(type(line.amount) is int and line.text for line in priced.lines)
    assert type(priced.total) is int
    assert sum(line.amount for line in priced.lines) == priced.total
    assert priced.total == priced.fee + priced.transport
    assert min(priced.fee, priced.transport) >= 0


@given(whole_rules())
def test_every_valid_tariff_can_be_described(rules):
    assert all(sentence.endswith("。") for sentence in describe(rules))


def test_every_preset_can_be_described():
    for candidate in presets():
        assert all(sentence.endswith("。") for sentence in describe(candidate.rules))


payer_parts = st.one_of(
    st.fixed_dictionaries({"kind": st.just("fixed"), "amount": yen}),
    st.fixed_dictionaries(
        {"kind": st.just("ratio"), "ratio": ratios, "yen_rounding": yen_roundings},
        optional={"cap": yen},
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("ratio_of_excess"),
            "amount": yen,
            "above": yen,
            "ratio": ratios,
            "yen_rounding": yen_roundings,
        },
        optional={"cap": yen},
    ),
)


@given(yen, st.lists(payer_parts, max_size=5), st.data())
def test_the_parts_of_the_payers_sum_to_the_total(total, parts, data):
    payers = [{**part, "payer": f"負担者{index}"} for index, part in enumerate(parts)]
    payers.insert(data.draw(st.integers(0, len(payers))), {"kind": "rest", "payer": "残り"})
    rules = {"role": "charge", "fee": {"kind": "none"}, "transport": {"kind": "none"}}
    shares = split(total, {**rules, "payers": payers})
    assert [share.payer for share in shares] == [part["payer"] for part in payers]
    assert sum(share.amount for share in shares) == total
    assert all(type(share.amount) is int and share.amount >= 0 for share in shares)


@given(st.integers(0, 10_000), st.integers(1, 500))
def test_a_started_block_covers_the_quantity_and_no_more_than_one_block_extra(quantity, size):
    number = blocks(quantity, size, {"method": "ceil"})
    assert number * size >= quantity > (number - 1) * size


# --- garbage -------------------------------------------------------------------------------

KEYS = [
    *("role", "fee", "transport", "kind", "rows", "from", "to", "end", "amount", "steps", "size"),
    *("rounding", "method", "grace", "overrides", "when", "rate", "yen_rounding", "payers", "rest"),
    *("cancellation", "days", "time", "starts", "language", "code", "payer", "beyond", "add_ons"),
]
WORDS = [
    *("payout", "brackets", "base_step", "flat", "per_hour", "none", "actual", "per_km", "grace"),
    *("25:00", "29:99", "1/0", "999%", "<", "", "ratio", "per_block", "business"),
]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**4400, 10**4401),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(WORDS),
)
garbage = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=5)), inner, max_size=6),
    ),
    max_leaves=25,
)


@given(garbage)
def test_garbage_is_explained_and_never_raises(value):
    problems = validate(value)
    assert problems
    assert all(problem.code and problem.message_ja.endswith("。") for problem in problems)


@st.composite
def broken_presets(draw):
    """A real tariff with one value, anywhere in it, replaced by garbage."""
    rules = draw(st.sampled_from(presets())).rules
    target, key = rules, draw(st.sampled_from(sorted(rules)))
    while isinstance(target[key], dict | list) and target[key] and draw(st.booleans()):
        target = target[key]
        inside = sorted(target) if isinstance(target, dict) else range(len(target))
        key = draw(st.sampled_from(inside))
    target[key] = draw(garbage)
    return rules


@given(broken_presets())
def test_a_tariff_with_one_broken_value_is_explained_or_priced(rules):
    facts = dict.fromkeys(("language", "area", "mode", "field", "membership", "client"), "x")
    activity = Activity(
        date=dt.date(2026, 11, 22),
        starts_at=dt.time(10),
        minutes=100,
        transport_actual=500,
        distance_km=3,
        pages=1,
        characters=100,
        words=100,
        notice_days=3,
        requester_amount=0,
        direction="",
        grade="",
        **facts,
    )
    if not validate(rules):
        assert price(rules, activity).total >= 0
        assert describe(rules)
        assert split(1000, rules) is not None

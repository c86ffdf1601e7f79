"""A tariff in plain Japanese sentences, for the page that shows it and for the archive.

Every rule that can change an amount is said, also those left at "not counted", so that somebody
who reads only the sentences knows the whole tariff.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .cancellation import cancellation_text
from .conditions import condition_text
from .fees import BRACKET_KINDS, MINUTE_KINDS, UNIT_KINDS
from .payers import payer_text
from .validation import validate
from .values import INPUT_NAMES, InvalidRules, Rules
from .wording import (
    PER,
    UNITS,
    YEN_ROUNDINGS,
    block_rounding,
    bracket_range,
    duration,
    quantity,
    ratio,
    yen,
)

EITHER = "謝礼・料金"  # replaced by the word for the role

ROLES = {
    "payout": "ボランティアに支払う額の基準です。",
    "charge": "依頼者に請求する額の基準です。",
    "both": "依頼者に請求する額とボランティアに支払う額に共通の基準です。",
}
PAID_BY = {
    "bank": "口座振込で支払います。",
    "cash": "現金で支払います。",
    "cash_by_requester": "依頼者が本人に現金で支払います。",
    "gift_card": "図書カード等で渡します。",
    "none": "謝礼の支払はありません。",
}
CONSUMPTION_TAX = {
    "included": "金額は消費税込みです。",
    "excluded": "金額は消費税抜きです。請求では、活動日の税率で消費税を加えます。",
    "not_taxed": "消費税はかかりません。",
    "unstated": "消費税の扱いは定められていません。",
}
WITHHOLDING = {
    "withheld": "源泉徴収の対象です。",
    "not_withheld": "源泉徴収の対象外です。",
    "by_decision": "源泉徴収の扱いは団体の決定によります。",
}
KM_ROUNDINGS = {
    "exact": "1km未満も計算する",
    "floor": "1km未満は切り捨てる",
    "ceil": "1km未満は切り上げる",
    "half_up": "1km未満は四捨五入する",
}


def describe(rules: Rules) -> list[str]:
    """Sentences in reading order. Raises InvalidRules."""
    problems = validate(rules)
    if problems:
        raise InvalidRules(tuple(problems))
    sentences = [
        *_terms(rules),
        *_waiting(rules),
        *_overrides(rules),
        *_additions(rules),
        *_afterwards(rules),
    ]
    word = {"payout": "謝礼", "charge": "料金"}.get(rules["role"], EITHER)
    sentences = [sentence.replace(EITHER, word) for sentence in sentences]
    if rules["role"] == "charge":
        sentences = [
            one.replace("交通費は支給しません", "交通費は請求しません") for one in sentences
        ]
    return [ROLES[rules["role"]], *sentences, *rules.get("notes", [])]


def _terms(terms: dict[str, Any]) -> Iterator[str]:
    """What an override can also change: fee, limits, transport."""
    if "fee" in terms:
        yield fee_sentence(terms["fee"])
    if terms.get("minimum") is not None:
        yield f"謝礼・料金は最低{yen(terms['minimum'])}とします。"
    if terms.get("maximum") is not None:
        yield f"謝礼・料金は{yen(terms['maximum'])}を上限とします。"
    if terms.get("max_minutes") is not None:
        yield f"活動は1回{duration(terms['max_minutes'])}までです。"
    if "transport" in terms:
        yield transport_sentence(terms["transport"])


def _waiting(rules: Rules) -> Iterator[str]:
    fees = [rules["fee"], *(o["fee"] for o in rules.get("overrides", []) if "fee" in o)]
    if any(fee["kind"] in MINUTE_KINDS for fee in fees):
        counted = rules.get("waiting") == "counted"
        yield "待ち時間は活動時間に" + ("含めます。" if counted else "含めません。")
    if rules.get("requester_standard") == "if_higher":
        yield "依頼者の基準による額の方が高いときは、その額とします。"


def fee_sentence(fee: dict[str, Any]) -> str:
    """The fee table as one sentence."""
    kind = fee["kind"]
    if kind in BRACKET_KINDS:
        return _bracket_sentence(fee, BRACKET_KINDS[kind])
    if kind in UNIT_KINDS:
        return _unit_sentence(fee, UNIT_KINDS[kind])
    by_kind: dict[str, Callable[[dict[str, Any]], str]] = {
        "base_step": _base_step_sentence,
        "flat": lambda fee: f"{PER[fee['per']]}につき{yen(fee['amount'])}です。",
        "none": lambda _fee: "謝礼・料金はありません。",
        "per_hour": _per_hour_sentence,
    }
    return by_kind[kind](fee)


def _bracket_sentence(fee: dict[str, Any], of: str) -> str:
    previous, parts = "<", []
    for row in fee["rows"]:
        parts.append(f"{bracket_range(row, previous, of)} {yen(row['amount'])}")
        previous = row.get("end") or "<"
    sentence = "、".join(parts)
    beyond = fee.get("beyond")
    if beyond is not None:
        sentence += f"、これを超えると{quantity(beyond['size'], of)}ごとに{yen(beyond['amount'])}"
        sentence += f"を加えます({block_rounding(beyond['rounding'], beyond['size'], of)})"
        return sentence + "。"
    return sentence + "です。"


def _unit_sentence(fee: dict[str, Any], of: str) -> str:
    size = fee["size"]
    unit = f"1{UNITS[of]}" if size == 1 else quantity(size, of)
    sentence = f"{unit}ごとに{yen(fee['amount'])}です"
    if size > 1:
        sentence += f"({block_rounding(fee['rounding'], size, of)})"
    if fee.get("at_least"):
        sentence += f"。最低{fee['at_least']}回分とします"
    return sentence + "。"


def _base_step_sentence(fee: dict[str, Any]) -> str:
    parts = [f"{duration(fee['base_minutes'])}まで{yen(fee['base_amount'])}"]
    for index, step in enumerate(fee["steps"]):
        start = "超過は" if index == 0 else "その後は"
        times = f"{duration(step['size'] * step['times'])}まで" if step.get("times") else ""
        parts.append(f"{start}{times}{duration(step['size'])}ごとに{yen(step['amount'])}")
    sizes = sorted({step["size"] for step in fee["steps"]})
    how = "、".join(block_rounding(fee["rounding"], size, "minutes") for size in sizes)
    return "、".join(parts) + f"を加えます({how})。"


def _per_hour_sentence(fee: dict[str, Any]) -> str:
    size = fee["step_minutes"]
    how = [] if size == 1 else [block_rounding(fee["rounding"], size, "minutes")]
    how.append(YEN_ROUNDINGS[fee["yen_rounding"]])
    sentence = f"1時間につき{yen(fee['amount'])}、{duration(size)}単位です({'、'.join(how)})。"
    if fee.get("at_least_minutes"):
        sentence += f"短くても{duration(fee['at_least_minutes'])}として計算します。"
    return sentence


def transport_sentence(transport: dict[str, Any]) -> str:
    """The transport rule as one sentence."""
    kind = transport["kind"]
    if kind == "flat":
        return f"交通費は一律{yen(transport['amount'])}です。"
    if kind == "actual_capped":
        return f"交通費は実費です(上限{yen(transport['cap'])})。"
    if kind == "per_km":
        return _per_km_sentence(transport)
    return {
        "included": "交通費は謝礼・料金に含みます。",
        "none": "交通費は支給しません。",
        "actual": "交通費は実費です。",
    }[kind]


def _per_km_sentence(transport: dict[str, Any]) -> str:
    sentence = "交通費は"
    if transport["free_km"]:
        limit = "以下" if transport["free_end"] == "<=" else "未満"
        whole = "超えた距離" if transport["counted"] == "excess" else "全区間"
        sentence += f"{transport['free_km']}km{limit}は対象外、それ以外は{whole}について"
    how = [KM_ROUNDINGS[transport["km_rounding"]], YEN_ROUNDINGS[transport["yen_rounding"]]]
    if transport.get("cap") is not None:
        how.append(f"上限{yen(transport['cap'])}")
    return sentence + f"1kmにつき{yen(transport['amount'])}です({'、'.join(how)})。"


def _overrides(rules: Rules) -> Iterator[str]:
    for index, override in enumerate(rules.get("overrides", [])):
        start = "ただし、" if index == 0 else "上に当てはまらず、"
        terms = "".join(_terms(override))
        removed = [key for key in ("minimum", "maximum", "max_minutes") if key in override]
        removed = [key for key in removed if override[key] is None]
        names = {"minimum": "最低額", "maximum": "上限額", "max_minutes": "上限時間"}
        terms += "".join(f"{names[key]}は定めません。" for key in removed)
        name = f"({override['label']})" if "label" in override else ""
        yield f"{start}{condition_text(override['when'])}の場合{name}は、{terms}"


def _additions(rules: Rules) -> Iterator[str]:
    for surcharge in rules.get("surcharges", []):
        when = condition_text(surcharge["when"])
        yield f"{surcharge['label']}として、{when}の場合は{_extra(surcharge)}を加えます。"
    if (rush := rules.get("rush")) is not None:
        within = rush.get("within_days")
        when = "至急の依頼" if within is None else f"活動日まで{within}日以内の依頼"
        yield f"{when}には{_extra(rush)}を加えます。"
    for add_on in rules.get("add_ons", []):
        when = f"({condition_text(add_on['when'])}の場合)" if "when" in add_on else ""
        yield f"{add_on['label']}{when}として{_add_on_amount(add_on)}を加えます。"


def _payers(payers: list[dict[str, Any]]) -> str:
    if len(payers) == 1:
        return f"費用は{payers[0]['payer']}が負担します。"
    return "費用の負担は、" + "、".join(payer_text(part) for part in payers) + "です。"


def _extra(surcharge: dict[str, Any]) -> str:
    if "amount" in surcharge:
        return yen(surcharge["amount"])
    how = YEN_ROUNDINGS[surcharge["yen_rounding"]]
    return f"謝礼・料金の{ratio(surcharge['rate'])}({how})"


def _add_on_amount(add_on: dict[str, Any]) -> str:
    if add_on["kind"] == "flat":
        return yen(add_on["amount"])
    how = block_rounding(add_on["rounding"], add_on["size"], "minutes")
    what = f"{INPUT_NAMES[add_on['input']]}{duration(add_on['size'])}ごとに"
    return f"{what}{yen(add_on['amount'])}({how})"


def _afterwards(rules: Rules) -> Iterator[str]:
    if (cancellation := rules.get("cancellation")) is not None:
        for step in cancellation["steps"]:
            yield cancellation_text(step, cancellation["days"]) + "です。"
        yield f"取消料は{YEN_ROUNDINGS[cancellation['yen_rounding']]}です。"
    if payers := rules.get("payers"):
        yield _payers(payers)
    if (levy := rules.get("levy")) is not None:
        amount = "別に定める額" if levy["amount"] is None else f"年額{yen(levy['amount'])}"
        yield f"{levy['payer']}は、ほかに{amount}を負担します。"
    for key, words in (
        ("paid_by", PAID_BY),
        ("consumption_tax", CONSUMPTION_TAX),
        ("withholding", WITHHOLDING),
    ):
        pays = key != "consumption_tax"  # how a volunteer is paid and taxed
        if key in rules and not (pays and rules["role"] == "charge"):
            yield words[rules[key]]
    if rules.get("consumption_tax") == "excluded":
        yield f"消費税は{YEN_ROUNDINGS[rules.get('consumption_tax_rounding', 'floor')]}です。"

"""Who bears a total: fixed amounts, ratios, ratios with a cap, a ratio of the excess, the rest.

The parts are served in the order of the rules, none takes more than is left, and one named payer
bears the rest, so the parts always sum to the total.
"""

from __future__ import annotations

from typing import Any

from .arithmetic import share_of
from .validation import validate
from .values import InvalidInput, InvalidRules, Rules, Share
from .wording import ratio, yen


def split(total: int, rules: Rules) -> tuple[Share, ...]:
    """Divide ``total`` yen (zero or more) among the payers of the rules.

    Without payer rules nobody is named: an empty tuple. Raises InvalidRules, InvalidInput.
    """
    problems = validate(rules)
    if problems:
        raise InvalidRules(tuple(problems))
    if type(total) is not int or total < 0:
        raise InvalidInput("total")
    left = total
    amounts: dict[int, Share] = {}
    parts = rules.get("payers", [])
    for index, part in enumerate(parts):
        if part["kind"] != "rest":
            amount = min(_wanted(part, total), left)
            text = f"{payer_text(part)} = {yen(amount)}"
            amounts[index] = Share(part["payer"], amount, text, bears(part))
            left -= amount
    for index, part in enumerate(parts):
        if part["kind"] == "rest":
            words = f"{part['payer']}が全額負担" if len(parts) == 1 else payer_text(part)
            text = f"{words} = {yen(left)}"
            amounts[index] = Share(part["payer"], left, text, bears(part))
    return tuple(amounts[index] for index in range(len(parts)))


def bears(part: dict[str, Any]) -> str:
    """Whom a part is asked from: as the rules say, else the requester for what is left."""
    return str(part.get("to") or ("requester" if part["kind"] == "rest" else "other"))


def _wanted(part: dict[str, Any], total: int) -> int:
    if part["kind"] == "fixed":
        return int(part["amount"])
    base, first = total, 0
    if part["kind"] == "ratio_of_excess":
        base, first = max(total - part["above"], 0), part["amount"]
    wanted = int(first + share_of(base, part["ratio"], part["yen_rounding"]))
    cap = part.get("cap")
    return wanted if cap is None else min(wanted, cap)


def payer_text(part: dict[str, Any]) -> str:
    """One payer's part as a phrase, without the amount it comes to."""
    payer, kind = part["payer"], part["kind"]
    cap = f"(上限{yen(part['cap'])})" if part.get("cap") is not None else ""
    if kind == "fixed":
        return f"{payer} {yen(part['amount'])}"
    if kind == "ratio":
        return f"{payer} 総額の{ratio(part['ratio'])}{cap}"
    if kind == "ratio_of_excess":
        first = f"{yen(part['amount'])}と" if part["amount"] else ""
        return f"{payer} {first}{yen(part['above'])}を超える額の{ratio(part['ratio'])}{cap}"
    return f"{payer} 残りの額"

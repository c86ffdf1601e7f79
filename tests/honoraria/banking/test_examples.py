"""The worked examples of banks: letters, files byte by byte, Post Bank, days, branches."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from honoraria.banking import branches
from honoraria.banking.calendar import next_business_day
from honoraria.banking.names import BankTextError, zengin_bytes, zengin_text
from honoraria.banking.post import PostError, convert
from honoraria.banking.records import KINDS
from honoraria.banking.transfer import (
    Consignor,
    Form,
    Transfer,
    TransferError,
    check,
    check_amount,
    read,
    write,
)

Example = dict[str, Any]
EXAMPLES: list[Example] = json.loads(
    (Path(__file__).parents[2] / "data" / "money_examples.json").read_text("utf-8")
)["examples"]


def of(*names: str) -> Any:
    """One case for each example of the functions named."""
    found = [one for one in EXAMPLES if one["fn"] in names]
    assert found
    return pytest.mark.parametrize("example", found, ids=[one["id"] for one in found])


@of("zengin.name")
def test_a_name_is_written_or_refused_as_in_the_example(example: Example) -> None:
    given, expected = example["input"], example["expected"]
    if "error" not in expected:
        half = zengin_text(given["text"], given["max"])
        written = zengin_bytes(half)
        assert (half, len(written)) == (expected["half"], expected["bytes"])
        assert written.hex().upper() == expected["hex"]
        return
    with pytest.raises(BankTextError) as refused:
        zengin_text(given["text"], given["max"])
    assert refused.value.code == expected["error"]
    assert refused.value.char == expected.get("char", "")
    assert refused.value.length == expected.get("bytes", 0)


def the_file(example: Example) -> bytes:
    """What we write for the input of Z13, with the form of the example."""
    full = next(one for one in EXAMPLES if one["id"] == "Z13")["input"]
    own = example["input"]
    sender = full["consignor"]
    consignor = Consignor(
        sender["code"], sender["name"], sender["bank"], sender["bank_kana"], sender["branch"],
        sender["branch_kana"], sender["type"], sender["acct"],
    )  # fmt: skip
    transfers = [
        Transfer(
            one["bank"], one["bank_kana"], one["branch"], one["branch_kana"], one["type"],
            one["acct"], one["name"], one["amount"], one["cust"],
        )
        for one in full["payments"]
    ]  # fmt: skip
    form = Form(
        newline=own.get("newline", full["newline"]).lower(),
        last_newline=full["last_newline"],
        transfer_kind=full["transfer_kind"],
    )
    return write(consignor, transfers, date(2026, 11, 30), form)


@of("zengin.file")
def test_a_file_is_the_example_byte_by_byte(example: Example) -> None:
    content, expected = the_file(example), example["expected"]
    assert len(content) == expected["bytes"]
    assert sha256(content).hexdigest() == expected["sha256"]
    assert check(content, date(2026, 11, 30)) == []
    assert (read(content).count, read(content).total) == (2, 8836)
    if "hex" in expected:
        assert [one.hex().upper() for one in content.split(b"\r\n")[:-1]] == expected["hex"]


@of("zengin.validate")
def test_a_wrong_total_is_found(example: Example) -> None:
    wrong = the_file(example).replace(b"000000008836", b"%012d" % example["input"]["trailer_total"])
    [problem] = check(wrong)
    assert problem.code == example["expected"]["error"]
    assert f"{example['expected']['expected']:,}" in problem.text_ja
    assert problem.record == 4


@of("zengin.amount")
def test_an_amount_that_no_file_holds_is_refused(example: Example) -> None:
    with pytest.raises(TransferError) as refused:
        check_amount(example["input"]["amount"])
    assert refused.value.code == example["expected"]["error"]


@of("zengin.value_date")
def test_a_value_date_moves_to_the_next_day_on_which_banks_are_open(example: Example) -> None:
    day = next_business_day(date.fromisoformat(example["input"]["requested"]))
    assert day.isoformat() == example["expected"]["business_day"]
    assert f"{day:%m%d}" == example["expected"]["mmdd"]


@of("yucho.convert")
def test_a_post_bank_book_gives_the_account_for_transfers(example: Example) -> None:
    given, expected = example["input"], example["expected"]
    if "error" in expected:
        with pytest.raises(PostError) as refused:
            convert(given["kigo"], given["bango"])
        assert refused.value.code == expected["error"]
        return
    found = convert(given["kigo"], given["bango"])
    assert (found.bank, found.branch) == (expected["bank"], expected["branch"])
    assert KINDS[found.kind] == expected["type"]
    assert found.account == expected.get("account", found.account)


@of("bank.lookup")
def test_banks_and_branches_exist_or_do_not(example: Example) -> None:
    names: list[str | None] = []
    for bank_code, branch_code in example["input"]["pairs"]:
        bank, branch = branches.bank(bank_code), branches.branch(bank_code, branch_code)
        names.append(f"{bank.name}/{branch.name}" if bank and branch else None)
    assert names == example["expected"]["names"]

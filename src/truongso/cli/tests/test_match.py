"""`truongso match`, `codes new` and `bench matching` from the outside."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from truongso.cli.main import main
from truongso.fees.types import CodeIndex, is_valid

INVOICES = (
    "code,amount,student_name,class_name,account\n"
    "ABK7M2QC7,500000,Nguyễn Văn An,3A2,111\n"
    "AB6NVJRH7,400000,Trần Thị Hòa,4B,111\n"
    "ABYW568BY,700000,Lê Hải Nam,1A,222\n"
)
HEADER = "id,date,bank_ref,amount,memo,payer_name,payer_account,account\n"
TRANSFERS = HEADER + (
    "t1,2026-11-21,FT1,500000,ABK7M2QC7 hoc phi,LE BA,0123,111\n"
    "t2,2026-11-21,FT2,500000,ABK7M2QC7 hoc phi,LE BA,0123,111\n"
    "t1b,2026-11-21,FT1,500000,ABK7M2QC7 hoc phi,LE BA,0123,111\n"
    't3,2026-11-21,FT3,450000,"ab6nv\njrh7, nop",,,111\n'
    "t4,2026-11-21,FT4,700000,ABYW568BY,,,111\n"
    "t5,2026-11-22,FT5,12000,mua nuoc,,,111\n"
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "I.csv").write_text(INVOICES, encoding="utf-8")
    (tmp_path / "T.csv").write_text(TRANSFERS, encoding="utf-8")
    return tmp_path


def match(folder: Path) -> int:
    return main(
        [
            "match",
            *("--invoices", str(folder / "I.csv")),
            *("--transfers", str(folder / "T.csv")),
            *("--out", str(folder / "O.csv")),
        ]
    )


def decisions(folder: Path) -> list[dict[str, str]]:
    with (folder / "O.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_decisions_in_order_of_arrival(files: Path) -> None:
    assert match(files) == 0
    assert (files / "O.csv").read_text(encoding="utf-8") == (
        "id,decision,codes,amounts,rule,reason\n"
        't1,auto,ABK7M2QC7,500000,exact,"Nội dung có đúng mã hóa đơn, số tiền bằng số còn phải nộp"\n'
        "t2,suggest,ABK7M2QC7,0,already_paid,Hóa đơn ABK7M2QC7 đã được nộp đủ trước đó\n"
        't1b,repeat,,,repeat,"Trùng hoàn toàn với một dòng ngân hàng đã có, số tham chiếu FT1"\n'
        "t3,auto,AB6NVJRH7,400000,over,Đúng mã hóa đơn nhưng nộp thừa 50.000\u00a0đ; "
        "phần thừa ghi vào số dư của gia đình\n"
        "t4,suggest,ABYW568BY,700000,other_account,Mã ABYW568BY thuộc hóa đơn nộp vào tài khoản khác (222)\n"
        "t5,none,,,no_code,Nội dung không có mã hóa đơn và không nhận ra học sinh\n"
    )


def test_byte_order_mark_column_order_and_windows_lines(files: Path) -> None:
    assert match(files) == 0
    plain = decisions(files)
    rows = list(csv.reader(INVOICES.splitlines()))
    turned = "\r\n".join(",".join([*reversed(row), "x"]) for row in rows) + "\r\n\r\n"
    (files / "I.csv").write_bytes(turned.encode("utf-8-sig"))
    (files / "T.csv").write_bytes(TRANSFERS.encode("utf-8-sig"))
    assert match(files) == 0
    assert decisions(files) == plain


def test_several_codes_are_joined_by_semicolons(files: Path) -> None:
    (files / "T.csv").write_text(HEADER + "1,d,r,900000,ABK7M2QC7 AB6NVJRH7,,,111\n", encoding="utf-8")
    assert match(files) == 0
    (row,) = decisions(files)
    assert (row["decision"], row["codes"], row["amounts"]) == ("auto", "ABK7M2QC7;AB6NVJRH7", "500000;400000")


@pytest.mark.parametrize("blank", ["I.csv", "T.csv"])
def test_blank_accounts_mean_one_common_account(files: Path, blank: str) -> None:
    text = (files / blank).read_text(encoding="utf-8")
    (files / blank).write_text(text.replace(",111\n", ",\n").replace(",222\n", ",\n"), encoding="utf-8")
    assert match(files) == 0
    assert [(row["decision"], row["rule"]) for row in decisions(files)][4] == ("auto", "exact")


def test_single_blank_account_among_several_is_an_unknown_account(files: Path) -> None:
    rows = "1,d,r1,500000,ABK7M2QC7,,,\n2,d,r2,500000,ABK7M2QC7,,,111\n"
    (files / "T.csv").write_text(HEADER + rows, encoding="utf-8")
    assert match(files) == 0
    assert [(row["decision"], row["rule"]) for row in decisions(files)] == [
        ("suggest", "other_account"),
        ("auto", "exact"),
    ]


@pytest.mark.parametrize("amount", ["", "0", "-500000", "500.000", "500000.5", "5e5", "abc", "٥٠٠", "9" * 16])
def test_unreadable_amount_is_refused_by_row_and_never_zero(
    files: Path, amount: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = f"bad,d,r1,{amount},ABK7M2QC7,,,111\ngood,d,r2,500000,ABK7M2QC7,,,111\n"
    (files / "T.csv").write_text(HEADER + rows, encoding="utf-8")
    assert match(files) == 1
    bad, good = decisions(files)
    assert (bad["id"], bad["decision"], bad["codes"], bad["amounts"], bad["rule"]) == (
        "bad",
        "none",
        "",
        "",
        "bad_amount",
    )
    assert (good["id"], good["decision"], good["amounts"]) == ("good", "auto", "500000")
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "dòng 2" in error


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("I.csv", INVOICES.replace("ABK7M2QC7", "ABK7M2QC8"), "dòng 2: “ABK7M2QC8”"),
        ("I.csv", INVOICES.replace("AB6NVJRH7", "ABK7M2QC7"), "dòng 3: mã ABK7M2QC7 đã có ở dòng 2"),
        ("I.csv", INVOICES.replace("400000", "0"), "dòng 3: số tiền “0”"),
        ("I.csv", INVOICES.replace("400000", "-1"), "dòng 3: số tiền “-1”"),
        ("I.csv", INVOICES.replace("400000", "400.000"), "dòng 3: số tiền “400.000”"),
        ("I.csv", INVOICES.replace("4B,111", "4B,"), "dòng 3: cột account"),
        ("I.csv", INVOICES.replace("class_name", "lop"), "thiếu cột class_name (cột không dùng đến: lop)"),
        ("I.csv", INVOICES.replace("class_name", "code"), "thiếu cột class_name"),
        ("I.csv", INVOICES.replace("\n", ",code\n", 1), "cột code có hai lần"),
        ("I.csv", INVOICES.replace(",4B,111", ""), "dòng 3: chỉ có 3 cột, cần 5"),
        ("I.csv", "", "thiếu cột code, amount, student_name, class_name, account"),
        ("T.csv", TRANSFERS.replace("memo", "noi_dung"), "thiếu cột memo"),
        ("T.csv", TRANSFERS.replace(",,,111\nt5", "\nt5"), "dòng 7: chỉ có 5 cột, cần 8"),
        ("T.csv", TRANSFERS + 't6,d,r,1,"mo', "không đúng dạng CSV"),
        ("T.csv", "a\0b", "thiếu cột"),
    ],
)
def test_bad_files_are_refused_whole(
    files: Path, name: str, content: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "O.csv").write_text("cũ", encoding="utf-8")
    (files / name).write_text(content, encoding="utf-8")
    assert match(files) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error
    assert name in error
    assert (files / "O.csv").read_text(encoding="utf-8") == "cũ"


def test_other_encodings_and_missing_files_are_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "T.csv").write_bytes(TRANSFERS.encode("utf-16"))
    assert match(files) == 1
    assert "UTF-8" in capsys.readouterr().err
    (files / "T.csv").unlink()
    assert match(files) == 1
    assert "T.csv" in capsys.readouterr().err
    assert not (files / "O.csv").exists()


def test_empty_transfers_give_a_header(files: Path) -> None:
    (files / "T.csv").write_text(HEADER, encoding="utf-8")
    assert match(files) == 0
    assert (files / "O.csv").read_text(encoding="utf-8") == "id,decision,codes,amounts,rule,reason\n"


def test_missing_options_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", "--invoices", "I.csv"]) == 2
    assert "--transfers" in capsys.readouterr().err


def test_new_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codes", "new", "--count", "500", "--prefix", "ab"]) == 0
    codes = capsys.readouterr().out.split()
    assert len(set(codes)) == 500
    assert all(is_valid(code) and code.startswith("AB") for code in codes)
    index = CodeIndex(codes)
    assert not any(index.crowds(code) for code in codes)
    assert main(["codes", "new", "--count", "20"]) == 0
    assert len({code[:2] for code in capsys.readouterr().out.split()}) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--count", "0"], "--count phải từ 1"),
        (["--count", "x"], "--count"),
        ([], "--count"),
        (["--count", "1", "--prefix", "FT"], "FT"),
        (["--count", "1", "--prefix", "A2"], "A2"),
        (["--count", "1", "--prefix", "IL"], "IL"),
        (["--count", "1", "--prefix", ""], "hai chữ cái"),
    ],
)
def test_codes_that_cannot_be_made(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codes", "new", *options]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert said in output.err
    assert output.err.count("\n") == 1


def test_bench_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "matching", "--lines", "600", "--invoices", "600", "--seeds", "2", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures) == {"lines", "seconds", "lines_per_second", "classes", "auto_wrong_total"}
    assert figures["lines"] == 1200
    assert figures["auto_wrong_total"] == 0
    assert figures["lines_per_second"] > 0
    assert figures["seconds"] > 0
    assert sum(one["lines"] for one in figures["classes"].values()) == 1200
    for one in figures["classes"].values():
        assert set(one) == {"lines", "auto_right", "auto_wrong", "suggest_right", "asked"}
        assert one["lines"] == one["auto_right"] + one["auto_wrong"] + one["suggest_right"] + one["asked"]


def test_bench_as_a_table_and_its_refusals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "matching", "--lines", "300", "--invoices", "300"]) == 0
    assert "tự ghi nhận sai: 0" in capsys.readouterr().out
    assert main(["bench", "matching", "--lines", "0"]) == 2
    assert main(["bench", "khong-co"]) == 2
    assert main(["bench", "matching", "--help"]) == 0
    assert main(["bench", "--help"]) == 0
    assert "matching" in capsys.readouterr().out

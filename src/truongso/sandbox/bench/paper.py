"""What papers cost: notices four to an A4 and receipts, each with its own QR.

The floor beside each figure is measured in the same run: the same QR pictures put on otherwise empty pages by the
same typesetter. Seconds are CPU seconds of all threads: on an idle machine the clock shows no more. Reading the
rows from the database is not part of it (2 queries whatever the number).
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.utils import translation

from truongso.fees.public import InfoField
from truongso.kernel import clock
from truongso.kernel.documents import compile_typst
from truongso.kernel.dong_in_words import dong_in_words
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.qr_image import qr_svg
from truongso.organizations.public import FIELD_NAMES, FieldSource
from truongso.payments.public import (
    Edition,
    FeeNotice,
    Letterhead,
    NoticeLine,
    PupilPart,
    ReceiptPaper,
    fee_notices_pdf,
    receipts_pdf,
)
from truongso.payments.types import Method
from truongso.payments.vietqr import encode

_BARE = """#let data = json(bytes(sys.inputs.data))
#set page(width: 210mm, height: 297mm, margin: 0mm)
#for group in data.codes.chunks(4) { page(grid(columns: (105mm, 105mm), rows: (148.5mm, 148.5mm),
  ..group.map(code => pad(10mm, image(bytes(code), format: "svg", width: 40mm))))) }
"""
_SECONDS_PER_THOUSAND = 30


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement: CPU seconds, the floor beside it, what came out."""

    name: str
    count: int
    seconds: float
    floor_seconds: float
    ratio: float
    megabytes: float
    limit_seconds: float


def run(notices: int, receipts: int) -> list[Figure]:
    """Typeset both papers once."""
    translation.activate("vi")
    head = Letterhead("Trường đo kiểm", "0283000000", "7:00–17:00")
    slips = [_notice(n) for n in range(notices)]
    groups = [slips[at : at + 35] for at in range(0, notices, 35)]
    papers = [_receipt(n) for n in range(receipts)]
    return [
        _figure("fee_notices", notices, [s.payload for s in slips], lambda: fee_notices_pdf(head, groups)),
        _figure("receipts", receipts, [p.check_url for p in papers], lambda: receipts_pdf(papers)),
    ]


def as_json(figures: list[Figure]) -> dict[str, object]:
    return {"figures": [asdict(f) for f in figures]}


def _figure(name: str, count: int, payloads: list[str], make: Callable[[], bytes]) -> Figure:
    floor = _timed(lambda: _bare(payloads))[0]
    seconds, made = _timed(make)
    ratio = round(seconds / floor, 2) if floor else 0.0
    limit = _SECONDS_PER_THOUSAND * max(count, 100) / 1000
    return Figure(name, count, round(seconds, 3), round(floor, 3), ratio, round(len(made) / 1e6, 2), limit)


def _timed(make: Callable[[], bytes]) -> tuple[float, bytes]:
    started = time.process_time()
    made = make()
    return time.process_time() - started, made


def _bare(payloads: list[str]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "bare.typ"
        template.write_text(_BARE, encoding="utf-8")
        return compile_typst(template, {"codes": [qr_svg(one, title="x") for one in payloads]})


def _notice(n: int) -> FeeNotice:
    code = f"TS{n:07}"
    owed = Dong(412_000 + 1_000 * (n % 97))
    return FeeNotice(
        code=code, student_name=f"Nguyễn Hoàng Bảo {n}", class_name=f"{n // 35 % 5 + 1}A{n // 175 + 1}",
        info=tuple(InfoField(source, str(FIELD_NAMES[source]), value) for source, value in (
            (FieldSource.PAYER, "Trần Thị Thu Hằng"), (FieldSource.BENEFICIARY, "TRUONG DO KIEM"),
            (FieldSource.REASON, "Thu tháng 10/2026"), (FieldSource.INVOICE_CODE, code),
        )),
        round_name="Thu tháng 10/2026", owed=owed, paid=ZERO, due_on=dt.date(2026, 10, 20),
        lines=tuple(NoticeLine(f"Khoản thu số {k}", Dong(80_000)) for k in range(5)), account_number="9000000000999",
        bank_name="Vietcombank", check_url=f"https://thu.example.edu.vn/p/{n:026}",
        payload=encode(bank_bin="970436", account="9000000000999", amount=owed, memo=f"{code} THU THANG",
                       bill_number=code),
    )  # fmt: skip


def _receipt(n: int) -> ReceiptPaper:
    moment = dt.datetime(2026, 10, 5, 9, tzinfo=clock.SCHOOL_TIME)
    amount, name = Dong(894_000), "Nguyễn Hoàng Bảo An"
    return ReceiptPaper(
        public_id=f"{n:026}", number=f"BL-2026-{n:06}", issued_at=moment, received_at=moment,
        school_name="Trường đo kiểm", school_address="12 đường Hoa Sen", school_codes="Mã số thuế: 5300123456",
        payer_name="Trần Thị Thu Hằng", beneficiary_name="TRUONG DO KIEM", reason="Thu tháng 10/2026",
        invoice_code=f"TS{n:07}", amount=amount, words=dong_in_words(amount), surplus=ZERO, method=Method.QR_TRANSFER,
        reference=f"FT{n:08}", parts=(PupilPart(name, "3A2", f"TS{n:07}", "", (("Khoản thu", amount),)),),
        check_url=f"https://thu.example.edu.vn/kt/{n:026}?m=0000-0000-0000-0000", cancelled_at=None, cancel_reason="",
        edition=Edition.PRINTED, prints=1, fingerprint="0000-0000-0000-0000",
    )  # fmt: skip

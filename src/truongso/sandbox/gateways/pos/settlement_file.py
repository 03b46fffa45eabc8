"""The acquirer's file of a settled batch, as sent the day after: one row per slip, the sums at the end.

Acquirers' layouts are private (UNVERIFIED); the columns are those a school can reconcile by, labelled in both
languages as banks label theirs.
"""

from __future__ import annotations

from enum import StrEnum

from truongso.kernel.sheet_writer import ExportCell, SheetOut, write_csv, write_xlsx
from truongso.sandbox.gateways.pos.types import Batch, Sale

HEADER = (
    "STT (No.)",
    "Ngày giao dịch (Transaction date)",
    "Mã đơn vị (MID)",
    "Mã thiết bị (TID)",
    "Số lô (Batch No.)",
    "Số trace (Trace No.)",
    "Số tham chiếu (RRN)",
    "Mã chuẩn chi (Approval code)",
    "Số thẻ (Card No.)",
    "Loại thẻ (Card type)",
    "Số hóa đơn (Invoice No.)",
    "Số tiền giao dịch (Amount)",
    "Phí (MDR fee)",
    "Số tiền thanh toán (Net amount)",
    "Ngày thanh toán (Settlement date)",
)


class SettlementFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


def settlement_file(batch: Batch, file_format: SettlementFormat) -> bytes:
    """The file of a settled batch; amounts are whole đồng."""
    rows = [_row(batch, number, sale) for number, sale in enumerate(batch.counted, 1)]
    sums: list[ExportCell] = [""] * len(HEADER)
    sums[0], sums[11], sums[12], sums[13] = "Tổng cộng (Total)", batch.gross, batch.fee, batch.net
    banner: list[list[ExportCell]] = [
        ["BÁO CÁO THANH TOÁN GIAO DỊCH THẺ (CARD SETTLEMENT REPORT)"],
        ["Đơn vị chấp nhận thẻ (Merchant)", batch.terminal.name],
        ["Tài khoản nhận tiền (Account)", batch.terminal.account],
        ["Nội dung báo có (Credit narrative)", batch.memo],
    ]
    if file_format is SettlementFormat.CSV:
        return write_csv([*banner, list(HEADER), *rows, sums])
    return write_xlsx([SheetOut("Quyết toán", list(HEADER), [*rows, sums], banner=banner)])


def _row(batch: Batch, number: int, sale: Sale) -> list[ExportCell]:
    day = batch.settled_on
    return [
        str(number),
        f"{sale.at:%d/%m/%Y %H:%M:%S}",
        batch.terminal.mid,
        batch.terminal.tid,
        f"{batch.number:06d}",
        f"{sale.trace:06d}",
        sale.rrn,
        sale.approval,
        f"************{sale.last4}",
        sale.brand.value,
        sale.invoice,
        sale.amount,
        sale.fee,
        sale.amount - sale.fee,
        "" if day is None else f"{day:%d/%m/%Y}",
    ]

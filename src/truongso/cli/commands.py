"""The table of commands. One line each; the module is imported when its command is run."""

from __future__ import annotations

import argparse
import importlib
from dataclasses import dataclass
from typing import Protocol, cast


class CommandModule(Protocol):
    """What a command's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its word on the command line, its module in this package, one line of help."""

    name: str
    module: str
    summary: str

    def load(self) -> CommandModule:
        return cast("CommandModule", importlib.import_module(f"{__package__}.{self.module}"))


_TABLE = (
    Command("demo", "demo", "tạo tỉnh mẫu, chạy trọn việc thu học phí rồi mở trang web"),
    Command("serve", "serve", "chạy trang web"),
    Command("worker", "worker", "chạy các việc nền"),
    Command("tick", "tick", "chạy các việc đến hạn theo lịch"),
    Command("check", "check", "kiểm tra cấu hình, cơ sở dữ liệu và trình kích hoạt"),
    Command("retention", "retention", "đếm và xóa dữ liệu đã hết hạn lưu"),
    Command("keys", "keys", "đổi và hủy khóa niêm phong thông tin nhạy cảm"),
    Command("database", "database", "tạo vai trò PostgreSQL và ngăn dữ liệu các trường"),
    Command("verify", "verify", "tính lại các bất biến của sổ sách từ dữ liệu gốc"),
    Command("audit", "audit", "in dấu cuối ngày của nhật ký, đối chiếu với dấu đã giữ"),
    Command("account", "account", "thêm người, cấp lại đường dẫn kích hoạt, gỡ lớp xác thực đã mất"),
    Command("report", "report", "in báo cáo, ví dụ tỷ lệ không dùng tiền mặt của một kỳ"),
    Command("qr", "qr", "viết và đọc mã VietQR"),
    Command("codes", "codes", "sinh mã hóa đơn thanh toán"),
    Command("match", "match", "khớp tệp giao dịch với tệp hóa đơn"),
    Command("bill-partner", "bill_partner", "kết nối một ngân hàng thu hóa đơn cho nhiều trường"),
    Command("receipts", "receipts", "kiểm tra biên lai ký số"),
    Command("words", "words", "đọc số tiền bằng chữ"),
    Command("bench", "bench", "đo tốc độ và độ đúng"),
    Command("sbom", "sbom", "danh sách phần mềm cấu thành và cảnh báo lỗ hổng"),
    Command("manage", "manage", "chạy lệnh quản trị của Django"),
)
COMMANDS = {command.name: command for command in _TABLE}

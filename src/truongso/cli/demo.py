"""`truongso demo`: the whole main job on a sample province, then the web."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import Refused

if TYPE_CHECKING:
    from truongso.sandbox.demo.addresses import Addresses
    from truongso.sandbox.demo.processes import Processes
    from truongso.sandbox.demo.run import Demo

WEB_PORT, BANK_PORT, GATEWAYS_PORT = 8000, 8100, 8200
_DONE = "demo.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("var/demo"), help="thư mục dữ liệu (mặc định var/demo)")
    parser.add_argument("--no-serve", action="store_true", help="chạy xong thì dừng, không mở trang web")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng một đối tượng JSON")
    parser.add_argument("--small", action="store_true", help="tỉnh mẫu nhỏ (1 trường, 160 học sinh), xong sau ít giây")
    parser.add_argument("--reset", action="store_true", help="xóa dữ liệu mẫu cũ và làm lại từ đầu")
    parser.add_argument("--port", type=int, default=WEB_PORT, help=f"cổng trang web (mặc định {WEB_PORT})")
    parser.add_argument("--bank-port", type=int, default=BANK_PORT, help=f"cổng ngân hàng thử (mặc định {BANK_PORT})")
    parser.add_argument(
        "--gateways-port",
        type=int,
        default=GATEWAYS_PORT,
        help=f"cổng của cổng thanh toán thử (mặc định {GATEWAYS_PORT})",
    )
    parser.epilog = "Ví dụ:\n  truongso demo\n  truongso demo --no-serve --json --data /tmp/tinh-mau"


def run(args: argparse.Namespace) -> int:
    data: Path = args.data.absolute()
    _settle_environment(data, args)
    started = time.monotonic()
    if args.reset or not (data / _DONE).exists():
        _start_over(data)
    from .django import start

    start()
    from truongso.sandbox.demo.processes import Processes

    processes = Processes(environment={}, log=data / "demo.log")
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        first = not (data / _DONE).exists()
        if not first:
            _bring_up_to_date(data, quiet=args.json)
        if not args.no_serve and not first:
            _move(data, args)
        if not args.no_serve or first:
            _open(processes, data, args)
        demo = _first_run(data, args) if first else None
        _report(data, args, demo, seconds=time.monotonic() - started)
        if args.no_serve:
            return 0
        return _serve(processes, args, demo)
    finally:
        processes.stop()


def _interrupted(_signal: int, _frame: object) -> None:
    """SIGTERM ends the demo as Ctrl-C does: its processes with it."""
    raise KeyboardInterrupt


def _settle_environment(data: Path, args: argparse.Namespace) -> None:
    if os.environ.get("TRUONGSO_ENV") == "production":
        raise Refused("không chạy dữ liệu mẫu khi TRUONGSO_ENV=production")
    from truongso.sandbox.demo.processes import free_port, is_taken

    if args.no_serve:
        args.port, args.bank_port, args.gateways_port = free_port(), free_port(), free_port()
    for port in (args.port, args.bank_port, args.gateways_port):
        if is_taken(port):
            options = "--port, --bank-port, --gateways-port"
            raise Refused(f"cổng {port} đang có chương trình khác dùng; chọn cổng khác bằng {options}")
    os.environ.update(
        {
            "TRUONGSO_ENV": "demo",
            "TRUONGSO_DATA": str(data),
            "TRUONGSO_URL": f"http://127.0.0.1:{args.port}",
            "TRUONGSO_SANDBOX": f"http://127.0.0.1:{args.bank_port}",
            "TRUONGSO_SANDBOX_WALLET": f"http://127.0.0.1:{args.gateways_port}/vi",
        }
    )


def _start_over(data: Path) -> None:
    """Remove what an earlier or interrupted demo left; refuse a directory that is not a demo's."""
    ours = {
        "truongso.sqlite3",
        "secret_key",
        "sealing_key",
        "receipt_signing_key",
        "demo.log",
        _DONE,
        "bank",
        "gateways",
        "cache",
        "static",
        "uploads",
        "outbox",
        "mail",
    }
    if data.is_dir():
        strange = [p.name for p in data.iterdir() if p.name.removesuffix("-wal").removesuffix("-shm") not in ours]
        if strange:
            raise Refused(f"thư mục {data} có tệp khác ({strange[0]}); chọn thư mục trống bằng --data")
        shutil.rmtree(data)
    data.mkdir(mode=0o700, parents=True)


def _open(processes: Processes, data: Path, args: argparse.Namespace) -> None:
    from truongso.sandbox.demo import processes as commands

    from . import serve

    processes.start("bank", commands.bank_command(args.bank_port, data / "bank"), port=args.bank_port)
    gateways = commands.gateways_command(args.gateways_port, data / "gateways", bank_port=args.bank_port)
    processes.start("gateways", gateways, port=args.gateways_port)
    processes.start("web", serve.command("127.0.0.1", args.port), port=args.port)


def _move(data: Path, args: argparse.Namespace) -> None:
    """Site, bank and gateways of an earlier start had other ports: they are told of the present ones."""
    from truongso.sandbox.demo import addresses

    figures = json.loads((data / _DONE).read_text(encoding="utf-8"))
    was, now = addresses.Addresses.kept(figures), _addresses(args)
    if was is not None:
        addresses.move(data, was, now)
    (data / _DONE).write_text(json.dumps({**figures, "addresses": asdict(now)}), encoding="utf-8")


def _addresses(args: argparse.Namespace) -> Addresses:
    from truongso.sandbox.demo.addresses import Addresses

    gateways = f"http://127.0.0.1:{args.gateways_port}"
    return Addresses(os.environ["TRUONGSO_URL"], os.environ["TRUONGSO_SANDBOX"], gateways)


def _bring_up_to_date(data: Path, *, quiet: bool) -> None:
    """Data of an earlier version are migrated before anything reads them; what cannot be is said plainly."""
    from django.db import DatabaseError

    from truongso.sandbox.demo import run as demo_run

    again = f"Chạy lại với --reset để làm mới, hoặc chọn thư mục khác bằng --data. Dữ liệu ở {data} không bị xóa."
    try:
        changed = demo_run.bring_up_to_date()
    except demo_run.DemoDataError:
        raise Refused(f"dữ liệu mẫu do bản mới hơn của Trường Số tạo. {again}") from None
    except DatabaseError:
        raise Refused(f"không nâng cấp được dữ liệu mẫu của bản cũ. {again}") from None
    if changed and not quiet:
        print("Đã nâng cấp dữ liệu mẫu của bản cũ.", flush=True)


def _first_run(data: Path, args: argparse.Namespace) -> Demo:
    from truongso.sandbox.bank_client import SandboxBank
    from truongso.sandbox.demo import run as demo_run
    from truongso.sandbox.demo.setup import SMALL
    from truongso.sandbox.gateway_client import SandboxGateways

    started = time.monotonic()

    def say(text: str) -> None:
        if not args.json:
            print(f"  {time.monotonic() - started:5.1f} s  {text}", flush=True)

    schools = demo_run.prepare(say, SMALL if args.small else demo_run.WHOLE)
    bank = SandboxBank(os.environ["TRUONGSO_SANDBOX"])
    gateways = SandboxGateways(f"http://127.0.0.1:{args.gateways_port}")
    demo = demo_run.collect(schools, bank, gateways, os.environ["TRUONGSO_URL"], say)
    done = {**demo.as_json(), "parent_page": demo.parent_page, "addresses": asdict(_addresses(args))}
    (data / _DONE).write_text(json.dumps(done), encoding="utf-8")
    return demo


def _report(data: Path, args: argparse.Namespace, demo: Demo | None, *, seconds: float) -> None:
    figures = json.loads((data / _DONE).read_text(encoding="utf-8"))
    parent_page = figures.pop("parent_page", "")
    figures.pop("addresses", None)
    if args.json:
        print(json.dumps(figures, ensure_ascii=False), flush=True)
        return
    from truongso.kernel.money import Dong
    from truongso.kernel.ui.formatting import phan_tram

    print(
        f"\nTỉnh mẫu: {figures['schools']} trường, {figures['students']} học sinh, "
        f"{figures['invoices']} phiếu báo thu, "
        f"{Dong(figures['invoiced_dong'])}.\n"
        f"Chuyển khoản nhận về: {figures['transfers']}; tự khớp {figures['auto_matched']}, "
        f"chờ người xử lý {figures['queued']}. Biên lai: {figures['receipts']}.\n"
        f"Không dùng tiền mặt: {phan_tram(figures['cashless_count_share'] * 100)} số lượt, "
        f"{phan_tram(figures['cashless_value_share'] * 100)} giá trị. "
        f"Kiểm tra sổ sách: {'nhất quán' if figures['verify_ok'] else 'CÓ SAI LỆCH'}.\n"
        f"Xong sau {seconds:.1f} s."
    )
    if not args.no_serve:
        _print_links(args, demo, parent_page)


def _print_links(args: argparse.Namespace, demo: Demo | None, parent_page: str) -> None:
    from truongso.sandbox.demo.run import fresh_activations, unpaid_page
    from truongso.sandbox.demo.setup import OPERATOR, TITLES

    base = os.environ["TRUONGSO_URL"]
    links = demo.activations if demo else fresh_activations()
    parent_page = unpaid_page(parent_page)
    shown: set[str] = set()
    print(f"\nTrang web: {base}   Ngân hàng thử: {os.environ['TRUONGSO_SANDBOX']}")
    print(f"Cổng thanh toán, ví Mobile Money và máy POS thử: http://127.0.0.1:{args.gateways_port}")
    print("Không có mật khẩu mặc định. Mỗi vai một liên kết kích hoạt, dùng một lần trong 72 giờ:")
    for link in links:
        if link.role not in shown or link.role == TITLES[OPERATOR]:  # operators review one another
            shown.add(link.role)
            print(f"  {link.role:<16} {link.username:<28} {base}/kich-hoat/{link.token}")
    if parent_page:
        print(f"  {'Phụ huynh':<16} {'phiếu chưa nộp':<28} {base}{parent_page}")
    if demo is None:  # started on kept data
        print(f"Tài khoản đã kích hoạt: đăng nhập ở {base}/dang-nhap bằng tên và mật khẩu đã đặt.")
    print("Bấm Ctrl-C để dừng.", flush=True)


def _serve(processes: Processes, args: argparse.Namespace, demo: Demo | None) -> int:
    from truongso.sandbox.demo.processes import worker_command

    processes.start("worker", worker_command())
    try:
        name = processes.wait()
    except KeyboardInterrupt:
        print("\nĐã dừng. Dữ liệu mẫu còn nguyên.", file=sys.stderr)
        return 0
    raise Refused(f"tiến trình {name} đã dừng; xem {processes.log}")

"""What the command line says about VietQR payloads and QR pictures: reasons, oddities, names of fields."""

from __future__ import annotations

from truongso.payments.vietqr import Oddity, OddityCode, Reason, VietQrError

REASONS = {
    Reason.EMPTY: "mã trống",
    Reason.TOO_LONG: "mã dài {length} ký tự, tối đa {limit}",
    Reason.CRC_MISSING: "không phải mã VietQR hoặc bị cắt cụt: thiếu mã kiểm tra ở cuối",
    Reason.CRC: "mã kiểm tra (CRC) sai: ghi {given}, phải là {expected}; hãy quét hoặc chép lại mã",
    Reason.LENGTH: "độ dài ghi trong mã không khớp với nội dung ở {path}",
    Reason.DUPLICATE: "trường {path} lặp lại, không biết giá trị nào đúng",
    Reason.ORDER: "trường 00 phải đứng đầu và trường 63 phải đứng cuối (đang là {first} và {last})",
    Reason.PAYLOAD_FORMAT: "phiên bản định dạng “{value}” không phải 01",
    Reason.INITIATION: "kiểu mã “{value}” không phải 11 (tĩnh) hay 12 (động)",
    Reason.GUID: "trường 38 không phải của NAPAS: “{value}”",
    Reason.BANK_BIN: "mã BIN “{value}” phải có đúng 6 chữ số",
    Reason.ACCOUNT: "số tài khoản “{value}” phải có 1–19 chữ số hoặc chữ cái không dấu",
    Reason.AMOUNT: "số tiền “{value}” phải là số nguyên đồng lớn hơn 0",
    Reason.AMOUNT_TOO_LARGE: "số tiền {amount} đồng phải dưới {limit} đồng mỗi lần chuyển",
    Reason.CURRENCY: "loại tiền “{value}” không phải 704 (đồng Việt Nam)",
    Reason.COUNTRY: "mã nước “{value}” không phải VN",
    Reason.MEMO: "nội dung phải không dấu, tối đa {limit} ký tự (đang có {length}): “{value}”",
    Reason.BILL_NUMBER: "số hóa đơn phải không dấu, tối đa {limit} ký tự (đang có {length}): “{value}”",
    Reason.NOT_TRANSFER: "không phải lệnh chuyển khoản đầy đủ: thiếu {missing}",
}
ODDITIES = {
    OddityCode.MISSING: "thiếu trường bắt buộc {path}",
    OddityCode.ACCOUNT_LENGTH: "số tài khoản dài hơn độ dài ghi trước nó ({path}) nên không đọc",
    OddityCode.NESTED_SERVICE: "mã dịch vụ nằm trong trường {path}, không ở 38.02",
    OddityCode.EMPTY_OBJECT: "trường {path} rỗng",
    OddityCode.STATIC_WITH_AMOUNT: "mã tĩnh (11) nhưng có số tiền",
    OddityCode.FIELD_TOO_LONG: "trường {path} dài hơn quy định",
    OddityCode.NOT_ASCII: "có chữ có dấu",
}
_SHOWN = 60


def refusal_text(error: VietQrError) -> str:
    """One sentence and the stable reason in brackets."""
    params = {name: _short(value) for name, value in error.params.items()}
    if error.reason is Reason.LENGTH:
        params["path"] = f"trường {params['path']}" if params["path"] else "trường ngoài cùng"
    return f"{REASONS[error.reason].format(**params)} [{error.reason}]"


def oddity_text(oddity: Oddity) -> str:
    return ODDITIES[oddity.code].format(path=oddity.path)


def _short(value: str | int) -> str:
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    return value if len(value) <= _SHOWN else value[:_SHOWN] + "…"

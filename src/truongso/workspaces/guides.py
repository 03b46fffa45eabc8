"""How to pay, step by step with pictures, one guide for each way. Pictures are our own pages and our own drawings."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.payments.types import Method


@dataclass(frozen=True, slots=True)
class Picture:
    """A file under static/workspaces/guides with its size in pixels (so that nothing jumps) and what it shows."""

    file: str
    alt: str | Promise
    width: int = 240
    height: int = 160

    @property
    def path(self) -> str:
        return f"workspaces/guides/{self.file}"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    text: str | Promise
    picture: Picture


@dataclass(frozen=True, slots=True)
class Guide:
    """A way to pay: what to have at hand, the steps, what to look out for."""

    needs: str | Promise
    steps: tuple[Step, ...]
    cautions: tuple[str | Promise, ...]


def _shot(file: str, alt: str | Promise) -> Picture:
    return Picture(f"{file}.webp", alt, *SHOT)


SHOT = (390, 640)
"""Size of every screenshot of a telephone, in CSS pixels."""

_CODE = Picture("code.svg", _("Phiếu báo thu với mã hóa đơn"))
_SAVE = Picture("save.svg", _("Lưu ảnh mã QR vào điện thoại"))
_SCAN = Picture("scan.svg", _("Điện thoại quét mã QR, hoặc chọn ảnh mã đã lưu"))
_CONFIRM = Picture("confirm.svg", _("Đối chiếu tên và số tiền trước khi xác nhận"))
_RECEIPT = Picture("receipt.svg", _("Biên lai có mã kiểm tra"))
_PAY = _shot("pay", _("Trang nộp tiền: số tiền, mã QR, nút Lưu ảnh mã QR"))
_PAID = _shot("paid", _("Trang nộp tiền sau khi nhận đủ: Đã nộp, số biên lai, nút Tải biên lai"))

_OPEN = Step(_("Mở liên kết trong tin của trường, hoặc quét mã trên phiếu báo thu. Trang hiện số tiền và mã QR."), _PAY)
_DONE = Step(_("Đợi trang tự báo “Đã nộp” rồi tải biên lai. Thường mất dưới một phút."), _PAID)
_SAY = Step(_("Mang phiếu báo thu, hoặc mở trang nộp tiền và đọc mã hóa đơn 9 ký tự."), _CODE)
_NO_SECRETS = _("Trường không bao giờ hỏi mật khẩu, mã OTP hay mã PIN.")
_BENEFICIARY = _("Tên người thụ hưởng phải là tên trường in trên phiếu. Khác tên thì dừng lại và gọi trường.")

GUIDES: dict[Method, Guide] = {
    Method.QR_TRANSFER: Guide(
        needs=_("App của ngân hàng bất kỳ trên điện thoại."),
        steps=(
            _OPEN,
            Step(_("Dùng chính điện thoại này: bấm “Lưu ảnh mã QR”. Dùng máy tính: bỏ qua bước này."), _SAVE),
            Step(_("Mở app ngân hàng, chọn Quét QR, quét mã trên màn hình hoặc chọn ảnh vừa lưu."), _SCAN),
            Step(_("Kiểm tra tên người thụ hưởng, số tiền và nội dung. Không sửa gì, bấm xác nhận."), _CONFIRM),
            _DONE,
        ),
        cautions=(
            _BENEFICIARY,
            _("Không đổi số tiền và nội dung: nội dung có mã hóa đơn để trường nhận ra khoản nộp."),
            _NO_SECRETS,
        ),
    ),
    Method.WEB: Guide(
        needs=_("Thẻ ngân hàng, tài khoản ngân hàng trực tuyến hoặc ví điện tử."),
        steps=(
            _OPEN,
            Step(
                _("Chọn “Thẻ, ví, web”, xem tổng số tiền gồm phí (nếu có) rồi bấm tên cổng thanh toán."),
                _shot("web", _("Trang chọn cổng thanh toán với tổng số tiền của từng cổng")),
            ),
            Step(
                _("Nhập thông tin trên trang của cổng. Trang này của cổng, trường không thấy số thẻ."),
                Picture("gateway.svg", _("Trang của cổng thanh toán có ổ khóa")),
            ),
            Step(_("Kiểm tra tên trường và số tiền, xác nhận, rồi quay lại trang nộp tiền."), _CONFIRM),
            _DONE,
        ),
        cautions=(
            _("Đã trả tiền mà trang chưa báo: đợi, đừng nộp lần nữa. Quá 15 phút thì bấm “Đã chuyển mà chưa báo”."),
            _NO_SECRETS,
        ),
    ),
    Method.MOBILE_MONEY: Guide(
        needs=_("Tài khoản Mobile Money của nhà mạng; không cần tài khoản ngân hàng."),
        steps=(
            _OPEN,
            Step(
                _("Chọn “Mobile Money”, bấm “Lưu ảnh mã QR”."),
                _shot("mobile", _("Trang nộp bằng Mobile Money với mã QR")),
            ),
            Step(_("Mở app Mobile Money, chọn Quét QR, chọn ảnh vừa lưu."), _SCAN),
            Step(
                _("Chọn nguồn tiền Mobile Money, kiểm tra tên trường và số tiền, rồi xác nhận."),
                Picture("sim.svg", _("Chọn nguồn tiền là thuê bao di động")),
            ),
            _DONE,
        ),
        cautions=(_BENEFICIARY, _("Số dư Mobile Money phải đủ; hạn mức mỗi tháng do nhà mạng quy định."), _NO_SECRETS),
    ),
    Method.CARD_POS: Guide(
        needs=_("Thẻ ngân hàng, đến trường trong giờ làm việc."),
        steps=(
            _SAY,
            Step(
                _("Nhân viên nhập số tiền. Xem số tiền trên máy rồi tự quẹt, cắm hoặc chạm thẻ."),
                Picture("pos.svg", _("Máy POS và thẻ")),
            ),
            Step(
                _("Tự nhập mã PIN, che bàn phím bằng tay kia."),
                Picture("pin.svg", _("Che bàn phím khi nhập mã PIN")),
            ),
            Step(_("Nhận hóa đơn của máy POS và biên lai của trường ngay tại chỗ."), _RECEIPT),
        ),
        cautions=(
            _("Không đưa thẻ đi nơi khác, không đọc mã PIN cho ai."),
            _("Không mất phí trừ khi trang nộp tiền ghi rõ."),
        ),
    ),
    Method.CASH: Guide(
        needs=_("Tiền mặt, đến trường trong giờ làm việc."),
        steps=(
            _SAY,
            Step(
                _("Đưa tiền, nghe nhân viên đọc lại số tiền và tên học sinh."),
                Picture("cash.svg", _("Nộp tiền mặt tại quầy và phiếu báo thu")),
            ),
            Step(_("Nhận biên lai ngay tại chỗ. Không có biên lai là chưa nộp."), _RECEIPT),
            Step(
                _("Về nhà quét mã trên biên lai để thấy trường đã ghi nhận."),
                _shot("check", _("Trang kiểm tra biên lai báo Biên lai thật")),
            ),
        ),
        cautions=(
            _("Không gửi tiền mặt qua con hoặc người khác nếu có thể chuyển khoản: không mất phí, không phải đi lại."),
        ),
    ),
    Method.BANK_BILL: Guide(
        needs=_("Quầy hoặc app của ngân hàng có nối dịch vụ thu hộ với trường."),
        steps=(
            _SAY,
            Step(
                _("Tại quầy: nói “thanh toán hóa đơn học phí” và tên trường."),
                Picture("bank.svg", _("Quầy ngân hàng")),
            ),
            Step(
                _("Trong app: chọn Thanh toán hóa đơn, Học phí, tên trường, rồi nhập mã hóa đơn."),
                Picture("menu.svg", _("Mục Thanh toán hóa đơn trong app và ô nhập mã hóa đơn")),
            ),
            Step(_("Màn hình phải hiện tên trường và đúng số tiền. Đúng rồi mới trả."), _CONFIRM),
            Step(_("Giữ giấy của ngân hàng; biên lai của trường có trên trang nộp tiền."), _RECEIPT),
        ),
        cautions=(_("Màn hình hiện tên hoặc số tiền khác: đừng trả, gọi trường."), _NO_SECRETS),
    ),
}

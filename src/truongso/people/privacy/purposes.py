"""Optional purposes, each with the words that are read before somebody agrees. A new wording is a new version: who
agreed to the former one is asked again.

Source: Law 91/2025/QH15 art. 24 (child and representative), Decree 356/2025/NĐ-CP (consent is never by default).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

RECEIPT_NOTICE = "receipt_notice"
PUBLIC_PHOTO = "public_photo"
PUPIL_ACCOUNT = "pupil_account"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is asked for. `discloses`: it shows the child to others, so the child itself agrees too from seven on.
    `opens`: it opens something to somebody, so a link for paying alone says no yes to it."""

    code: str
    version: int
    title: Text
    text: Text
    discloses: bool
    opens: bool = False

    @property
    def wants_proof(self) -> bool:
        """Whether who says yes on the family's pages must know what only the family knows."""
        return self.discloses or self.opens

    @property
    def text_sha256(self) -> str:
        """Of the very words, so that it can be shown later what was read."""
        return hashlib.sha256(f"{self.version}|{self.title}|{self.text}".encode()).hexdigest()


PURPOSES: dict[str, Purpose] = {
    one.code: one
    for one in (
        Purpose(
            RECEIPT_NOTICE, 1, _("Nhận tin mỗi khi trường lập biên lai"),
            _(
                "Mỗi lần trường ghi nhận một khoản nộp của con, trường gửi tin tới số điện thoại hoặc email của "
                "anh/chị: tên con, số tiền, số biên lai, đường dẫn xem. Không đồng ý vẫn nộp và xem biên lai bình "
                "thường. Rút lại lúc nào cũng được, tin dừng ngay."
            ),
            discloses=False,
        ),
        Purpose(
            PUBLIC_PHOTO, 1, _("Ảnh của con trên trang của trường"),
            _(
                "Trường đăng ảnh hoạt động có con trên cổng thông tin và fanpage của trường, không ghi họ tên. Không "
                "đồng ý thì trường không đăng hoặc che mặt con. Rút lại lúc nào cũng được, trường gỡ ảnh."
            ),
            discloses=True,
        ),
        Purpose(
            PUPIL_ACCOUNT, 1, _("Tài khoản riêng của con"),
            _(
                "Trường in phiếu để con tự tạo tài khoản, mật khẩu riêng. Con đăng nhập chỉ thấy tên và lớp của mình, "
                "không thấy khoản thu, sức khỏe hay hoàn cảnh. Không đồng ý thì mọi việc vẫn làm qua anh/chị. Rút lại "
                "lúc nào cũng được, tài khoản ngừng ngay."
            ),
            discloses=False, opens=True,
        ),
    )
}  # fmt: skip
"""Every optional purpose by its code."""

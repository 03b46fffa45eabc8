"""What this room keeps of a child: nothing of its own; patterns and files of vouchers point to payments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from truongso.kernel.personal_data import Holding, Text

HOLDINGS: list[Holding] = []

_CONTROL: Text = gettext_lazy("Kiểm tra nội bộ về số liệu của trường, không đánh giá học sinh hay gia đình.")
ELSEWHERE: dict[str, Text] = {
    "reporting.Flag": _CONTROL,
    "reporting.FlagLine": _CONTROL,
    "reporting.FlagNote": _CONTROL,
    "reporting.PostingFile": gettext_lazy("Tệp bút toán của cả trường; phần của em ở Khoản nộp và Biên lai."),
}

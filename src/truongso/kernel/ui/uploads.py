"""The one form field that takes a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from truongso.kernel import scanner
from truongso.kernel.uploads import MB, Rule, UploadError, judge, safe_name


class UploadField(forms.FileField):
    """A file judged by its size and content (`kernel.uploads`) before anything reads it; its name is made harmless.

    The size is known before a byte is read. A room with better words gives them as `error_messages`; `%(most)s` is the
    limit in MB.
    """

    default_error_messages = {
        "required": _("Chọn một tệp."),
        "missing": _("Chọn một tệp."),
        "empty": _("Tệp trống. Chọn tệp khác."),
        "too_large": _("Tệp lớn quá %(most)s MB. Xóa hình ảnh và các trang thừa, hoặc chia nhỏ rồi tải lại."),
        "wrong_content": _("Không nhận loại tệp này. Xem lại loại tệp ghi bên dưới ô chọn."),
        "active": _("Tệp có macro hoặc tệp khác gắn bên trong nên không được nhận. Lưu lại thành XLSX rồi tải lên."),
        "infected": _("Tệp có mã độc nên không được nhận. Quét máy đã tạo tệp này trước khi gửi tệp khác."),
        "unscanned": _(
            "Chưa quét được mã độc nên chưa nhận tệp. Thử lại sau ít phút; vẫn không được thì báo người vận hành."
        ),
    }

    def __init__(self, rule: Rule, **kwargs: Any) -> None:
        self.rule = rule
        super().__init__(max_length=255, **kwargs)

    def to_python(self, data: Any) -> Any:
        """The file, at its beginning; raises ValidationError with one sentence that says what to do."""
        found = super().to_python(data)
        if found is None:
            return None
        if found.size > self.rule.most:
            raise self._refusal(UploadError("too_large", most=self.rule.most))
        try:
            content = found.read()
            judge(content, self.rule)
            scanner.scan(content)
        except UploadError as error:
            raise self._refusal(error) from error
        except scanner.InfectedError as error:
            raise self._refusal(UploadError("infected")) from error
        except scanner.NotScannedError as error:
            raise self._refusal(UploadError("unscanned")) from error
        found.seek(0)
        found.name = safe_name(str(found.name))
        return found

    def _refusal(self, error: UploadError) -> ValidationError:
        params = {"most": str(self.rule.most // MB)} if "most" in error.params else None
        return ValidationError(self.error_messages[error.code], code=error.code, params=params)

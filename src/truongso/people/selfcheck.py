"""Sealed data, opened again where it stands."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.key_rotation import misplaced
from truongso.kernel.selfcheck import Check
from truongso.people.sensitive.queries import lost_numbers

CHECKS = [
    Check("I22", _("mỗi giá trị được mã hóa mở được bằng khóa của trường, ở đúng chỗ của nó"), function=misplaced),
    Check("I22", _("mỗi số định danh cá nhân tìm được bằng dấu băm có khóa của nó"), function=lost_numbers),
    Check(
        "I23", _("học sinh đã xóa dữ liệu không còn ngày sinh, mã hay thông tin mã hóa nào"),
        "SELECT e.school_id, s.public_id FROM people_erasure e JOIN people_student s ON s.id = e.student_id "
        "AND s.school_id = e.school_id WHERE e.state = 'done' AND (s.birth_date IS NOT NULL OR s.sector_code <> '' "
        "OR s.school_code <> '' OR EXISTS (SELECT 1 FROM people_sensitivefact f WHERE f.student_id = s.id "
        "AND f.school_id = s.school_id))",
    ),
]  # fmt: skip

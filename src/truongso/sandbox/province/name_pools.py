"""Elements of names as they are borne in Lào Cai, to make people up from; nobody real is meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamePool:
    """Family names (repeated by how common they are), middle and given names of one people."""

    families: tuple[str, ...]
    male_middle: tuple[str, ...]
    male_given: tuple[str, ...]
    female_middle: tuple[str, ...]
    female_given: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_MALE = _words(
    "An Anh Bách Bảo Bình Công Cường Dũng Duy Đạt Đăng Đức Hải Hiếu Hoàng Hùng Huy Hưng Khang "
    "Khánh Khoa Khôi Kiên Lâm Long Minh Nam Nhật Phong Phúc Quân Quang Sơn Tài Thành Thắng "
    "Thịnh Tiến Toàn Trí Trung Tú Tuấn Tùng Việt Vinh"
)
_FEMALE = _words(
    "An Anh Ánh Bích Châu Chi Diệp Dung Duyên Giang Hà Hạnh Hân Hiền Hoa Hoài Hồng Huyền "
    "Hương Khuê Lan Lệ Linh Loan Ly Mai My Nga Ngân Ngọc Nguyệt Nhi Nhung Oanh Phương Quyên "
    "Quỳnh Thảo Thu Thư Thủy Tiên Trang Trâm Uyên Vân Vy Yến"
)

POOLS: dict[str, NamePool] = {
    "Kinh": NamePool(
        _words(
            "Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Trần Lê Lê Phạm Phạm Hoàng Vũ Vũ Đặng Bùi "
            "Đỗ Ngô Dương Đinh Đoàn Trịnh Đào Lương Mai Tạ Hà Cao Phùng"
        ),
        _words("Văn Đức Minh Quang Gia Hữu Tuấn Thành Xuân Hoàng Bảo Anh Ngọc Trung Đình Hải"),
        _MALE,
        _words("Thị Thị Ngọc Thu Thanh Phương Khánh Bảo Hà Minh Mai Hồng Diệu Quỳnh Tuệ Thùy Kim"),
        _FEMALE,
    ),
    "Tày": NamePool(
        _words("Hoàng Hoàng Nông Nông Lương Ma Lục La Vi Hà Long Hứa Lộc Trương Nguyễn"),
        _words("Văn Đức Minh Xuân Quốc Tiến Trung Hải Đình"),
        _MALE,
        _words("Thị Thị Thị Thu Hồng Thanh Ngọc Bích Kiều"),
        _FEMALE,
    ),
    "Mông": NamePool(
        _words("Giàng Giàng Sùng Sùng Vàng Vàng Thào Thào Lý Má Hảng Cư Lù Cháng Hầu Sình Ma"),
        _words("A A A Seo Seo"),
        _words("Páo Chu Dế Lử Phử Sính Tủa Chứ Dơ Vảng Sáng Sử Lùng Chô Phừ Dình Tráng Pủa Sài Minh Sơn Long"),
        _words("Thị Thị Thị Seo"),
        _words("Mỷ Dở Sua Xua Máy Pà Chở Dua Sử Vừ Mai Ly Chư Say Dợ Mào Pàng Súng Hoa Linh Vân"),
    ),
    "Dao": NamePool(
        _words("Lý Lý Chảo Chảo Tẩn Tẩn Phàn Phàn Đặng Triệu Bàn Vàng Phùng Lò"),
        _words("Láo A Phù Kim Tiến Duần Văn Xuân"),
        _words("Lở San Tả Khé Sài Quẩy Sử Ú Lụ Chiêu Pao Minh Long Hưng Phúc Vinh"),
        _words("Mẩy Tả San Ú Thị Thị Lở"),
        _words("Mẩy Lai Pham Nảy Chiêu Khé Sính Mùi Liều Nhàn Hoa Hiền Linh Thu"),
    ),
    "Giáy": NamePool(
        _words("Vàng Vàng Lù Lù Nông Sần Hoàng Lý Phan Lò Cốn Vương"),
        _words("Văn Văn A Đức Minh Xuân"),
        _MALE,
        _words("Thị Thị Thị Thu Ngọc Hồng"),
        _FEMALE,
    ),
}

# Folded full names that everybody in Việt Nam knows: an invented pupil must not carry one by chance.
FAMOUS = frozenset(
    (
        "HOANG VAN THU",
        "LE DUC THO",
        "LE HONG PHONG",
        "LE QUANG DAO",
        "LUONG XUAN TRUONG",
        "NGO DINH DIEM",
        "NGO DINH NHU",
        "NGUYEN CONG PHUONG",
        "NGUYEN DINH THI",
        "NGUYEN DUC CANH",
        "NGUYEN HUU THO",
        "NGUYEN MINH TRIET",
        "NGUYEN NGOC ANH",
        "NGUYEN QUANG HAI",
        "NGUYEN TUAN ANH",
        "NGUYEN THI MINH KHAI",
        "NGUYEN THI ANH VIEN",
        "NGUYEN THI BINH",
        "NGUYEN THI KIM NGAN",
        "NGUYEN THI OANH",
        "NGUYEN VAN LINH",
        "NGUYEN VAN CU",
        "PHAM MINH CHINH",
        "PHAM VAN DONG",
        "PHAM TUAN",
        "TRAN DAI QUANG",
        "TRAN DUC LUONG",
        "TRAN QUOC TUAN",
        "TRAN THI LY",
        "TO LAM",
        "VU DUC DAM",
        "GIANG SEO PHU",
        "SUNG SEO LU",
    )
)

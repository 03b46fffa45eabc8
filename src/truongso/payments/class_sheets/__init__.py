"""Class collection sheets (bảng kê thu lớp): who has paid, how and when, with a column to sign."""

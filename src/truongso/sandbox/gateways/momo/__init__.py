"""MoMo all-in-one v2 (developers.momo.vn/v3): create, pay page, IPN, query, refund."""

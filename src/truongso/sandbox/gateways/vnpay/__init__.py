"""VNPAY 2.1.0 (sandbox.vnpayment.vn/apis/docs): pay page, IPN, querydr, refund."""

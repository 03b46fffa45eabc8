"""ZaloPay v2 (docs.zalopay.vn): create, order page, callback, query, refund, query_refund."""

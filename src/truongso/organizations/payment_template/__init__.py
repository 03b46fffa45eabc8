"""The department's payment-information template (letter LC-2.2): versioned, dated, inherited by its schools."""

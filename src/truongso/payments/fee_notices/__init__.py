"""Fee notices on paper (phiếu báo thu): four to an A4, with the QR, to be cut and given to families."""

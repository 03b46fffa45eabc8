"""Hand-off to an e-invoice provider: document type per fee item, files of what was paid, numbers that come back."""

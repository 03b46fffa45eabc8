"""payOS' codes and states of a link."""

OK = "00"

PAID = "PAID"
WAITING = frozenset({"PENDING", "PROCESSING", "UNDERPAID"})

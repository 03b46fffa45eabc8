"""The four queues of reconciliation: matched, money without a record, a record without money, differences."""

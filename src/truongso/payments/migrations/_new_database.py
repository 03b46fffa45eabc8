"""What a new database needs besides the tables of the models."""

from truongso.kernel.page_room import leave_room

OPERATIONS = [leave_room({"payments_payment": 50, "payments_evidence": 50})]

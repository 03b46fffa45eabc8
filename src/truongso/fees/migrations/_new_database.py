"""What a new database needs besides the tables of the models."""

from truongso.kernel.page_room import leave_room

OPERATIONS = [leave_room({"fees_invoice": 50, "fees_invoiceline": 50})]

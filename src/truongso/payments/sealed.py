"""What payments seal with the installation's key."""

from __future__ import annotations

from truongso.kernel.installation_key import Sealed
from truongso.payments.bills import partners
from truongso.payments.bills.models import BillPartner
from truongso.payments.changes import services as changes
from truongso.payments.changes.models import SetupChange
from truongso.payments.gateways.credentials import credentials_place
from truongso.payments.gateways.models import Channel

SEALED = [
    Sealed(BillPartner, "sealed_secrets", lambda row: partners.secret_place(row.public_id)),
    Sealed(Channel, "sealed_credentials", credentials_place),
    # What two people decide on is not exchanged meanwhile; it goes when the change ends.
    Sealed(SetupChange, "sealed", lambda row: changes.secret_place(row.public_id), stays=True),
]

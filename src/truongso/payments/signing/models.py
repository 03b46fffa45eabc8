"""Public keys of the installation and the signatures of receipts. Append-only."""

from __future__ import annotations

from django.db import models

from truongso.kernel.constraints import SchoolKey, not_blank
from truongso.kernel.fields import SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild


class SigningKey(models.Model):
    """A public key this installation signs, or signed, receipts with. Its private half is in a file, never here."""

    fingerprint = models.CharField(max_length=64, unique=True)
    public_key = models.CharField(max_length=44)  # 32 bytes in base64
    created_at = models.DateTimeField()

    class Meta:
        constraints = [not_blank("public_key", name="payments_signingkey_key")]

    def __str__(self) -> str:
        return self.fingerprint[:16]


class ReceiptSignature(SchoolChild):
    """The signature over the canonical form of a receipt as issued."""

    receipt = SchoolForeignKey("payments.Receipt", related_name="signatures")
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)  # sha256 of the canonical form, hexadecimal
    signature = models.CharField(max_length=88)  # 64 bytes in base64
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "receipt"], name="payments_receiptsignature_once"),
            SchoolKey("receipt", name="payments_receiptsignature_receipt_key", kept=True),
        ]

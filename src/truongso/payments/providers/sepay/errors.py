"""Why a SePay notice is not believed or not read."""

from __future__ import annotations


class SignatureError(ValueError):
    """Codes: signature_missing, signature_malformed, signature_wrong, timestamp_missing, timestamp_malformed,
    timestamp_drift, key_missing, key_wrong, no_secret."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NoticeError(ValueError):
    """Codes: too_large (size, limit), not_json, duplicate_key (key), field_missing, field_type, field_value
    (field).

    `params` fill the text of the code.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params

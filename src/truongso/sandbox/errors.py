"""The one form of refusal in the sandbox."""

from __future__ import annotations


class SandboxError(Exception):
    """What a part of the sandbox will not do. `code` is stable, `params` fill its text; nothing was changed.

    Codes of bad requests, raised everywhere: not_json · field_missing (field) · field_wrong (field).
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params

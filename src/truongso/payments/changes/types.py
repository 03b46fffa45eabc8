"""Words of changes that take two people. No user texts here."""

from __future__ import annotations

from enum import StrEnum


class ChangeKind(StrEnum):
    """What is to change."""

    ACCOUNT_ADD = "account_add"  # a further receiving account
    ACCOUNT_REPLACE = "account_replace"  # another account in the place of one in use
    CHANNEL_OPEN = "channel_open"  # offer a gateway to families
    CHANNEL_KEYS = "channel_keys"
    FEED_CONNECT = "feed_connect"  # believe a bank feed
    FEED_KEYS = "feed_keys"
    BILL_OPEN = "bill_open"  # let a bank of the bill service ask and pay
    BILL_KEYS = "bill_keys"
    NUMBER_RULE = "number_rule"  # which numbers at the bank may stand for pupils
    GO_LIVE = "go_live"  # a partner whose list is complete

    @property
    def is_account(self) -> bool:
        """Whether it changes where families' money goes: delayed, and told to the department."""
        return self in {ChangeKind.ACCOUNT_ADD, ChangeKind.ACCOUNT_REPLACE, ChangeKind.NUMBER_RULE}

    @property
    def names_account(self) -> bool:
        """Whether it says a receiving account: not for who sees none."""
        return self.is_account or self in {ChangeKind.FEED_CONNECT, ChangeKind.FEED_KEYS}


class ChangeState(StrEnum):
    """Life of a change. DONE, REJECTED, CANCELLED and FAILED are final."""

    PROPOSED = "proposed"
    APPROVED = "approved"  # decided, waits for its moment
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    FAILED = "failed"  # its moment came and it could not be carried out: `problem` says why


OPEN_STATES = (ChangeState.PROPOSED, ChangeState.APPROVED)


class Audience(StrEnum):
    """Who is told of a change of account."""

    PRINCIPAL = "principal"
    ACCOUNTANT = "accountant"
    DEPARTMENT = "department"


class ChangeRefusedError(Exception):
    """A change cannot be asked for, decided or taken back as asked; nothing changed. `code` is stable.

    needs_person, reason_missing, already_open, unknown_change, already_decided (state), own_change, in_effect,
    not_complete (missing: what the partner's list lacks), no_such_account, same_account, account_replaced (number, by),
    account_taken (another school's), partner_off, nothing_to_open; and those of OrganizationError for accounts.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

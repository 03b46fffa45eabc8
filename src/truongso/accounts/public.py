"""What other rooms may use of accounts: access declarations, the caller of a request, user set-up."""

from truongso.accounts.access import (
    AuthedRequest,
    Caller,
    caller_of,
    public,
    requires,
    signed_in,
)
from truongso.accounts.factors.services import make_sheet
from truongso.accounts.hygiene.review_queries import items_of as review_items
from truongso.accounts.hygiene.reviews import confirm as confirm_reviewed
from truongso.accounts.hygiene.reviews import open_review
from truongso.accounts.hygiene.types import AccountClass
from truongso.accounts.labels import role_name
from truongso.accounts.policies import allows
from truongso.accounts.policy.services import set_policy
from truongso.accounts.policy.types import LETTER as LETTER_POLICY
from truongso.accounts.queries import (
    Holder,
    Member,
    holders_of,
    members_of_school,
    user_by_name,
    user_names,
    users_without_password,
)
from truongso.accounts.services import create_user, grant, new_activation
from truongso.accounts.staffing.queries import is_username_taken, waiting_request_count
from truongso.accounts.staffing.services import Manager, reset_factors
from truongso.accounts.staffing.usernames import is_username

__all__ = [
    "LETTER_POLICY",
    "AccountClass",
    "AuthedRequest",
    "Caller",
    "Holder",
    "Manager",
    "Member",
    "allows",
    "caller_of",
    "confirm_reviewed",
    "create_user",
    "grant",
    "holders_of",
    "is_username",
    "is_username_taken",
    "make_sheet",
    "members_of_school",
    "new_activation",
    "open_review",
    "public",
    "requires",
    "reset_factors",
    "review_items",
    "role_name",
    "set_policy",
    "signed_in",
    "user_by_name",
    "user_names",
    "users_without_password",
    "waiting_request_count",
]

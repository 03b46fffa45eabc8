"""What other rooms may use of accounts: access declarations, the caller of a request, user set-up."""

from truongso.accounts.access import (
    AuthedRequest,
    Caller,
    caller_of,
    public,
    requires,
    signed_in,
)
from truongso.accounts.acts import acts_at, places_of_acts
from truongso.accounts.countries import COUNTRIES as COUNTRY_NAMES
from truongso.accounts.credential_letters import hand_over as hand_over_letters
from truongso.accounts.credential_letters import unsent as unsent_letters
from truongso.accounts.event_texts import EVENTS as SECURITY_EVENTS
from truongso.accounts.event_texts import event_row as security_row
from truongso.accounts.factors.services import make_sheet
from truongso.accounts.family_contacts import set_family_record
from truongso.accounts.hygiene.operator_reviews import confirm as confirm_operators
from truongso.accounts.hygiene.operator_reviews import open_campaign as open_operator_review
from truongso.accounts.hygiene.review_queries import items_of as review_items
from truongso.accounts.hygiene.reviews import confirm as confirm_reviewed
from truongso.accounts.hygiene.reviews import open_review
from truongso.accounts.hygiene.types import AccountClass
from truongso.accounts.hygiene.unit_reviews import items_of as operator_review_items
from truongso.accounts.labels import role_name
from truongso.accounts.matrix import Data, Sight
from truongso.accounts.models import User
from truongso.accounts.policies import allows
from truongso.accounts.policy.services import set_policy
from truongso.accounts.policy.types import LETTER as LETTER_POLICY
from truongso.accounts.queries import (
    Holder,
    Member,
    holders_of,
    holds_role,
    members_of_school,
    user_by_name,
    user_names,
    users_of_school,
    users_without_password,
)
from truongso.accounts.services import create_user, grant, new_activation
from truongso.accounts.signin.country_file import problem as country_file_problem
from truongso.accounts.signin.events import Wanted as SecurityWanted
from truongso.accounts.signin.events import events_at as security_events_at
from truongso.accounts.signin.events import unknown_today as unknown_sign_ins_today
from truongso.accounts.signin.models import SecurityEvent
from truongso.accounts.staffing.family_roles import (
    create_family_user,
    end_family_role,
    forget_family_users,
    has_own_way_in,
    hold_family_role,
)
from truongso.accounts.staffing.queries import is_username_taken, waiting_request_count
from truongso.accounts.staffing.services import Manager, free_email, reset_factors
from truongso.accounts.staffing.usernames import is_username
from truongso.accounts.support.labels import AREAS as SUPPORT_AREAS
from truongso.accounts.support.queries import grants_open as support_grants_open

__all__ = [
    "COUNTRY_NAMES",
    "LETTER_POLICY",
    "SECURITY_EVENTS",
    "SUPPORT_AREAS",
    "AccountClass",
    "AuthedRequest",
    "Caller",
    "Data",
    "Holder",
    "Manager",
    "Member",
    "SecurityEvent",
    "SecurityWanted",
    "Sight",
    "User",
    "acts_at",
    "allows",
    "caller_of",
    "confirm_operators",
    "confirm_reviewed",
    "country_file_problem",
    "create_family_user",
    "create_user",
    "end_family_role",
    "forget_family_users",
    "free_email",
    "grant",
    "hand_over_letters",
    "has_own_way_in",
    "hold_family_role",
    "holders_of",
    "holds_role",
    "is_username",
    "is_username_taken",
    "make_sheet",
    "members_of_school",
    "new_activation",
    "open_operator_review",
    "open_review",
    "operator_review_items",
    "places_of_acts",
    "public",
    "requires",
    "reset_factors",
    "review_items",
    "role_name",
    "security_events_at",
    "security_row",
    "set_family_record",
    "set_policy",
    "signed_in",
    "support_grants_open",
    "unknown_sign_ins_today",
    "unsent_letters",
    "user_by_name",
    "user_names",
    "users_of_school",
    "users_without_password",
    "waiting_request_count",
]

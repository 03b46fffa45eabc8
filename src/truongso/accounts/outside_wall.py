"""Tables of this room that stand outside row-level security (ADR 0009): why, and what guards them instead."""

from __future__ import annotations

OUTSIDE: dict[str, str] = {
    "accounts.User": (
        "a person may work at several schools; read before any scope is known (signing in); lists of people start "
        "from memberships of the place"
    ),
    "accounts.Membership": (
        "the scope itself is found from these rows; pages of a place filter by it (`policies`, tests/tenancy)"
    ),
    "accounts.ActivationLink": ("opened by a random token before anybody is signed in; only its digest is kept"),
    "accounts.CodeSheet": (
        "belongs to a person, who may work at several places or at none; every query names the person, taken from "
        "the session or from a Manager that has been shown to manage her"
    ),
    "accounts.UsedCode": (
        "belongs to a person, who may work at several places or at none; every query names the person, taken from "
        "the session or from a Manager that has been shown to manage her"
    ),
    "accounts.SharedAccount": (
        "belongs to a person, who may work at several places or at none; every query names the person, taken from "
        "the session or from a Manager that has been shown to manage her"
    ),
    "accounts.ReviewRound": ("of a unit; a unit is no school, and its officers' scope is found from supervision"),
    "accounts.UnitReviewItem": "officers belong to no school; read through the campaign of the caller's own unit",
    "accounts.LeakReport": (
        "of a school or of a unit, whose list names people of many schools; pages ask for the reports of the "
        "caller's own place"
    ),
    "accounts.LeakRow": (
        "a unit's list names people of many schools; read through its report alone, with nothing but a masked "
        "name for people elsewhere"
    ),
    "accounts.IdleWarning": (
        "belongs to a person, who may work at several places or at none; every query names the person, taken from "
        "the session or from a Manager that has been shown to manage her"
    ),
    "accounts.MailRulesRead": (
        "belongs to a person, who may work at several places or at none; every query names the person, taken from "
        "the session or from a Manager that has been shown to manage her"
    ),
    "accounts.HygieneSweep": ("days on which the installation swept; names nobody"),
    "accounts.AuthPolicy": (
        "of a unit or a school and inherited downwards: asked at every sign-in, before a scope is known; names nobody"
    ),
    "accounts.UsedPassword": (
        "digests of earlier passwords, belongs to a person, who may work at several places or at none; every "
        "query names the person, taken from the session or from a Manager that has been shown to manage her"
    ),
    "accounts.TryCount": ("keyed digests of who tried; counted before anybody is signed in"),
    "accounts.Device": (
        "belongs to a person, who may work at several places or at none; every query names the person, taken from "
        "the session or from a Manager that has been shown to manage her"
    ),
    "accounts.SignInCountry": (
        "belongs to a person, who may work at several places or at none; every query names the person, who is signing "
        "in or signed in"
    ),
    "accounts.SecurityEvent": (
        "sign-ins and refusals, also of names nobody has; readers go through memberships of the own place"
    ),
    "accounts.AccountRequest": (
        "of a school or a unit, and waited for by people of both; pages ask for the requests of the caller's own place"
    ),
    "accounts.SupportGrant": (
        "asked for by somebody who has no place at the school; the gate finds the scope of a visit from it"
    ),
    "sessions.Session": ("read before anybody is known; what it holds is signed and keyed by a random value"),
    "account.EmailAddress": (
        "belongs to a person, who may work at several places or at none; every query names the person, taken from "
        "the session or from a Manager that has been shown to manage her"
    ),
    "account.EmailConfirmation": (
        "belongs to a person, who may work at several places or at none; every query names the person, taken from "
        "the session or from a Manager that has been shown to manage her"
    ),
    "mfa.Authenticator": (
        "belongs to a person, who may work at several places or at none; every query names the person, taken from "
        "the session or from a Manager that has been shown to manage her; secrets are sealed"
    ),
    "usersessions.UserSession": (
        "belongs to a person, who may work at several places or at none; every query names the person, taken from "
        "the session or from a Manager that has been shown to manage her"
    ),
}

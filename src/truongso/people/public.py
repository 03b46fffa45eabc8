"""What other rooms may use of people."""

from truongso.people.family_accounts.queries import (
    OwnChild,
    child_of_user,
    children_of,
    contacts_of_others,
    guardians_at,
    is_open_offer,
    own_guardian,
    pupils_for_proof,
)
from truongso.people.family_accounts.queries import is_old_enough as is_pupil_old_enough
from truongso.people.family_accounts.services import find_offer as find_account_offer
from truongso.people.family_accounts.services import print_offer as print_account_offer
from truongso.people.family_accounts.services import send_offer as send_account_offer
from truongso.people.family_accounts.services import take_up as take_up_account
from truongso.people.family_accounts.texts import refusal as family_account_refusal
from truongso.people.family_accounts.types import FamilyAccountRefusedError
from truongso.people.guardians.services import end_guardianship
from truongso.people.homeroom.services import set_teacher as set_homeroom_teacher
from truongso.people.models import (
    AccountOffer,
    CopyLink,
    Family,
    Guardian,
    Incident,
    RosterImport,
    SchoolClass,
    Student,
)
from truongso.people.panels import PupilPanel, add_panel
from truongso.people.privacy.consents import agree as agree_to_purpose
from truongso.people.privacy.consents import agreed as agreed_purposes
from truongso.people.privacy.consents import standings as consent_standings
from truongso.people.privacy.consents import take_back as take_consent_back
from truongso.people.privacy.copies import copy_file as copy_file_of
from truongso.people.privacy.erasures import propose as propose_erasure
from truongso.people.privacy.incidents import IncidentData
from truongso.people.privacy.incidents import record as record_incident
from truongso.people.privacy.notices import masked_way as masked_way_of_guardian
from truongso.people.privacy.notices import tell_guardian
from truongso.people.privacy.notices import way_to as way_of_guardian
from truongso.people.privacy.purposes import PURPOSES as CONSENT_PURPOSES
from truongso.people.privacy.queries import erased_pupils, guardians_of, requests_of_family
from truongso.people.privacy.queries import waiting_count as privacy_waiting
from truongso.people.privacy.requests import ask as ask_about_data
from truongso.people.privacy.requests import finish as finish_data_request
from truongso.people.privacy.requests import grant as grant_data_request
from truongso.people.privacy.requests import is_usable as is_copy_link_usable
from truongso.people.privacy.requests import link_by_token
from truongso.people.privacy.requests import use_link as use_copy_link
from truongso.people.privacy.sweeping import report as retention_report
from truongso.people.privacy.sweeping import sweep as sweep_retention
from truongso.people.privacy.texts import KINDS as DATA_REQUEST_KINDS
from truongso.people.privacy.texts import STATES as DATA_REQUEST_STATES
from truongso.people.privacy.texts import refusal as privacy_refusal
from truongso.people.privacy.types import DataRequestChannel, DataRequestKind, PrivacyRefusedError
from truongso.people.queries.classes import (
    ClassSize,
    SeatedPupil,
    class_by_id,
    class_order,
    classes_of_year,
    pupils_of_classes,
)
from truongso.people.queries.guardians import (
    Addressee,
    Contact,
    addressees,
    contacts_of_students,
    families_named,
    last_ending,
    names_of_guardians,
    payer_names,
    payers_or_guardians,
)
from truongso.people.queries.proof import knows_pupil
from truongso.people.queries.pupils import (
    PupilFilter,
    PupilPage,
    class_names,
    pupil_page,
    pupils,
    search,
    student_by_id,
)
from truongso.people.sensitive.alarm import watch as watch_accesses
from truongso.people.sensitive.labels import seen_text
from truongso.people.sensitive.queries import Looked, accesses_of_family
from truongso.people.sensitive.services import open_facts, record_access
from truongso.people.sensitive.types import SeenKind
from truongso.people.services.previewing import Preview, preview
from truongso.people.services.pupils import (
    GuardianData,
    StudentData,
    add_student,
    create_class,
    edit_student,
    leave_school,
    move_class,
    save_guardian,
)
from truongso.people.services.rosters import apply_roster, import_roster, store_roster
from truongso.people.teaching.queries import taught_by, teachers_of_class
from truongso.people.teaching.services import assign as assign_teaching
from truongso.people.teaching.types import Teaching

__all__ = [
    "CONSENT_PURPOSES",
    "DATA_REQUEST_KINDS",
    "DATA_REQUEST_STATES",
    "AccountOffer",
    "Addressee",
    "ClassSize",
    "Contact",
    "CopyLink",
    "DataRequestChannel",
    "DataRequestKind",
    "Family",
    "FamilyAccountRefusedError",
    "Guardian",
    "GuardianData",
    "Incident",
    "IncidentData",
    "Looked",
    "OwnChild",
    "Preview",
    "PrivacyRefusedError",
    "PupilFilter",
    "PupilPage",
    "PupilPanel",
    "RosterImport",
    "SchoolClass",
    "SeatedPupil",
    "SeenKind",
    "Student",
    "StudentData",
    "Teaching",
    "accesses_of_family",
    "add_panel",
    "add_student",
    "addressees",
    "agree_to_purpose",
    "agreed_purposes",
    "apply_roster",
    "ask_about_data",
    "assign_teaching",
    "child_of_user",
    "children_of",
    "class_by_id",
    "class_names",
    "class_order",
    "classes_of_year",
    "consent_standings",
    "contacts_of_others",
    "contacts_of_students",
    "copy_file_of",
    "create_class",
    "edit_student",
    "end_guardianship",
    "erased_pupils",
    "families_named",
    "family_account_refusal",
    "find_account_offer",
    "finish_data_request",
    "grant_data_request",
    "guardians_at",
    "guardians_of",
    "import_roster",
    "is_copy_link_usable",
    "is_open_offer",
    "is_pupil_old_enough",
    "knows_pupil",
    "last_ending",
    "leave_school",
    "link_by_token",
    "masked_way_of_guardian",
    "move_class",
    "names_of_guardians",
    "open_facts",
    "own_guardian",
    "payer_names",
    "payers_or_guardians",
    "preview",
    "print_account_offer",
    "privacy_refusal",
    "privacy_waiting",
    "propose_erasure",
    "pupil_page",
    "pupils",
    "pupils_for_proof",
    "pupils_of_classes",
    "record_access",
    "record_incident",
    "requests_of_family",
    "retention_report",
    "save_guardian",
    "search",
    "seen_text",
    "send_account_offer",
    "set_homeroom_teacher",
    "store_roster",
    "student_by_id",
    "sweep_retention",
    "take_consent_back",
    "take_up_account",
    "taught_by",
    "teachers_of_class",
    "tell_guardian",
    "use_copy_link",
    "watch_accesses",
    "way_of_guardian",
]

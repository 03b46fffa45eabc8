"""What other rooms may use of people."""

from truongso.people.models import Family, Guardian, RosterImport, SchoolClass, Student
from truongso.people.panels import PupilPanel, add_panel
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
    families_with_phone,
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

__all__ = [
    "Addressee",
    "ClassSize",
    "Contact",
    "Family",
    "Guardian",
    "GuardianData",
    "Preview",
    "PupilFilter",
    "PupilPage",
    "PupilPanel",
    "RosterImport",
    "SchoolClass",
    "SeatedPupil",
    "Student",
    "StudentData",
    "add_panel",
    "add_student",
    "addressees",
    "apply_roster",
    "class_by_id",
    "class_names",
    "class_order",
    "classes_of_year",
    "contacts_of_students",
    "create_class",
    "edit_student",
    "families_named",
    "families_with_phone",
    "import_roster",
    "knows_pupil",
    "leave_school",
    "move_class",
    "payer_names",
    "payers_or_guardians",
    "preview",
    "pupil_page",
    "pupils",
    "pupils_of_classes",
    "save_guardian",
    "search",
    "store_roster",
    "student_by_id",
]

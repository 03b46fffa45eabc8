"""Every school-owned row belongs to one school, and every query says which.

A query on a school-owned table without a school raises; the explicit way out is `across_schools` with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import models
from django.db.models import QuerySet

from truongso.kernel.bulk import insert_many

if TYPE_CHECKING:
    from truongso.organizations.models import School

M = TypeVar("M", bound=models.Model)


class UnscopedQueryError(RuntimeError):
    """A school-owned table was queried without naming the school."""


class SchoolManager(models.Manager[M], Generic[M]):
    """Manager of school-owned tables. Use `for_school(school)`; there is no unscoped `all()`."""

    def get_queryset(self) -> QuerySet[M]:
        if hasattr(self, "instance"):  # reached from a parent row: the rows are of its school
            return super().get_queryset().filter(school_id=self.instance.school_id)
        raise UnscopedQueryError(f"{self.model.__name__}: name the school with for_school(), or across_schools(reason)")

    def for_school(self, school: School | int) -> QuerySet[M]:
        """All rows of one school (of the parent row, when reached from one)."""
        school_id = school if isinstance(school, int) else school.pk
        rows = self.get_queryset() if hasattr(self, "instance") else super().get_queryset()
        return rows.filter(school_id=school_id)

    def across_schools(self, reason: str) -> QuerySet[M]:
        """Rows of all schools; `reason` tells the reader why the scope is left (never empty)."""
        if not reason.strip():
            raise ValueError("across_schools needs a reason")
        return super().get_queryset()

    def create(self, **kwargs: Any) -> M:
        """Insert one row; the school must be among the values."""
        if "school" not in kwargs and "school_id" not in kwargs:
            raise UnscopedQueryError(f"{self.model.__name__}: create() needs the school")
        return super().get_queryset().create(**kwargs)

    def bulk_create(  # type: ignore[override]  # what nobody asks for is not offered
        self, objs: Iterable[M], *, ignore_conflicts: bool = False
    ) -> list[M]:
        """Insert many new rows, each carrying its school; rows that meet a unique key are left out if told so."""
        return insert_many(objs, ignore_conflicts=ignore_conflicts)


class SchoolScoped(models.Model):
    """Base of every school-owned table: the school, UNIQUE (school, id), and the scoped manager."""

    # No index of its own: UNIQUE (school, id) leads with the school, and every index costs each bulk insert.
    school = models.ForeignKey("organizations.School", on_delete=models.PROTECT, related_name="+", db_index=False)

    objects: SchoolManager[Any] = SchoolManager()

    class Meta:
        abstract = True


class SchoolChild(SchoolScoped):
    """Base of tables whose school follows from a parent: a composite key to it holds the school, so that a check of
    the school itself on every inserted row would say nothing new."""

    school = models.ForeignKey(
        "organizations.School", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        abstract = True


def school_row(table: str) -> models.UniqueConstraint:
    """UNIQUE (school, id): the target of composite keys. Goes first into every school-owned table's constraints."""
    return models.UniqueConstraint(fields=["school", "id"], name=f"{table}_school_row")

"""Every school-owned row belongs to one school, and every query says which.

A query on a school-owned table without a school raises; the explicit way out is `across_schools` with a reason. Behind
this stands the database's own wall (`kernel.scope`, `kernel.row_security`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import models
from django.db.models import OuterRef, QuerySet
from django.db.models.sql.where import AND, ExtraWhere

from truongso.kernel import scope
from truongso.kernel.among import among
from truongso.kernel.bulk import insert_columns, insert_many

if TYPE_CHECKING:
    from truongso.organizations.models import School

M = TypeVar("M", bound=models.Model)


class UnscopedQueryError(RuntimeError):
    """A school-owned table was queried without naming the school."""


class _AcrossSchools(QuerySet[M]):
    """Rows found by what names them alone, whose schools are known only now: before what belongs to them is read."""

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            rows: Any = self._iterable_class(self)
            self._result_cache = list(rows)
            for row in self._result_cache:
                if isinstance(row, SchoolScoped):
                    scope.name_place(row.school_id)
        super()._fetch_all()


class SchoolManager(models.Manager[M], Generic[M]):
    """Manager of school-owned tables. Use `for_school(school)`; there is no unscoped `all()`."""

    def get_queryset(self) -> QuerySet[M]:
        if hasattr(self, "instance"):  # reached from a parent row: the rows are of its school
            return super().get_queryset().filter(school_id=self.instance.school_id)
        raise UnscopedQueryError(f"{self.model.__name__}: name the school with for_school(), or across_schools(reason)")

    def for_school(self, school: School | int) -> QuerySet[M]:
        """All rows of one school (of the parent row, when reached from one)."""
        school_id = school if isinstance(school, int) else school.pk
        scope.name_place(school_id)
        rows = self.get_queryset() if hasattr(self, "instance") else super().get_queryset()
        return rows.filter(school_id=school_id)

    def for_schools(self, school_ids: Collection[int]) -> QuerySet[M]:
        """Rows of several schools at once, as a unit looks after them."""
        for school_id in school_ids:
            scope.name_place(school_id)
        return super().get_queryset().filter(among("school_id", school_ids))

    def of_outer_school(self) -> QuerySet[M]:
        """Rows of the school of the outer row, for a subquery."""
        return super().get_queryset().filter(school_id=OuterRef("school_id"))

    def across_schools(self, reason: str) -> QuerySet[M]:
        """Rows of all schools; `reason` tells the reader why the scope is left (never empty), and is logged.

        The rest of the work stays within its scope. Where that grows, the schools of the rows found are in it.
        """
        if not reason.strip():
            raise ValueError("across_schools needs a reason")
        scope.log.info("across schools: %s: %s", self.model.__name__, reason)
        rows: _AcrossSchools[M] = _AcrossSchools(model=self.model, using=self._db)
        rows.query.where.add(ExtraWhere([f"{scope.MARK} TRUE"], ()), AND)
        return rows

    def create(self, **kwargs: Any) -> M:
        """Insert one row; the school must be among the values."""
        if "school" not in kwargs and "school_id" not in kwargs:
            raise UnscopedQueryError(f"{self.model.__name__}: create() needs the school")
        scope.name_place(kwargs["school"].pk if "school" in kwargs else kwargs["school_id"])
        return super().get_queryset().create(**kwargs)

    def bulk_create(  # type: ignore[override]  # what nobody asks for is not offered
        self, objs: Iterable[M], *, ignore_conflicts: bool = False
    ) -> list[M]:
        """Insert many new rows, each carrying its school; rows that meet a unique key are left out if told so."""
        rows = list(objs)
        for school_id in {row.school_id for row in rows}:  # type: ignore[attr-defined]
            scope.name_place(school_id)
        return insert_many(rows, ignore_conflicts=ignore_conflicts)

    def insert_columns(
        self, school_id: int, *, each: Mapping[str, Sequence[Any]], same: Mapping[str, Any],
        ignore_conflicts: bool = False,
    ) -> list[int]:  # fmt: skip
        """Insert many new rows of one school by column; see `kernel.bulk.insert_columns`."""
        scope.name_place(school_id)
        return insert_columns(
            self.model, each=each, same={**same, "school_id": school_id}, ignore_conflicts=ignore_conflicts
        )


class SchoolScoped(models.Model):
    """Base of every school-owned table: the school and the scoped manager; `school_row` for what others point to."""

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
    """UNIQUE (school, id): the target of composite keys. Goes first into the constraints of every school-owned table
    that others point to; the tables of a long statement that nothing points to do without (one index less a row)."""
    return models.UniqueConstraint(fields=["school", "id"], name=f"{table}_school_row")

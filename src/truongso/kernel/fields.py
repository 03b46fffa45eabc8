"""Model fields shared by all rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable

from truongso.kernel.ids import new_public_id
from truongso.kernel.money import Dong

_SetType = TypeVar("_SetType")
_GetType = TypeVar("_GetType")

if TYPE_CHECKING:

    class _AmountColumn(models.BigIntegerField[_SetType, _GetType]):
        """What the type checker sees: Dong goes in, Dong comes out (None where the column is nullable)."""

        _pyi_private_set_type: Dong | Combinable  # type: ignore[assignment]
        _pyi_private_get_type: Dong  # type: ignore[assignment]
        _pyi_lookup_exact_type: Any

else:

    class _AmountColumn(models.BigIntegerField):
        """The same without type parameters."""

        def __class_getitem__(cls, _item: object) -> type:
            return cls


class DongField(_AmountColumn[_SetType, _GetType]):
    """An amount in whole đồng: `Dong` in Python, bigint in the database.

    SQLite columns take any type, so there a CHECK refuses everything but integers (invariant I13).
    """

    description = "whole đồng"

    def from_db_value(self, value: int | None, _expression: object, _connection: object) -> Dong | None:
        return None if value is None else Dong(int(value))

    def to_python(self, value: Any) -> Dong | None:
        if value is None or isinstance(value, Dong):
            return value
        return Dong(int(value))

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return int(value)  # bare numbers are fine in comparisons, not in what is stored (get_db_prep_save)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if value is None or isinstance(value, Dong) or hasattr(value, "as_sql"):
            return super().get_db_prep_save(value, connection)
        raise TypeError(f"{self.name} takes Dong, not {type(value).__name__}")

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if isinstance(kwargs.get("default"), Dong):
            kwargs["default"] = kwargs["default"].value  # migrations hold plain numbers
        return name, path, args, kwargs

    def get_default(self) -> Any:
        return self.to_python(super().get_default())

    def value_to_string(self, obj: models.Model) -> str:
        value: Any = self.value_from_object(obj)
        return "" if value is None else str(int(value))

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        if connection.vendor != "sqlite":
            return None
        column = connection.ops.quote_name(str(self.column))
        return f"typeof({column}) IN ('integer', 'null')" if self.null else f"typeof({column}) = 'integer'"


class PublicIdField(models.CharField):  # type: ignore[type-arg]
    """A random public id (128 bits): what people and partners see instead of the row id. Not a permission."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 26)
        kwargs.setdefault("default", new_public_id)
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)


class SchoolForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A relation between two school-owned tables.

    The database constraint is not on the single id but on (school, id), declared beside the field as
    `SchoolKey` in `Meta.constraints`: a row can never point into another school (invariant I12), and the
    schema can be distributed by school. Indexes lead with the school too and are declared where they are read.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = kwargs["db_index"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        kwargs.pop("db_index", None)
        return name, path, list(args), kwargs


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Sensitive words, encrypted with the school's own key (`kernel.school_keys`); b"" holds nothing.

    The model says by `seal_identity` which row it is, from values that never change: the ciphertext is bound to
    table, column and that identity, so that it cannot be moved to another row.
    """

"""What a model declares about the Stripe object that its rows are of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .areas import Area, area_of

ALONE = ("parent", "mode")  # values of id_from that are no keys of the payload


@dataclass(frozen=True, kw_only=True, eq=False)
class Resource:
    """A Stripe object as a model declares it: name, identity, and paths in the API.

    Raises ``TypeError`` for attributes that contradict each other.
    """

    object_name: str = field(kw_only=False)
    """Stripe's value of ``object``."""

    former_names: tuple[str, ...] = ()
    """Earlier values of ``object``."""

    area: Area | None = None
    """The Stripe product that it belongs to; by default the one that its namespace stands for."""

    dashboard_path: str | None = None
    """The path before the id in Stripe's dashboard; ``None`` where there is no such page."""

    id_prefixes: tuple[str, ...] | None = None
    """The prefixes of Stripe's own ids, where merchants may choose others.

    ``None`` where all ids are Stripe's; empty where Stripe's ids cannot be recognised.
    """

    id_scope: str | None = None
    """The key of the owner within which ids are unique, except those with one of the prefixes."""

    id_from: tuple[str, ...] = ()
    """The keys that identify an object without an id.

    ``("parent",)`` if it shares the id of the object it is nested in, ``("mode",)`` if there is
    one for each account and mode.
    """

    list_path: str | None = None
    """The path of the list in Stripe's API; it may name columns of the parent."""

    list_parent: str | None = None
    """The reference to the parent, where each parent has its own list.

    The column of the reference is in ``list_path``, or else its name is a parameter.
    """

    list_params: Mapping[str, Any] = field(default_factory=dict)
    """The parameters with which the list is complete."""

    list_has_created_filter: bool = True
    """Whether the list accepts ``created``, so that it can be read from a moment on."""

    list_is_complete: bool = True
    """False where Stripe leaves old objects out of the list."""

    retrieve_path: str | None = None
    """A ``str.format`` template of the path of one object: of ``id`` and the row's columns.

    By default ``list_path`` followed by the id; empty where Stripe retrieves no single one.
    """

    singleton_path: str | None = None
    """The path of the one object of the key's own account."""

    is_platform_owned: bool = False
    """Whether its rows belong to the platform, whichever of its accounts they came with.

    True for what links a platform with its accounts.
    """

    is_global: bool = False
    """Whether all accounts have the same, such as Stripe's catalogues: its rows are your own."""

    immutable: bool = False
    """True for what never changes: two snapshots that differ do not conflict."""

    def __post_init__(self) -> None:
        if self.area is None:
            object.__setattr__(self, "area", area_of(self.object_name))
        if self.list_path and self.retrieve_path is None:
            object.__setattr__(self, "retrieve_path", f"{self.list_path}/{{id}}")
        if problems := [*self._problems()]:
            raise TypeError(f"Resource({self.object_name!r}): {' '.join(problems)}")

    def _problems(self) -> Iterator[str]:
        if self.object_name in self.former_names:
            yield "former_names repeats the name."
        if len(self.id_from) > 1 and set(self.id_from) & set(ALONE):
            yield "In id_from, 'parent' and 'mode' stand alone."
        if self.id_scope and self.id_from:
            yield "Set id_scope or id_from: ids of a scope are not made from keys."
        for name in ("list_path", "retrieve_path", "singleton_path"):
            path = getattr(self, name)
            if path and not path.startswith(("/v1/", "/v2/")):
                yield f"{name} must begin with /v1/ or /v2/."
        about_list = self.list_parent or self.list_params
        if self.list_path is None and (
            about_list or not (self.list_has_created_filter and self.list_is_complete)
        ):
            yield "Without list_path, the other list_ attributes mean nothing."

    @property
    def names(self) -> tuple[str, ...]:
        """Stripe's value of ``object``, then the former ones."""
        return (self.object_name, *self.former_names)

    @property
    def is_v2(self) -> bool:
        """Whether it belongs to the second version of Stripe's API."""
        return self.object_name.startswith("v2.")

    def path_of(self, **values: Any) -> str:
        """Return the path of one object in Stripe's API.

        ``values`` are the ``id`` and the columns in ``retrieve_path``. Raises ``LookupError``
        where there is no such path. ``.`` and ``..`` are no ids: HTTP clients would take them
        for another path.
        """
        if not self.retrieve_path:
            raise LookupError(f"Stripe's API has no address for a single {self.object_name}.")
        if not {".", ".."}.isdisjoint(values.values()):
            raise LookupError(f"{sorted(values.values())} has no id of a {self.object_name}.")
        quoted = {name: quote(str(value), safe="") for name, value in values.items() if value}
        try:
            return self.retrieve_path.format_map(quoted)
        except KeyError as missing:
            raise LookupError(f"{self.retrieve_path} needs {missing}: pass it by name.") from None

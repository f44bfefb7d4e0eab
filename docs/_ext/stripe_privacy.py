"""The inventory of personal data, made from the tables in the code and the SDK's annotations."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from sphinx.application import Sphinx
from stripe_models import Generated, indented

from stripe_django.audit.personal_data import Held, inventory
from stripe_django.privacy.categories import CATEGORIES


class PersonalData(Generated):
    """Each category with its columns, and its paths inside JSON columns, by object."""

    def lines(self) -> Iterator[str]:
        by_category = {
            name: list(held) for name, held in groupby(inventory(), attrgetter("category"))
        }
        for name, description in CATEGORIES.items():
            yield from (
                f".. _privacy-{name}:",
                "",
                name,
                "-" * len(name),
                "",
                f"{description}.",
                "",
            )
            yield from _objects(by_category.get(name, []))


def _objects(held: list[Held]) -> Iterator[str]:
    for name, group in groupby(held, attrgetter("object_name")):
        yield f"``{name}``"
        paths = sorted({_shown(each) for each in group})
        yield from indented(", ".join(paths))


def _shown(held: Held) -> str:
    """A column in bold, and a path inside a JSON column."""
    return f"**{held.column}**" if held.column else f"``{held.path}``"


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("stripe-personal-data", PersonalData)
    return {"parallel_read_safe": True}

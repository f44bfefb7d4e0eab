"""The objects that a request is about."""

from __future__ import annotations

from dataclasses import dataclass

from . import routes
from .engine import World
from .http.messages import Request, missing
from .pagination import is_wanted
from .routes import Match
from .store import Listing, Place, Record


@dataclass(frozen=True, slots=True)
class Finding:
    """Finds in one place; ``home`` is the id of the key's own account."""

    world: World
    home: str
    request: Request
    place: Place

    def listed(self, match: Match) -> Listing:
        """All that a list has."""
        store = self.world.store
        if match.ids:
            parent, places = self.parent(match).id, self._places(match)
            found = (store.children(place, match.names, parent) for place in places)
            return Listing(record for children in found for record in children)
        listing = store.list(self.place, match.names)
        if self.home in listing.positions:  # /v1/accounts has the connected ones alone
            return Listing(each for each in listing if each.id != self.home)
        return listing

    def record(self, match: Match) -> Record:
        """The object that the last id in the path is of."""
        for place in self._places(match):
            found = self.world.store.get(place, match.names, match.ids[-1])
            if found and (len(match.ids) == 1 or match.ids[0] in found.parents):
                return found
        raise missing(self.request.path, match.ids[-1])

    def parent(self, match: Match) -> Record:
        """The object that the first id in the path is of."""
        words = match.endpoint.path.split("/")
        first = next(number for number, word in enumerate(words) if word.startswith("{"))
        found = routes.match("GET", "/".join(self.request.path.split("/")[: first + 1]))
        if found is None:
            raise missing(self.request.path, match.ids[0])
        return self.record(found)

    def subject(self, match: Match) -> Record | None:
        """The object that a verb at the end of the path is about."""
        found = self.world.store.get(self.place, match.names, match.ids[-1])
        return None if found is None or found.is_deleted else found

    def first(self, match: Match) -> Record:
        """The newest object that the parameters describe."""
        for record in self.world.store.list(self.place, match.names):
            if is_wanted(record, self.request.params):
                return record
        raise missing(self.request.path, match.names[0])

    def single(self, match: Match) -> Record:
        """The one object of its kind, which is there once it is asked for, or a preview."""
        name, place, owner = match.names[0], self.place, match.ids[0] if match.ids else ""
        own = {}
        if name == "account":  # connected ones are known to the platform
            own, place = {"id": place.account or self.home}, Place("", place.livemode)
        found = self.world.store.get(place, (name,), own.get("id", owner))
        if found is not None:
            return found
        made = self.world.made(name, place, own)
        if "id" in made and not own:
            return Record(name, made["id"], place, made, owner, 0)
        return self.world.store.put(made, place, owner)

    def _places(self, match: Match) -> tuple[Place, ...]:
        """What belongs to a connected account is found from the platform too."""
        if self.place.account or not match.endpoint.path.startswith("/v1/accounts/"):
            return (self.place,)
        return self.place, Place(match.ids[0], self.place.livemode)

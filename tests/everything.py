"""All that a fake has, by object, and what its objects refer to."""

from collections import defaultdict

from stripe_django.sdk.annotations import Kind
from stripe_django.testing.fake import schema

WORDS = {name.rpartition(".")[2]: name for name in schema.objects.names()}


class Everything:
    """The objects of a fake by name and id, and ``within``, what each belongs to."""

    def __init__(self, fake):
        self.objects = defaultdict(dict)
        self.within = {}
        engine = fake._engine
        for same_id in engine.store.records.values():
            for record in same_id.values():
                self.objects[record.name][record.id] = engine.serializer.serialize(record)
                self.within[record.id] = record.within

    def __getitem__(self, name):
        return list(self.objects[name].values())

    def get(self, name, id):
        return self.objects[name][id]

    @property
    def events(self):
        return sorted(self["event"], key=lambda each: each["id"])

    def dangling(self):
        """Ids that name nothing, each with the place where it stands."""
        owners = [name for name in self.objects if name != "event"]
        found = [pair for name in owners for each in self[name] for pair in references(each, name)]
        return [
            (path, id)
            for path, names, id in found
            if not any(id in self.objects[name] for name in names)
        ]


def references(payload, path):
    """The ids in a payload that are declared to be of other objects, with the objects' names."""
    for key, value in payload.items():
        annotation = schema.fields(payload["object"]).get(key)
        if annotation:
            yield from within_value(value, annotation, f"{path}.{key}")


def within_value(value, annotation, path):
    if isinstance(value, dict) and value.get("object") in schema.objects.names():
        yield from references(value, path)
    elif isinstance(value, dict) and annotation.kind is Kind.PAGE:
        yield from within_value(value["data"], annotation, path)
    elif isinstance(value, dict):
        for key, inner in schema.inner_fields(annotation).items():
            yield from within_value(value.get(key), inner, f"{path}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from within_value(each, annotation.items, path)
    elif isinstance(value, str):
        key = path.rpartition(".")[2]
        is_named = annotation.kind is Kind.TEXT and key in WORDS
        if names := annotation.targets or ((WORDS[key],) if is_named else ()):
            yield path, names, value

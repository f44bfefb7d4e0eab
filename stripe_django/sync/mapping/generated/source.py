"""Writes the source of the function that maps payloads of one shape to rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from stripe_django.fields.references import ID_LENGTH
from stripe_django.models.extra import ABSENT
from stripe_django.sync.mapping.json_text import encode
from stripe_django.sync.mapping.profiles import KeyProfile, key_profile, preserved_columns
from stripe_django.sync.mapping.schema import Column, schema_for

from .kinds import Shape
from .treatments import Expected, Manner, Treatment, expected, treatment

TEXT_LENGTH = 88


class Planned(NamedTuple):
    """A column, the name of its variable, and how it is filled."""

    column: Column
    variable: str
    treatment: Treatment

    @property
    def manner(self) -> Manner:
        return self.treatment.manner


class Source:
    """``text`` is the source, ``constants`` are the objects that it names."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.profile: KeyProfile = key_profile(shape.model, shape.keys)
        self.columns = list(_planned(shape))
        self.constants: dict[str, Any] = {"MODEL": shape.model, "PROFILE": self.profile}
        self.has_draft = self._needs_draft()
        self.nulls = self._copied_nulls()
        self.text = "\n".join(self._lines()) + "\n"

    def of(self, *manners: Manner) -> list[Planned]:
        return [each for each in self.columns if each.manner in manners]

    def _needs_draft(self) -> bool:
        """Whether something about the object or a column needs the rules of the strict path."""
        resource = self.shape.model.stripe
        return bool(
            self.of(Manner.GENERAL)
            or self.profile.schema.links
            or self.shape.kind_of.get("id") is not Expected
            or resource.id_scope
            or (resource.id_prefixes is not None and not self.shape.is_home)
        )

    def _copied_nulls(self) -> dict[str, None]:
        keys = [each.column.key for each in self.of(Manner.COPIED)]
        return dict.fromkeys(key for key in keys if key and key in self.profile.present)

    def _lines(self) -> Iterator[str]:
        name = "".join(
            each if each.isalnum() else "_" for each in self.shape.model.stripe.object_name
        )
        yield f"def {name}(payload, context):"
        body = (
            *(self._unpacking(), self._checking(), self._identifying(), self._filling()),
            *(self._encoding(), self._describing(), self._inspecting(), self._returning()),
        )
        for part in body:
            for line in part:
                yield f"    {line}"

    def _unpacking(self) -> Iterator[str]:
        """Each value in a variable."""
        names = {each.column.key: each.variable for each in self.columns if each.column.key}
        names |= {"id": "id_", "object": "object_"}
        numbers = {key: f"unknown_{number}" for number, key in enumerate(self.profile.unknown)}
        self.unknown = {} if self.has_draft else numbers
        names |= self.unknown
        yield "("
        for key in self.shape.keys:
            yield f"    {names.get(key, '_')},"
        yield ") = payload.values()"
        yield "decoded = context.decoded"

    def _checking(self) -> Iterator[str]:
        conditions = [*self._identity_conditions()]
        for each in self.columns:
            check = each.treatment.check.format(each.variable)
            if check:
                check = f"{each.variable} is None or {check}"
                conditions.append(f"({check})")
        if conditions:
            yield "if not ("
            for number, condition in enumerate(conditions):
                yield f"    {'and ' if number else ''}{condition}"
            yield "):"
            yield "    return None"

    def _identity_conditions(self) -> Iterator[str]:
        resource = self.shape.model.stripe
        if "object" in self.profile.present:
            yield f"object_ == {resource.object_name!r}"
        if self.has_draft:
            return  # which has its own
        yield f"0 < len(id_) <= {ID_LENGTH}"
        yield "id_.isascii()"
        yield r'"\0" not in id_'
        if resource.id_prefixes is not None:
            yield '":" not in id_'
        if not self.profile.present.isdisjoint(("invoice", "lines")):
            yield "not is_preview(MODEL, payload)"
        elif resource.id_prefixes is None or resource.id_scope is not None:
            yield '"_tmp" not in id_ and "upcoming_" not in id_'

    def _identifying(self) -> Iterator[str]:
        if self.has_draft:
            yield "draft = draft_of(MODEL, payload, context, encode_column)"
            yield "id_ = draft.stripe_id"

    def _filling(self) -> Iterator[str]:
        for column, variable, how in self.columns:
            if how.manner is Manner.MOMENT:
                yield f"if {variable} is not None:"
                yield f"    {variable} = fromtimestamp({variable}, UTC)"
            elif how.manner is Manner.CONVERTED:
                field = self._constant("FIELD", column, column.field)
                yield f"if {variable} is not None:"
                yield f"    sent, {variable} = {variable}, {field}.from_payload({variable})"
                yield f"    if {variable} is None or {field}.to_payload({variable}) != sent:"
                yield "        return None"
            elif how.manner is Manner.COMPUTED:
                get = self._constant("GET", column, how.getter)
                convert = self._constant("STORE", column, column.field.from_payload)
                yield f"{variable} = {get}(payload)"
                yield f"if {variable} is not None{self._unless_stored(column, variable)}:"
                yield f"    {variable} = {convert}({variable})"
            elif how.manner is Manner.GENERAL:
                known = self._constant("COLUMN", column, column)
                sent = (
                    f"payload[{column.key!r}]" if column.key in self.profile.present else "MISSING"
                )
                yield f"{variable} = column_value(draft, {known}, {sent})"

    def _unless_stored(self, column: Column, variable: str) -> str:
        """The end of a condition: that the column does not take the value as it is."""
        usual = expected(column, self.profile.schema, is_home=self.shape.is_home)
        if usual is None or usual.manner is not Manner.STORED:
            return ""
        (kind,) = usual.types
        checks = [f"type({variable}) is {kind.__name__}", usual.check.format(variable)]
        return f" and not ({' and '.join(filter(None, checks))})"

    def _constant(self, prefix: str, column: Column, value: Any) -> str:
        name = f"{prefix}_{column.name}"
        self.constants[name] = value
        return name

    def _encoding(self) -> Iterator[str]:
        """The texts of all JSON columns."""
        if encoded := self.of(Manner.ENCODED):
            names = [f"    {each.variable}," for each in encoded]
            yield "texts = encode_each(("
            yield from names
            yield "), decoded=decoded)"
            yield "if texts is None:"
            yield "    return None"
            yield "("
            yield from names
            yield ") = texts"
        for each in self.of(Manner.COPIED):
            assert each.treatment.source is not None
            yield f"{each.variable} = {self.columns[each.treatment.source].variable}"

    def _describing(self) -> Iterator[str]:
        """The text of ``extra``, the values of all columns, and all of it as one line."""
        yield from self._extra()
        yield "values = ["
        for each in self.columns:
            yield f"    {'None' if each.manner is Manner.NULL else each.variable},"
        yield "]"
        yield r'image = "\t".join(('
        yield "    extra,"
        for each in self.columns:
            yield f"    {_text(each)},"
        yield "))"
        # JSON has escaped all of its own.
        texts = [each.variable for each in self.columns if _may_be_text(each)]
        plain = "".join(f"{{{each} or ''}}" for each in texts)
        yield f'if has_escapes(f"{plain}"):'
        yield "    image = line([extra, *values])"
        yield 'elif "\\\\" in image:'
        yield '    image = image.replace("\\\\", r"\\\\")'

    def _extra(self) -> Iterator[str]:
        fixed = self.nulls | ({ABSENT: self.profile.absent} if self.profile.absent else {})
        if self.has_draft:
            self.constants |= {"FIXED": fixed, "EXTRA": encode(fixed)}
            yield "extra = extra_text(draft, PROFILE, FIXED, EXTRA)"
            yield "if extra is None:"
            yield "    return None"
        elif self.unknown:
            self.constants["FIXED"] = fixed
            pairs = ", ".join(f"{key!r}: {name}" for key, name in self.unknown.items())
            yield f"extra = encode_quickly(FIXED | {{{pairs}}}, decoded=decoded)"
            yield "if extra is None:"
            yield "    return None"
        else:
            yield f"extra = {encode(fixed)!r}"

    def _inspecting(self) -> Iterator[str]:
        """Whether the line may be stored as it is, its digest, and the objects inside."""
        name = repr(self.shape.model.stripe.object_name)
        if "related_object" in self.profile.present:
            name = f'(owner(payload, "changes") or {name})'
        yield "if is_suspicious(image):"
        yield "    return None"
        yield "if OBJECT in image:"
        yield f"    if may_contain_secret(image, {name}):"
        yield "        return None"
        variants = "draft.variants" if self.has_draft else "NONE"
        yield f"    nested = nested_values(PROFILE, payload, values, extra, {variants})"
        yield "else:"
        yield f"    if may_contain_own_secret(image, {name}):"
        yield "        return None"
        yield "    nested = {}"
        if self.profile.schema.on_request or self.profile.schema.requested_keys:
            yield "digest = digest_of(PROFILE, image, values, extra)"
            yield "if digest is None:"
            yield "    return None"
        else:
            yield "try:"
            yield "    digest = blake2b(image.encode(), digest_size=DIGEST_SIZE).hexdigest()"
            yield "except UnicodeEncodeError:  # half a surrogate pair"
            yield "    return None"

    def _returning(self) -> Iterator[str]:
        self.constants["PRESERVED"] = preserved_columns(self.profile, self.shape.reference)
        yield "row = Row("
        yield "    MODEL,"
        yield "    id_,"
        yield "    context.account,"
        yield "    context.moment,"
        yield "    digest,"
        yield "    extra,"
        yield "    values,"
        yield "    image,"
        yield "    context.livemode,"
        yield "    context.establishes_account,"
        yield "    True,  # has_content"
        yield "    None,  # deleted_at"
        yield "    PRESERVED,"
        yield ")"
        deleted = ' or payload["deleted"] is True' if "deleted" in self.profile.present else ""
        yield f"if context.moment.deleted{deleted}:"
        yield "    mark_deleted(row, payload)"
        if self.profile.schema.links:
            yield "add_links(row, draft)"
        if self.profile.owned:
            yield "row.incomplete = list(incomplete(PROFILE.owned, payload))"
        if self.has_draft:
            yield "nested = draft.expanded | draft.unscanned | nested"
        yield "return Mapped(row, nested)"


def _planned(shape: Shape) -> Iterator[Planned]:
    schema, kinds = schema_for(shape.model), shape.kind_of
    for column in schema.columns:
        how = treatment(column, schema, kinds, shape.reference, shape.is_home)
        yield Planned(column, f"{column.name}_", how)


def _may_be_text(planned: Planned) -> bool:
    """Whether a column may have text that is not JSON."""
    if planned.manner is Manner.STORED:
        return str in planned.treatment.types
    json = planned.column.is_json
    return not json and planned.manner not in (Manner.NULL, Manner.MOMENT)


def _text(planned: Planned) -> str:
    """A column's text in the line."""
    variable = planned.variable
    if planned.manner is Manner.NULL:
        return "NULL"
    is_text = planned.column.is_json or planned.treatment.types == {str}
    text = variable if is_text else f"str({variable})"
    return f"NULL if {variable} is None else {text}"

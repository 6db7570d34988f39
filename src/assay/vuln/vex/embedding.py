"""VEX written into a CycloneDX BOM: an entry that points at what the BOM holds, and nothing more.

* A statement is written of the components of the BOM that it covers, inside its product or wherever
  they are; the entry speaks of them alone, so that it may say less than the statement.
* What the BOM does not hold, or what nobody can tell to be meant, is left out and told.
* Every entry has its own time: without one it would take that of the BOM, and be newer than it is.
* In a BOM it is the word of the BOM's author; that of another author is told as lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.purl import parse_purl
from assay.core.strictjson import canonical_form
from assay.vuln.vex.cyclonedxparts import BomNames, read_names
from assay.vuln.vex.cyclonedxread import read_cyclonedx_vex
from assay.vuln.vex.cyclonedxwrite import render_entry
from assay.vuln.vex.joining import contradictions
from assay.vuln.vex.jsontext import splice_members
from assay.vuln.vex.matching import Coverage, covers, target_covers
from assay.vuln.vex.statement import Loss, VexDocument, VexProduct, VexStatement, VexTarget

_TIMED: Final = frozenset({"1.5", "1.6", "1.7"})  # that say when an analysis was made
_UNNAMED: Final = "\0"  # begins what has no bom-ref (`sbom.formats.cyclonedxread`)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedVex:
    """The BOM, how many entries the document has in it, and what is not in them."""

    bom: bytes
    entries: int
    losses: tuple[Loss, ...]
    contradictions: tuple[str, ...]


def embed_vex(document: VexDocument, *, data: bytes, bom: JsonValue) -> EmbeddedVex:
    """Return the BOM `data`, which was read as `bom`, with the statements of `document` in it.

    Everything else in it stays as it is, byte for byte, but for its version, which counts what was
    made of a BOM with a serial number. What is in it already is not written twice.

    Raises:
        MalformedError: It is signed, or of a version that does not say when; there is no time; or
            nothing in the document is about what is in it.
    """
    _check_open(bom)
    names = read_names(bom)
    losses = [*_lost_around(document, read_cyclonedx_vex(bom).author)]
    entries = [*_written(document, _Held(names), losses)]
    if not entries:
        hint = str(next((loss for loss in losses if loss.whole), "the document has no statement"))
        raise MalformedError("nothing in it is about what is in the BOM", hint=hint)
    known = {_key_of(item.value) for item in bom.optional_items("vulnerabilities")}
    new = list({_key_of(one): one for one in entries}.items())
    added = [one for key, one in new if key not in known]
    written = splice_members(data, bom, added) if added else data
    return EmbeddedVex(
        bom=written,
        entries=len(new),
        losses=tuple(sorted(losses)),
        contradictions=_contradictions(bom, added),
    )


def _key_of(value: object) -> bytes:
    """Return what equal JSON objects have in common; we write none with a fraction."""
    try:
        return canonical_form(value)
    except MalformedError:
        return repr(value).encode()


def _check_open(bom: JsonValue) -> None:
    if bom.optional("signature") is not None:
        hint = "put the VEX into it before it is signed"
        raise MalformedError("a signed BOM cannot be changed", where="signature", hint=hint)
    version = bom.field("specVersion").text()
    if version not in _TIMED:
        hint = "assay sbom convert --to cyclonedx-1.6"
        raise MalformedError(
            f"CycloneDX {version} does not say when an analysis was made",
            where="specVersion",
            hint=hint,
        )


def _lost_around(document: VexDocument, author: str) -> Iterator[Loss]:
    """Yield what the document says of itself, which a BOM has no place for."""
    if document.author != author:
        whose = repr(author) if author else "nobody who is named"
        why = f"in the BOM it is the word of its author, {whose}"
        yield Loss(where="document", what=f"the author {document.author!r}", why=why)
    own = {"id": document.id, "role": document.role, "tool": document.tooling}
    for name, text in own.items():
        if text:
            yield Loss(where="document", what=f"its {name}, {text!r}", why="a BOM has its own")


def _written(
    document: VexDocument, held: "_Held", losses: list[Loss]
) -> Iterator[dict[str, object]]:
    for number, statement in enumerate(document.statements):
        where = f"statements[{number}] on {statement.vulnerability.name}"
        issued_at = statement.issued_at or document.issued_at
        if issued_at is None and statement.updated_at is None:
            raise MalformedError("no time", where=where, hint="assay vex convert --issued")
        if products := _pointed(statement, held, where, losses):
            pointed = replace(statement, issued_at=issued_at, products=products)
            yield render_entry(pointed, _reference, where, losses)


def _reference(target: VexTarget, _: VexTarget | None) -> str:
    return target.ids[0]


def _pointed(
    statement: VexStatement, held: "_Held", where: str, losses: list[Loss]
) -> tuple[VexProduct, ...]:
    """Return what of the BOM a statement is about, each by its bom-ref alone."""
    found: dict[str, None] = {}
    for product in statement.products:
        for part in product.subcomponents or (None,):
            meant = held.meant(product.target, part)
            found.update(dict.fromkeys(ref for ref in meant if not ref.startswith(_UNNAMED)))
            if why := _why_not(meant):
                what = (part or product.target).label
                losses.append(Loss(where=where, what=what, why=why, whole=True))
    return tuple(VexProduct(target=VexTarget(ids=(ref,))) for ref in found)


def _why_not(meant: list[str]) -> str:
    if not meant:
        return "the BOM holds no such thing that is clearly meant"
    bare = all(ref.startswith(_UNNAMED) for ref in meant)
    return "it has no bom-ref in the BOM, so that nothing can point at it" if bare else ""


class _Held:
    """The things in a BOM, found by what they are called without their versions."""

    def __init__(self, names: BomNames) -> None:
        self.names = names
        self.subject = names.targets.get(names.product, VexTarget())
        self.by_name: dict[str, list[str]] = {}
        for reference, target in names.targets.items():
            self.by_name.setdefault(_name_of(target), []).append(reference)

    def meant(self, product: VexTarget, part: VexTarget | None) -> list[str]:
        """Return the bom-refs of what a product, or the component in it, clearly means."""
        said = part or product
        names = dict.fromkeys((_name_of(said), "")) if said.purl else self.by_name
        candidates = [ref for name in names for ref in self.by_name.get(name, ())]
        return [ref for ref in candidates if self._is_meant(product, part, ref)]

    def _is_meant(self, product: VexTarget, part: VexTarget | None, reference: str) -> bool:
        thing = self.names.targets[reference]
        if part is None:
            return target_covers(product, thing) is Coverage.COVERED
        whole = VexProduct(target=product, subcomponents=(part,))
        inside = reference != self.names.product
        return (
            inside and covers((whole,), product=self.subject, component=thing) is Coverage.COVERED
        )


def _name_of(target: VexTarget) -> str:
    if not target.purl:
        return ""
    purl = parse_purl(target.purl)
    return f"{purl.type}/{purl.namespace}/{purl.name}"


def _contradictions(bom: JsonValue, added: list[dict[str, object]]) -> tuple[str, ...]:
    members = dict(bom.members())
    before = [item.value for item in bom.optional_items("vulnerabilities")]
    whole = {name: value.value for name, value in members.items()}
    read = read_cyclonedx_vex(JsonValue(whole | {"vulnerabilities": [*before, *added]}))
    return tuple(contradictions(read.statements))

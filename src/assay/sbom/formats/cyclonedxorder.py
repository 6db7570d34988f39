"""The order in which the elements of CycloneDX in XML stand: the schemas have sequences.

Versions only ever added to a sequence, so that one serves all from 1.2 to 1.7; which elements a
version knows at all is looked at elsewhere.
"""

from collections.abc import Mapping
from typing import Final

from assay.core.errors import MalformedError
from assay.core.strictxml import XmlElement

# By the name of the definition in the JSON schema.
_TEXTS: Final = {
    "bom": "metadata components services externalReferences dependencies compositions properties "
    "vulnerabilities annotations formulation declarations definitions citations",
    "metadata": "timestamp lifecycles tools authors component manufacturer manufacture supplier "
    "licenses properties distributionConstraints",
    "component": "supplier manufacturer authors author publisher group name version versionRange "
    "description scope hashes licenses copyright patentAssertions cpe purl omniborId swhid swid "
    "modified pedigree externalReferences properties components evidence releaseNotes modelCard "
    "data cryptoProperties tags",
    "componentEvidence": "identity occurrences callstack licenses copyright",
    "compositions": "aggregate assemblies dependencies vulnerabilities",
}
_PLACES: Final[Mapping[str, Mapping[str, int]]] = {
    definition: {name: place for place, name in enumerate(text.split())}
    for definition, text in _TEXTS.items()
}


def check_order(element: XmlElement, where: str, definition: str) -> None:
    """Refuse an element whose children stand in another order than its definition has.

    Raises:
        MalformedError: One stands behind another that it belongs before.
    """
    places = _PLACES.get(definition)
    if places is None:
        return
    last = ""
    for child in element.children:
        if child.namespace != element.namespace or child.name not in places:
            continue
        if last and places[child.name] < places[last]:
            raise MalformedError(f"it belongs before {last}", where=f"{where}.{child.name}")
        last = child.name

"""CycloneDX VEX in XML for tests, as generators write it."""


def cyclonedx_xml(
    name: str,
    purl: str,
    *,
    author: str = "Example Ltd",
    at: str = "2026-06-01T00:00:00Z",
    extra: str = "",
    analysis: str = "<state>not_affected</state><justification>code_not_reachable</justification>",
    affects: str = "<target><ref>a</ref></target>",
) -> bytes:
    """Return a document of its own about one component, with more XML in it if given."""
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"
 serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79">
 <metadata>
  <timestamp>{at}</timestamp>
  <authors><author><name>{author}</name></author></authors>
 </metadata>
 <components>
  <component type="library" bom-ref="a"><name>a</name><version>1</version><purl>{purl}</purl></component>
 </components>
 <vulnerabilities>
  <vulnerability bom-ref="v">
   <id>{name}</id>{extra}
   <analysis>{analysis}</analysis>
   <affects>{affects}</affects>
  </vulnerability>
 </vulnerabilities>
</bom>
"""
    return text.encode()

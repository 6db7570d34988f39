"""Reports of dynamic tests in the tools' own formats: nuclei, and ZAP's traditional JSON.

A result is known by its family, method, route and parameter. Neither the query nor the host is part
of the route: a service is tested at one address today and at another one tomorrow.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from assay.core.jsonvalue import JsonValue
from assay.findings.finding import Kind
from assay.findings.observation import traits_of
from assay.scan.imports.claim import (
    Claim,
    Spot,
    Told,
    object_of,
    severity_of,
    texts_of,
    weaknesses_in,
)

_TAG: Final = re.compile(r"</?[a-z]{1,10}/?>")  # of ZAP's texts
_RISKS: Final = {"0": "info", "1": "low", "2": "medium", "3": "high"}


def read_nuclei(document: JsonValue) -> tuple[Told, ...]:
    """Read what `nuclei -jsonl`, or `nuclei -json-export`, writes."""
    items = document.items()
    return (
        Told(
            tool="nuclei",
            results=len(items),
            claims=tuple(_nuclei(item) for item in items if _is_matched(item)),
            observed_at=max((item.optional_text("timestamp") for item in items), default=""),
        ),
    )


def _is_matched(item: JsonValue) -> bool:
    status = item.optional("matcher-status")
    return status is None or status.boolean()


def _nuclei(item: JsonValue) -> Claim:
    info = item.field("info")
    known = object_of(info, "classification")
    name, rated = info.optional_text("name"), info.optional_text("severity")
    rule = item.optional_text("template-id") or item.field("templateID").text()
    url = item.optional_text("matched-at") or item.optional_text("matched")
    matcher = item.optional_text("matcher-name") or item.optional_text("matcher_name")
    return Claim(
        kind=Kind.DYNAMIC,
        rule=rule,
        title=name or rule,
        message=" ".join(filter(None, (f"{name or rule}: {url}", matcher))),
        severity=severity_of(rated),
        rated=rated,
        weaknesses=weaknesses_in(texts_of(known.optional("cwe-id"))),
        remedy=info.optional_text("remediation"),
        references=(*texts_of(known.optional("cve-id")), *texts_of(info.optional("reference"))),
        spot=Spot(paths=(_address(url or item.optional_text("host")),)),
        traits=traits_of(
            {
                "method": item.optional_text("fuzzing_method"),
                "route": urlsplit_path(url),
                "parameter": item.optional_text("fuzzing_parameter") or matcher,
            }
        ),
    )


def read_zap(document: JsonValue) -> tuple[Told, ...]:
    """Read the traditional JSON report of ZAP."""
    sites = _listed(document.field("site"))
    alerts = [alert for site in sites for alert in site.optional_items("alerts")]
    claims = tuple(
        _zap(alert, instance)
        for alert in alerts
        for instance in alert.optional_items("instances") or (JsonValue({}),)
    )
    return (
        Told(
            tool="zap",
            version=document.optional_text("@version"),
            results=len(alerts),
            claims=claims,
        ),
    )


def _listed(value: JsonValue) -> tuple[JsonValue, ...]:
    """Return the items of a list, and of what an XML converter makes of one item, that item."""
    return value.items() if isinstance(value.value, list) else (value,)


def _zap(alert: JsonValue, instance: JsonValue) -> Claim:
    name, url = alert.field("alert").text(), instance.optional_text("uri")
    rated = _RISKS.get(alert.optional_text("riskcode"), "")
    cwe = alert.optional_text("cweid")
    return Claim(
        kind=Kind.DYNAMIC,
        rule=alert.field("pluginid").text(),
        title=name,
        message=f"{name}: {instance.optional_text('method')} {url}",
        severity=severity_of(rated),
        rated=rated,
        weaknesses=(f"CWE-{cwe}",) if cwe.isdecimal() and cwe != "0" else (),
        remedy=_TAG.sub(" ", alert.optional_text("solution")),
        references=tuple(_TAG.sub(" ", alert.optional_text("reference")).split()),
        spot=Spot(paths=(_address(url),)),
        traits=traits_of(
            {
                "method": instance.optional_text("method"),
                "route": urlsplit_path(url),
                "parameter": instance.optional_text("param"),
            }
        ),
    )


def urlsplit_path(url: str) -> str:
    """Return the route of a URL, `/` where it has none; of what is no URL, all of it."""
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return url


def _address(url: str) -> str:
    """Return a URL as a place: without what it asks for, which may hold values of a session."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    host = parts.netloc.rpartition("@")[2]
    return f"{host}{parts.path}" or "the service"

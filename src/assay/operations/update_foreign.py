"""`assay vulns update NVD`, `CVE` and `GHSA`: foreign feeds, from where they are published."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from assay.core.errors import inside
from assay.system.clock import wait
from assay.system.environment import get_variable
from assay.system.http import FetchLimits
from assay.system.httpapi import ApiAnswer, ApiRequest, ask_api
from assay.vuln.advisory import Feed
from assay.vuln.foreign.cve import CVE, cve_records
from assay.vuln.foreign.ghsa import GHSA
from assay.vuln.foreign.nvd import NVD
from assay.vuln.foreign.store import (
    Incoming,
    confirm_foreign,
    import_foreign,
    is_sound,
    load_foreign_feeds,
)
from assay.vuln.foreign.updating import GHSA_SERVER, NVD_SERVER, update_foreign
from assay.vuln.mirrorupdate import Fetch
from assay.vuln.source import Source

FOREIGN: Final = (NVD, CVE, GHSA)
MAX_PAGE_BYTES: Final = 256 * 2**20
PAGE_SECONDS: Final = 300.0
_HOSTS: Final = {
    NVD: "https://services.nvd.nist.gov",
    CVE: "https://github.com",
    GHSA: "https://api.github.com",
}
_PATHS: Final = {
    NVD: "rest/json/cves/2.0",
    CVE: "CVEProject/cvelistV5/archive/refs/heads/main.zip",
    GHSA: "advisories",
}
CVE_HOSTS: Final = frozenset({"github.com", "codeload.github.com"})
# The NVD takes 5 requests in 30 seconds, and 50 from who has a key; GitHub 60 in an hour or 5,000.
_PAUSES: Final = {(NVD, False): 6.0, (NVD, True): 0.6, (GHSA, False): 0.0, (GHSA, True): 0.0}
_KEYS: Final = {
    NVD: ("NVD_API_KEY", "apiKey", "{}"),
    GHSA: ("GITHUB_TOKEN", "Authorization", "Bearer {}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Where foreign feeds are asked for: `root` is a copy's URL, empty for the publisher's own.

    Keys go to where the feeds are published, and nowhere else.
    """

    mirror: Path
    root: str
    at: datetime
    fetcher: Callable[[frozenset[str]], Fetch]
    progress: Callable[[str], None]

    def update(self, name: str) -> Feed:
        """Fetch what changed of the feed `name`, and return what is known about it.

        Raises:
            AssayError: It cannot be fetched, or is refused; what was there stays.
        """
        origin = f"{self.root or _HOSTS[name]}/{_PATHS[name]}"
        with inside(name):
            if name == CVE:
                return self._update_cve(origin)
            server = NVD_SERVER if name == NVD else GHSA_SERVER
            return update_foreign(
                server, self.mirror, at=self.at, origin=origin, ask=self._asker(name, origin)
            )

    def _asker(self, name: str, origin: str) -> Callable[[str], ApiAnswer]:
        headers = {"Accept": "application/json"} | ({} if self.root else _key(name))
        pause = 0.0 if self.root else _PAUSES[name, len(headers) > 1]
        host = urlsplit(origin).hostname or ""
        asked = 0

        def ask(url: str) -> ApiAnswer:
            nonlocal asked
            self.progress(f"Fetching {name}: page {asked + 1}")
            if asked:
                wait(pause)
            asked += 1
            request = ApiRequest(
                method="GET", url=url, host=host, headers=headers, body=None, authorities=None
            )
            limits = FetchLimits(max_bytes=MAX_PAGE_BYTES, seconds=PAGE_SECONDS)
            return ask_api(request, limits=limits)

        return ask

    def _update_cve(self, origin: str) -> Feed:
        """Fetch the archive of all CVE records, unless it is the one that is here."""
        old = load_foreign_feeds(self.mirror).get(CVE)
        hosts = frozenset({urlsplit(origin).hostname or ""}) if self.root else CVE_HOSTS
        incoming = self.mirror / f"incoming-{CVE}.zip"
        self.mirror.mkdir(parents=True, exist_ok=True)
        known = old.etag if old is not None and is_sound(self.mirror, old) else ""
        fetched = self.fetcher(hosts)(origin, incoming, known)
        if not fetched.changed and old is not None:
            return confirm_foreign(self.mirror, old, at=self.at)
        try:
            return import_foreign(
                Incoming(
                    name=CVE,
                    documents=_cve_documents(incoming),
                    records=cve_records,
                    origin=origin,
                    keep=False,
                    through=fetched.etag,
                ),
                self.mirror,
                at=self.at,
            )
        finally:
            incoming.unlink(missing_ok=True)


def _cve_documents(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the records of the archive; beside them lie lists of what changed lately."""
    for name, data in Source(scope=CVE, path=archive).records():
        if name.rpartition("/")[2].startswith("CVE-"):
            yield name, data


def _key(name: str) -> dict[str, str]:
    """Return the header with the key for a feed, empty where the environment has none."""
    variable, header, form = _KEYS[name]
    key = get_variable(variable)
    return {header: form.format(key)} if key else {}

"""Advisories of other forms than OSV: the NVD, CVE records, GitHub's, CSAF; each a feed of its own.

To add a form, write a pure function from one document to advisories (`Reader`), and give it to
`assay.vuln.foreign.store.import_foreign` with the name of the feed. Records keep their own words:
what they say about packages, about products by CPE, and what they say is not affected.
"""

"""Advisories of other forms than OSV: the NVD, CVE records, GitHub's, CSAF; each a feed of its own.

To add a form, write a pure function from a document to advisories, each of which names its feed in
`source`, and list it in `forms.FORMS` with the marks that tell its documents: `assay vulns import`
then takes them. `store.import_foreign` takes what is fetched for one feed. Records keep their own
words: what they say about packages, about products by CPE, and what they say is not affected.
"""

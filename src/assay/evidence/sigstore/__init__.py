"""Sigstore bundles: read strictly, verified offline against a trusted root, and written."""

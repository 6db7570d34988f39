"""CSAF 2.0: security advisories as vendors publish them, and the VEX profile."""

"""Known vulnerabilities: advisories, version ranges, and which components they affect."""

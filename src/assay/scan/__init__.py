"""Scanners: each looks at one repository and yields a `ScanReport`."""

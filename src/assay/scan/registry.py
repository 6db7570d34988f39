"""The scanners that are programs, in the order of their reports."""

from typing import Final

from assay.scan import bandit, zizmor
from assay.scan.scanner import Scanner

SCANNERS: Final[tuple[Scanner, ...]] = (zizmor.SCANNER, bandit.SCANNER)

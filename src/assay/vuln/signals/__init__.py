"""What is known about the exploitation of vulnerabilities: CISA's KEV catalogue, and EPSS."""

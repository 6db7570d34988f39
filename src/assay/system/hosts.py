"""Hosts that are asked without TLS: nothing on the way to them is anybody else's."""

from typing import Final

LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})  # as addresses: a name may lead elsewhere
LINK_LOCAL: Final = "169.254.169.254"  # a machine's own metadata service, in every large cloud

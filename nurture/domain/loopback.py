"""Which hosts are this very machine: what never leaves it needs neither TLS nor a question first."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a connection to `host`, a name or an address, never leaves this machine (RFC 6761 for the names).

    >>> is_loopback("127.0.0.2"), is_loopback("[::1]"), is_loopback("mail.example.com")
    (True, True, False)
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False

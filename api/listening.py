"""Where a server may listen, and to which host names it answers.

On this machine's loopback anybody may listen. Beyond it only behind TLS: with a certificate of its own, whose names are
then the host names, or behind a proxy on this machine that ends TLS and says so in its forwarded headers. A
demonstration, whose keys and passwords everybody knows, never leaves this machine.
"""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509

from api.errors import UsageRefused

LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62}))*")
_HOST: Final = re.compile(r"(\[[^\[\]]*\]|[^:/@?#\\\s]*)(?::[0-9]{0,5})?")


@dataclass(frozen=True, slots=True)
class Listening:
    """The address, the host names answered to besides loopback ones, and how TLS is ended, if it is."""

    address: str
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    private_key: Path | None = None
    proxied: bool = False

    @property
    def scheme(self) -> str:
        """How the server is asked directly."""
        return "https" if self.certificate else "http"


def check_listening(
    host: str,
    certificate: Path | None = None,
    private_key: Path | None = None,
    proxies: Sequence[str] = (),
    *,
    demonstration: bool = False,
) -> Listening:
    """Decide how to listen at a host; `proxies` are the names under which a proxy on this machine is reached.

    Raises UsageRefused if the host is beyond loopback without a certificate, if a demonstration would be, if the
    certificate or its key cannot be used, if only one of them is given, or if a name is none.
    """
    address, beyond = _address(host)
    if (certificate is None) != (private_key is None):
        raise UsageRefused("certificate_incomplete")
    if beyond and certificate is None:
        raise UsageRefused("host_not_loopback")
    if demonstration and (beyond or proxies):
        raise UsageRefused("demo_beyond_loopback")
    if beyond and proxies:
        raise UsageRefused("proxy_beyond_loopback")
    names = [name.lower() for name in proxies]
    if any(not _NAME.fullmatch(name) for name in names):
        raise UsageRefused("host_name_unusable")
    if certificate is not None and private_key is not None:
        names += read_names(certificate, private_key)
    return Listening(address, tuple(names), certificate, private_key, bool(proxies))


def _address(host: str) -> tuple[str, bool]:
    """The address of a host, and whether it lies beyond loopback; only addresses and `localhost` are hosts."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError as error:
        raise UsageRefused("host_not_loopback") from error
    return str(address), not address.is_loopback


def read_names(certificate: Path, private_key: Path) -> list[str]:
    """The DNS names and addresses of a PEM certificate that its key fits. Raises UsageRefused if there are none.

    A key file that others may read, or one under a passphrase, is refused. Source: RFC 9525, section 2.
    """
    try:
        if private_key.stat().st_mode & 0o077:
            raise UsageRefused("certificate_key_open")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, private_key, password=lambda: "")
        told = x509.load_pem_x509_certificate(certificate.read_bytes())
        found = told.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound) as error:
        raise UsageRefused("certificate_unusable") from error
    names = [name.lower() for name in found.get_values_for_type(x509.DNSName)]
    for at in found.get_values_for_type(x509.IPAddress):
        names.append(f"[{at}]" if at.version == 6 else str(at))
    return names


def is_named(host: str, names: Sequence[str]) -> bool:
    """Say whether a Host header, with or without a port, is one of the names; `*.` stands for one label."""
    found = _HOST.fullmatch(host.lower())
    if found is None:
        return False
    name = found[1]
    return name in LOOPBACK_NAMES or name in names or f"*.{name.partition('.')[2]}" in names

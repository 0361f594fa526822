"""Certificates made for a test: authorities, and servers that they sign for."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


def self_signed(name: str, *, until: timedelta = 300 * DAY, host: str = "") -> tuple[bytes, bytes]:
    """Certificate and key as PEM, good from long ago for `until` from now; with `host`, an address or a name, a server's."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(tz=UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - 400 * DAY).not_valid_after(now + until)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if host:
        named = x509.DNSName(host) if host[-1].isalpha() else x509.IPAddress(ip_address(host))
        builder = builder.add_extension(x509.SubjectAlternativeName([named]), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    shown = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM), shown


def server_context(folder: Path, name: str, host: str = "127.0.0.1") -> tuple[ssl.SSLContext, Path]:
    """TLS as a proxy does it that looks into everything; the file holds the certificate that clients would have to trust."""
    certificate, key = self_signed(name, host=host)
    both, trusted = folder / "server.pem", folder / "authority.pem"
    both.write_bytes(key + certificate)
    trusted.write_bytes(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, trusted

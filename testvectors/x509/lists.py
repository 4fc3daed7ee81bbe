#!/usr/bin/env python3
"""Makes indirect.pem anew with python3-cryptography: an indirect delta list with every extension that tests/pki/crl_test.cc names."""
import datetime
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def name(common_name):
    return x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "IR"), x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def entry(serial, reason, issuer=None):
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(datetime.datetime(2026, 1, 2, 3, 4, 5))
    builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    if issuer:
        builder = builder.add_extension(x509.CertificateIssuer([x509.DirectoryName(name(issuer))]), critical=True)
    return builder.build()


url = [x509.UniformResourceIdentifier("http://lists.example.ir/indirect.crl")]
flags = x509.ReasonFlags
access = x509.AccessDescription(x509.oid.AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier("http://lists.example.ir/signer.cer"))
freshest = x509.DistributionPoint([x509.UniformResourceIdentifier("http://lists.example.ir/delta.crl")], None, None, None)
builder = (
    x509.CertificateRevocationListBuilder()
    .issuer_name(name("List issuer"))
    .last_update(datetime.datetime(2026, 1, 3))
    .next_update(datetime.datetime(2046, 1, 3))
    .add_extension(x509.CRLNumber(300), critical=False)
    .add_extension(x509.DeltaCRLIndicator(257), critical=True)
    .add_extension(x509.IssuingDistributionPoint(url, None, False, False, frozenset([flags.key_compromise, flags.superseded]), True, False), critical=True)
    .add_extension(x509.FreshestCRL([freshest]), critical=False)
    .add_extension(x509.AuthorityInformationAccess([access]), critical=False)
)
for one in [
    entry(0x10, x509.ReasonFlags.key_compromise),
    entry(0x11, x509.ReasonFlags.superseded, "First authority"),
    entry(0x12, x509.ReasonFlags.certificate_hold),
    entry(0x10, x509.ReasonFlags.remove_from_crl, "Second authority"),
    entry(0x13, x509.ReasonFlags.key_compromise),
]:
    builder = builder.add_revoked_certificate(one)
crl = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "indirect.pem"), "wb") as file:
    file.write(crl.public_bytes(serialization.Encoding.PEM))

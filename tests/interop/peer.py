"""pyHanko, signxml and joserfc for tests/interop/run.

peer.py pdf-verify FILE ROOT | pdf-sign KEY CERT CA TSA|- certify|plain|visible|lt|lta IN OUT [ROOT] | xml-sign KEY CERT CA xades|plain IN OUT | xml-verify FILE ROOT
      | jws-verify FILE CERT | measure FILE ROOT TIME ROUNDS

measure prints the median microseconds of verifying a CAdES B-LT whose root is ROOT, with the evidence that it carries, as of TIME.
"""
import json
import sys
from cryptography import x509
from cryptography.hazmat.primitives import serialization


def pdf_verify(path, root):
    from asn1crypto import pem, x509 as asn1_x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext
    anchor = asn1_x509.Certificate.load(pem.unarmor(open(root, "rb").read())[2])
    with open(path, "rb") as file:
        for embedded in PdfFileReader(file).embedded_signatures:
            context = ValidationContext(trust_roots=[anchor], allow_fetching=False, revocation_mode="soft-fail")
            status = validate_pdf_signature(embedded, context, context)
            if not (status.intact and status.valid and status.trusted and status.coverage.name == "ENTIRE_FILE"):
                raise SystemExit("pyHanko: " + status.summary())


def pdf_sign(key, certificate, ca, tsa, kind, source, target, root=None):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers, timestamps
    signer = signers.SimpleSigner.load(key, certificate, ca_chain_files=(ca,))
    stamper = None if tsa == "-" else timestamps.HTTPTimeStamper(tsa)
    long_term = {}
    if kind in ("lt", "lta"):
        from asn1crypto import pem, x509 as asn1_x509
        from pyhanko_certvalidator import ValidationContext
        load = lambda path: asn1_x509.Certificate.load(pem.unarmor(open(path, "rb").read())[2])
        context = ValidationContext(trust_roots=[load(root)], other_certs=[load(ca)], allow_fetching=True, revocation_mode="hard-fail")
        long_term = {"embed_validation_info": True, "validation_context": context, "use_pades_lta": kind == "lta"}
    meta = signers.PdfSignatureMetadata(field_name="Peer", subfilter=fields.SigSeedSubFilter.PADES, certify=kind == "certify", **long_term)
    field = fields.SigFieldSpec("Peer", on_page=0, box=(40, 40, 240, 110)) if kind == "visible" else None
    with open(source, "rb") as file, open(target, "wb") as out:
        signers.sign_pdf(IncrementalPdfFileWriter(file), meta, signer=signer, timestamper=stamper, new_field_spec=field, output=out)


def xml_sign(key, certificate, ca, kind, source, target):
    from lxml import etree
    from signxml import CanonicalizationMethod, XMLSigner
    from signxml.xades import XAdESSigner
    root = etree.fromstring(open(source, "rb").read())
    chain = [open(certificate).read(), open(ca).read()]
    private = serialization.load_pem_private_key(open(key, "rb").read(), None)
    algorithm = "rsa-sha256" if private.__class__.__name__.startswith("RSA") else "ecdsa-sha256"
    options = {"c14n_algorithm": CanonicalizationMethod.CANONICAL_XML_1_1, "signature_algorithm": algorithm}
    signer = XAdESSigner(**options) if kind == "xades" else XMLSigner(**options)
    signed = signer.sign(root, key=private, cert=chain)
    open(target, "wb").write(etree.tostring(signed, xml_declaration=True, encoding="UTF-8"))


def xml_verify(path, root):
    from lxml import etree
    from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier
    document = etree.fromstring(open(path, "rb").read())
    XAdESVerifier().verify(document, ca_pem_file=root, expect_config=XAdESSignatureConfiguration(expect_references=2))


def jws_verify(path, certificate):
    from joserfc import jws
    from joserfc.jwk import ECKey, RSAKey
    public = x509.load_pem_x509_certificate(open(certificate, "rb").read()).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    text = open(path).read().strip()
    key = RSAKey.import_key(pem) if hasattr(public, "public_numbers") and hasattr(public.public_numbers(), "n") else ECKey.import_key(pem)
    registry = jws.JWSRegistry(algorithms=["RS256", "ES256"], strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = 1 << 20
    if text.startswith("{"):
        jws.deserialize_json(json.loads(text), key, registry=registry)
    else:
        jws.deserialize_compact(text, key, registry=registry)


def elements(octets):
    """The elements in the contents of a constructed one: tag number and octets."""
    from asn1crypto import parser
    contents, at = parser.parse(octets)[4], 0
    while at < len(contents):
        _, _, tag, header, inner, trailer = parser.parse(contents[at:])
        end = at + len(header) + len(inner) + len(trailer)
        yield tag, contents[at:end]
        at = end


def kept_evidence(signer):
    """certificate-values and revocation-values (EN 319 122-1 A.1.1) as what pyHanko takes beside a message."""
    from asn1crypto import core, crl, ocsp, x509 as asn1_x509
    values = {attribute["type"].dotted: attribute["values"][0].dump() for attribute in signer["unsigned_attrs"]}
    certificates = [asn1_x509.Certificate.load(one) for _, one in elements(values["1.2.840.113549.1.9.16.2.23"])]
    lists, answers = [], []
    for tag, tagged in elements(values["1.2.840.113549.1.9.16.2.24"]):
        for _, sequence in elements(tagged):
            for _, one in elements(sequence):
                if tag == 0:
                    lists.append(crl.CertificateList.load(one))
                else:
                    answers.append(ocsp.OCSPResponse({"response_status": "successful", "response_bytes": {
                        "response_type": "basic_ocsp_response", "response": core.ParsableOctetString(one)}}))
    return certificates, lists, answers


def measure(path, root, time, rounds):
    import asyncio
    import datetime
    import statistics
    import time as clock
    from asn1crypto import cms, pem, x509 as asn1_x509
    from pyhanko.sign.validation.generic_cms import async_validate_cms_signature, collect_timing_info
    from pyhanko_certvalidator import ValidationContext
    octets, anchor = open(path, "rb").read(), pem.unarmor(open(root, "rb").read())[2]
    moment = datetime.datetime.fromisoformat(time.replace("Z", "+00:00"))

    async def verify():
        message = cms.ContentInfo.load(octets)["content"]
        certificates, lists, answers = kept_evidence(message["signer_infos"][0])
        context = ValidationContext(trust_roots=[asn1_x509.Certificate.load(anchor)], other_certs=certificates, crls=lists, ocsps=answers,
                                    moment=moment, allow_fetching=False, revocation_mode="hard-fail")
        status = await async_validate_cms_signature(message, validation_context=context)
        stamp = (await collect_timing_info(message["signer_infos"][0], context, None))["timestamp_validity"]
        if not (status.intact and status.valid and status.trusted and stamp.intact and stamp.valid and stamp.trusted):
            raise SystemExit("pyHanko: " + status.summary() + " " + stamp.summary())

    taken = []
    for _ in range(int(rounds)):
        start = clock.perf_counter()
        asyncio.run(verify())
        taken.append(1e6 * (clock.perf_counter() - start))
    return statistics.median(taken[len(taken) // 4:])


if __name__ == "__main__":
    verbs = {"pdf-verify": pdf_verify, "pdf-sign": pdf_sign, "xml-sign": xml_sign, "xml-verify": xml_verify, "jws-verify": jws_verify,
             "measure": measure}
    print(verbs[sys.argv[1]](*sys.argv[2:]) or "ok")

package states;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESWithExternalCMSService;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.CMSTypedData;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** Signatures that do not say which certificate they were made with: CMS, XMLDSig, JWS as others than DSS make them. */
final class Plain {
  private Plain() {}

  static DSSDocument sign(String format, DSSDocument document, World.Person signer, CertificateVerifier verifier) throws Exception {
    byte[] content = DSSUtils.toByteArray(document);
    return switch (format) {
      case "cades" -> new InMemoryDocument(cms(signer, new CMSProcessableByteArray(content), new JcaDigestCalculatorProviderBuilder().build()));
      case "xades" -> new InMemoryDocument(xml(signer, content));
      case "pades" -> pdf(signer, document, verifier);
      default -> new InMemoryDocument(jws(signer, content));
    };
  }

  private static List<X509Certificate> chain(World.Person signer) {
    return signer.chain().stream().map(CertificateToken::getCertificate).toList();
  }

  private static byte[] cms(World.Person signer, CMSTypedData content, DigestCalculatorProvider digests) throws Exception {
    var generator = new CMSSignedDataGenerator();
    generator.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(digests).build(signer.signer("SHA256"), signer.certificate()));
    generator.addCertificates(new JcaCertStore(chain(signer)));
    return generator.generate(content, content instanceof CMSProcessableByteArray).getEncoded("DER");
  }

  private static DSSDocument pdf(World.Person signer, DSSDocument document, CertificateVerifier verifier) throws Exception {
    var parameters = new PAdESSignatureParameters();
    parameters.setSignatureLevel(SignatureLevel.PAdES_BASELINE_B);
    parameters.setSubFilter("adbe.pkcs7.detached");
    var service = new PAdESWithExternalCMSService();
    service.setCertificateVerifier(verifier);
    byte[] digest = service.getMessageDigest(document, parameters).getValue();
    return service.signDocument(document, parameters, new InMemoryDocument(cms(signer, new CMSAbsentContent(), algorithm -> known(algorithm, digest))));
  }

  /** A digest that somebody else has computed. */
  private static DigestCalculator known(AlgorithmIdentifier algorithm, byte[] digest) {
    return new DigestCalculator() {
      @Override
      public AlgorithmIdentifier getAlgorithmIdentifier() {
        return algorithm;
      }

      @Override
      public OutputStream getOutputStream() {
        return OutputStream.nullOutputStream();
      }

      @Override
      public byte[] getDigest() {
        return digest;
      }
    };
  }

  private static byte[] xml(World.Person signer, byte[] content) throws Exception {
    DocumentBuilderFactory documents = DocumentBuilderFactory.newInstance();
    documents.setNamespaceAware(true);
    var document = documents.newDocumentBuilder().parse(new ByteArrayInputStream(content));
    XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
    var reference = factory.newReference("", factory.newDigestMethod(DigestMethod.SHA256, null),
        List.of(factory.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null)), null, null);
    SignedInfo signed = factory.newSignedInfo(factory.newCanonicalizationMethod("http://www.w3.org/2001/10/xml-exc-c14n#", (C14NMethodParameterSpec) null),
        factory.newSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", null), List.of(reference));
    KeyInfoFactory keys = factory.getKeyInfoFactory();
    KeyInfo key = keys.newKeyInfo(List.of(keys.newX509Data(chain(signer))));
    factory.newXMLSignature(signed, key).sign(new DOMSignContext(signer.keys().getPrivate(), document.getDocumentElement()));
    var out = new ByteArrayOutputStream();
    TransformerFactory.newInstance().newTransformer().transform(new DOMSource(document), new StreamResult(out));
    return out.toByteArray();
  }

  private static byte[] jws(World.Person signer, byte[] content) throws Exception {
    StringBuilder certificates = new StringBuilder();
    for (X509Certificate certificate : chain(signer))
      certificates.append(certificates.isEmpty() ? "\"" : ",\"").append(Base64.getEncoder().encodeToString(certificate.getEncoded())).append('"');
    String header = url(("{\"alg\":\"ES256\",\"x5c\":[" + certificates + "]}").getBytes(StandardCharsets.UTF_8)), payload = url(content);
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initSign(signer.keys().getPrivate());
    signature.update((header + "." + payload).getBytes(StandardCharsets.US_ASCII));
    return ("{\"payload\":\"" + payload + "\",\"signatures\":[{\"protected\":\"" + header + "\",\"signature\":\"" + url(signature.sign()) + "\"}]}")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static String url(byte[] octets) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
  }
}

package states;

import eu.europa.esig.dss.model.x509.CertificateToken;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PolicyConstraints;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Everybody of the table with key and certificate, made afresh. */
final class World {
  record Person(String name, KeyPair keys, X509Certificate certificate, Person issuer, boolean anchor) {
    CertificateToken token() {
      return new CertificateToken(certificate);
    }

    /** This certificate and those above it, without the anchor. */
    List<CertificateToken> chain() {
      List<CertificateToken> chain = new ArrayList<>();
      for (Person p = this; p != null && p.issuer != null; p = p.issuer) chain.add(p.token());
      return chain;
    }

    ContentSigner signer(String digest) throws Exception {
      String algorithm = digest.replace("-", "") + "with" + (keys.getPrivate().getAlgorithm().equals("RSA") ? "RSA" : "ECDSA");
      return new JcaContentSignerBuilder(algorithm).build(keys.getPrivate());
    }
  }

  private final Map<String, Person> people = new LinkedHashMap<>();
  private final Path folder;
  private long serial = 1000;

  World(Path folder) {
    this.folder = folder;
  }

  Person person(String name) {
    Person person = people.get(name);
    if (person == null) throw new IllegalArgumentException("nobody is called " + name);
    return person;
  }

  List<Person> anchors() {
    return people.values().stream().filter(Person::anchor).toList();
  }

  /** certificate NAME [by ISSUER] [anchor] [ca] [path N] [organization NAME] [from DATE] [until DATE] [key KIND] [digest NAME], and what extend reads. */
  void issue(Words words) throws Exception {
    String name = words.at(1);
    Person issuer = words.has("by") ? person(words.after("by", "")) : null;
    KeyPair pair = keys(words.after("key", "p256"));
    X500Name subject = new X500Name("C=IR,O=" + words.after("organization", "States") + ",CN=" + name);
    X500Name above = issuer == null ? subject : X500Name.getInstance(issuer.certificate.getSubjectX500Principal().getEncoded());
    X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(above, BigInteger.valueOf(++serial),
        Words.date(words.after("from", "2005-01-01")), Words.date(words.after("until", "2045-01-01")), subject, pair.getPublic());
    extend(builder, words, issuer, pair);
    Person signer = issuer == null ? new Person(name, pair, null, null, true) : issuer;
    X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(builder.build(signer.signer(words.after("digest", "SHA256"))));
    people.put(name, new Person(name, pair, certificate, issuer, words.has("anchor")));
    if (words.has("anchor")) Files.write(folder.resolve(name + ".anchor.der"), certificate.getEncoded());
  }

  private static KeyPair keys(String kind) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(kind.startsWith("rsa") ? "RSA" : "EC");
    if (kind.startsWith("rsa")) generator.initialize(Integer.parseInt(kind.substring(3)));
    else generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  /** [usage NAME] [purpose NAME] [policy OID] [require-policy] [permit-organization NAME] [no-check] [unknown-critical] */
  private static void extend(X509v3CertificateBuilder builder, Words words, Person issuer, KeyPair pair) throws Exception {
    JcaX509ExtensionUtils hashes = new JcaX509ExtensionUtils();
    boolean ca = words.has("ca");
    int path = Integer.parseInt(words.after("path", "-1"));
    builder.addExtension(Extension.basicConstraints, true, path < 0 ? new BasicConstraints(ca) : new BasicConstraints(path));
    builder.addExtension(Extension.keyUsage, true, usage(words.after("usage", ca ? "authority" : "signature")));
    builder.addExtension(Extension.subjectKeyIdentifier, false, hashes.createSubjectKeyIdentifier(pair.getPublic()));
    if (issuer != null) {
      builder.addExtension(Extension.authorityKeyIdentifier, false, hashes.createAuthorityKeyIdentifier(issuer.certificate));
      if (words.has("no-check")) builder.addExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE);
      else {
        GeneralName list = new GeneralName(GeneralName.uniformResourceIdentifier, "http://127.0.0.1:9/" + issuer.name + ".crl");
        builder.addExtension(Extension.cRLDistributionPoints, false,
            new CRLDistPoint(new DistributionPoint[] {new DistributionPoint(new DistributionPointName(new GeneralNames(list)), null, null)}));
        builder.addExtension(Extension.authorityInfoAccess, false, new AuthorityInformationAccess(new AccessDescription(AccessDescription.id_ad_ocsp,
            new GeneralName(GeneralName.uniformResourceIdentifier, "http://127.0.0.1:9/" + issuer.name + "/ocsp"))));
      }
    }
    switch (words.after("purpose", "none")) {
      case "time-stamps" -> builder.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping));
      case "answers" -> builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning));
      case "servers" -> builder.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      default -> { }
    }
    if (words.has("policy")) builder.addExtension(Extension.certificatePolicies, false,
        new CertificatePolicies(new PolicyInformation(new ASN1ObjectIdentifier(words.after("policy", "")))));
    if (words.has("require-policy")) builder.addExtension(Extension.policyConstraints, true, new PolicyConstraints(BigInteger.ZERO, null));
    if (words.has("permit-organization")) builder.addExtension(Extension.nameConstraints, true, new NameConstraints(new GeneralSubtree[] {
        new GeneralSubtree(new GeneralName(new X500Name("C=IR,O=" + words.after("permit-organization", ""))))}, null));
    if (words.has("unknown-critical")) builder.addExtension(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, new DERUTF8String("?"));
  }

  private static KeyUsage usage(String name) {
    return new KeyUsage(switch (name) {
      case "authority" -> KeyUsage.keyCertSign | KeyUsage.cRLSign;
      case "signature" -> KeyUsage.digitalSignature | KeyUsage.nonRepudiation;
      case "agreement" -> KeyUsage.keyAgreement;
      case "digital-signature" -> KeyUsage.digitalSignature;
      case "lists" -> KeyUsage.cRLSign;
      default -> throw new IllegalArgumentException("usage " + name);
    });
  }

  /** For those who sign with a key file. */
  Path keyFile(String name) throws Exception {
    Path file = folder.resolve(name + ".p12");
    if (Files.exists(file)) return file;
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    Person person = person(name);
    store.setKeyEntry(name, person.keys.getPrivate(), "states".toCharArray(), person.chain().stream().map(CertificateToken::getCertificate).toArray(Certificate[]::new));
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, "states".toCharArray());
    }
    return file;
  }
}

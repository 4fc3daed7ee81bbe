package states;

import com.sun.net.httpserver.HttpServer;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.model.DSSException;
import eu.europa.esig.dss.model.TimestampBinary;
import eu.europa.esig.dss.spi.x509.tsp.TSPSource;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Date;
import java.util.Hashtable;
import java.util.List;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.tsp.MessageImprint;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.asn1.tsp.TimeStampResp;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TimeStampRequest;

/** Time-stamp services of any time and with any flaw, in memory and by HTTP at /NAME/DATE. */
final class Stamps implements AutoCloseable {
  private final World world;
  private final HttpServer server;
  private long serial;

  Stamps(World world) throws IOException {
    this.world = world;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> {
      String[] path = exchange.getRequestURI().getPath().split("/");
      byte[] answer;
      try {
        TimeStampRequest request = new TimeStampRequest(exchange.getRequestBody().readAllBytes());
        Words words = new Words("stamp " + path[1] + " " + path[2].replace('.', ':'));
        byte[] token = token(words, request.getMessageImprintAlgOID(), request.getMessageImprintDigest(), request.getNonce());
        answer = new TimeStampResp(new PKIStatusInfo(PKIStatus.granted), ContentInfo.getInstance(token)).getEncoded();
      } catch (Exception problem) {
        answer = new byte[0];
      }
      exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    server.start();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  String url(Words words) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + words.at(1) + "/" + words.at(2).replace(':', '.');
  }

  /** stamp|archive NAME DATE [forged] [of-other-data] [unbound] [bound-to NAME] [digest NAME] */
  TSPSource source(Words words) {
    return (DigestAlgorithm algorithm, byte[] digest) -> {
      try {
        return new TimestampBinary(token(words, new ASN1ObjectIdentifier(algorithm.getOid()), digest, null));
      } catch (Exception problem) {
        throw new DSSException(problem.getMessage(), problem);
      }
    };
  }

  private byte[] token(Words words, ASN1ObjectIdentifier algorithm, byte[] digest, BigInteger nonce) throws Exception {
    World.Person authority = world.person(words.at(1));
    byte[] imprint = digest.clone();
    if (words.has("of-other-data")) imprint[0] ^= 1;
    TSTInfo info = new TSTInfo(new ASN1ObjectIdentifier("1.2.3.4"), new MessageImprint(new AlgorithmIdentifier(algorithm), imprint), new ASN1Integer(++serial),
        new ASN1GeneralizedTime(words.date(2)), null, null, nonce == null ? null : new ASN1Integer(nonce), null, null);
    var generator = new CMSSignedDataGenerator();
    generator.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
        .setSignedAttributeGenerator(new DefaultSignedAttributeTableGenerator(attributes(words, authority)))
        .build(authority.signer(words.after("digest", "SHA256")), authority.certificate()));
    List<java.security.cert.X509Certificate> chain = new ArrayList<>();
    authority.chain().forEach(c -> chain.add(c.getCertificate()));
    generator.addCertificates(new JcaCertStore(chain));
    CMSSignedData signed = generator.generate(new CMSProcessableByteArray(PKCSObjectIdentifiers.id_ct_TSTInfo, info.getEncoded()), true);
    byte[] token = signed.getEncoded("DER");
    if (words.has("forged")) flip(token, signed.getSignerInfos().iterator().next().getSignature());
    return token;
  }

  private AttributeTable attributes(Words words, World.Person authority) throws Exception {
    if (words.has("unbound")) return new AttributeTable(new Hashtable<>());
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(world.person(words.after("bound-to", authority.name())).certificate().getEncoded());
    ASN1EncodableVector attributes = new ASN1EncodableVector();
    attributes.add(new Attribute(PKCSObjectIdentifiers.id_aa_signingCertificateV2, new DERSet(new SigningCertificateV2(new ESSCertIDv2[] {new ESSCertIDv2(hash)}))));
    return new AttributeTable(attributes);
  }

  /** Another last octet of a signature value, wherever it stands. */
  static void flip(byte[] octets, byte[] value) {
    int at = new String(octets, java.nio.charset.StandardCharsets.ISO_8859_1).lastIndexOf(new String(value, java.nio.charset.StandardCharsets.ISO_8859_1));
    octets[at + value.length - 1] ^= 1;
  }
}

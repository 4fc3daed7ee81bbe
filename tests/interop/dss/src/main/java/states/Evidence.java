package states;

import java.math.BigInteger;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ocsp.OCSPResponseStatus;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** Revocation lists and status answers, of any date. */
final class Evidence {
  /** The lists and answers at hand: those that a signature keeps, and then those that the validator is given. */
  final Map<String, byte[]> lists = new LinkedHashMap<>(), answers = new LinkedHashMap<>();
  private final World world;
  private long number;

  Evidence(World world) {
    this.world = world;
  }

  void forget() {
    lists.clear();
    answers.clear();
  }

  /** list CA DATE [until DATE | endless] [digest NAME] [signed-by NAME] [keeps-expired DATE] [revoked NAME DATE REASON]... [since DATE] */
  void list(Words words) throws Exception {
    World.Person authority = world.person(words.at(1)), signer = world.person(words.after("signed-by", words.at(1)));
    Date issued = words.date(2);
    X509v2CRLBuilder builder = new JcaX509v2CRLBuilder(authority.certificate(), issued);
    if (!words.has("endless")) builder.setNextUpdate(until(words, issued));
    builder.addExtension(Extension.authorityKeyIdentifier, false, new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(authority.certificate()));
    builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(++number)));
    if (words.has("keeps-expired")) builder.addExtension(Extension.expiredCertsOnCRL, false, new ASN1GeneralizedTime(Words.date(words.after("keeps-expired", ""))));
    for (int position : words.behind("revoked")) {
      World.Person person = world.person(words.at(position));
      if (person.issuer() != authority) continue;
      ExtensionsGenerator more = new ExtensionsGenerator();
      int reason = reason(words.at(position + 2));
      if (reason != CRLReason.unspecified) more.addExtension(Extension.reasonCode, false, CRLReason.lookup(reason));
      if (words.has("since")) more.addExtension(Extension.invalidityDate, false, new ASN1GeneralizedTime(Words.date(words.after("since", ""))));
      builder.addCRLEntry(person.certificate().getSerialNumber(), words.date(position + 1), more.isEmpty() ? null : more.generate());
    }
    lists.put(words.at(1) + "-" + words.at(2), builder.build(signer.signer(words.after("digest", "SHA256"))).getEncoded());
  }

  /** answer NAME DATE by RESPONDER [until DATE] [digest NAME] [revoked DATE REASON | unknown] */
  void answer(Words words) throws Exception {
    World.Person person = world.person(words.at(1)), responder = world.person(words.after("by", person.issuer().name()));
    Date made = words.date(2);
    var hashes = new JcaDigestCalculatorProviderBuilder().build();
    var id = new CertificateID(hashes.get(CertificateID.HASH_SHA1), new JcaX509CertificateHolder(person.issuer().certificate()), person.certificate().getSerialNumber());
    CertificateStatus status = CertificateStatus.GOOD;
    for (int position : words.behind("revoked")) status = new RevokedStatus(words.date(position), reason(words.at(position + 1)));
    if (words.has("unknown")) status = new UnknownStatus();
    var builder = new BasicOCSPRespBuilder(new RespID(new JcaX509CertificateHolder(responder.certificate()).getSubject()));
    builder.addResponse(id, status, made, until(words, made), null);
    X509CertificateHolder[] chain = {new JcaX509CertificateHolder(responder.certificate())};
    var basic = builder.build(responder.signer(words.after("digest", "SHA256")), chain, made);
    answers.put(words.at(1) + "-" + words.at(2) + "-" + responder.name(), new OCSPRespBuilder().build(OCSPResponseStatus.SUCCESSFUL, basic).getEncoded());
  }

  /** A list or answer is fresh for a week unless it says otherwise. */
  private static Date until(Words words, Date issued) {
    return words.has("until") ? Words.date(words.after("until", "")) : new Date(issued.getTime() + 7L * 24 * 3600 * 1000);
  }

  private static int reason(String name) {
    return switch (name) {
      case "unspecified" -> CRLReason.unspecified;
      case "key-compromise" -> CRLReason.keyCompromise;
      case "ca-compromise" -> CRLReason.cACompromise;
      case "superseded" -> CRLReason.superseded;
      case "cessation" -> CRLReason.cessationOfOperation;
      case "hold" -> CRLReason.certificateHold;
      case "released" -> CRLReason.removeFromCRL;
      default -> throw new IllegalArgumentException("reason " + name);
    };
  }
}

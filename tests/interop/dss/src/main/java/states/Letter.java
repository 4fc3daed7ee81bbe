package states;

import eu.europa.esig.dss.alert.SilentOnStatusAlert;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESCounterSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.JWSSerializationType;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.jades.JAdESSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESCounterSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESService;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SerializableCounterSignatureParameters;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.signature.AbstractSignatureService;
import eu.europa.esig.dss.signature.CounterSignatureService;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.signature.AdvancedSignature;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.ExternalResourcesOCSPSource;
import eu.europa.esig.dss.spi.x509.tsp.TimestampToken;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESCounterSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A document on its way through the lines of one state. */
final class Letter {
  static final List<String> FORMATS = List.of("cades", "xades", "pades", "jades");
  private static final List<String> SOURCES = List.of("minutes.txt", "letter.xml", "letter.pdf", "inquiry.json");
  private static final List<String> SUFFIXES = List.of("p7m", "xml", "pdf", "json");

  private final String format;
  private final Path source;
  private final World world;
  private final Evidence evidence;
  private final Stamps stamps;
  private final boolean detached;
  private DSSDocument document;

  Letter(String format, boolean detached, Path data, World world, Evidence evidence, Stamps stamps) {
    this.format = format;
    this.detached = detached;
    this.source = data.resolve(SOURCES.get(FORMATS.indexOf(format)));
    this.world = world;
    this.evidence = evidence;
    this.stamps = stamps;
    document = new FileDocument(source.toFile());
  }

  String suffix() {
    return SUFFIXES.get(FORMATS.indexOf(format));
  }

  void save(Path file) throws Exception {
    document.save(file.toString());
  }

  Path source() {
    return source;
  }

  List<DSSDocument> content() {
    return detached ? List.of(new FileDocument(source.toFile())) : List.of();
  }

  /** Trusts the anchors, knows the evidence at hand, and objects to nothing: bad signatures are made here on purpose. */
  static CertificateVerifier verifier(World world, Evidence evidence) {
    var trusted = new CommonTrustedCertificateSource();
    world.anchors().forEach(p -> trusted.addCertificate(p.token()));
    var verifier = new CommonCertificateVerifier(true);
    verifier.setTrustedCertSources(trusted);
    verifier.setCrlSource(new ExternalResourcesCRLSource(documents(evidence.lists.values())));
    verifier.setOcspSource(new ExternalResourcesOCSPSource(documents(evidence.answers.values())));
    var silent = new SilentOnStatusAlert();
    verifier.setAlertOnInvalidSignature(silent);
    verifier.setAlertOnInvalidTimestamp(silent);
    verifier.setAlertOnMissingRevocationData(silent);
    verifier.setAlertOnRevokedCertificate(silent);
    verifier.setAlertOnNoRevocationAfterBestSignatureTime(silent);
    verifier.setAlertOnUncoveredPOE(silent);
    verifier.setAlertOnExpiredCertificate(silent);
    verifier.setAlertOnNotYetValidCertificate(silent);
    verifier.setAugmentationAlertOnHigherSignatureLevel(silent);
    verifier.setAugmentationAlertOnSignatureWithoutCertificates(silent);
    verifier.setAugmentationAlertOnSelfSignedCertificateChains(silent);
    return verifier;
  }

  private static DSSDocument[] documents(Collection<byte[]> octets) {
    return octets.stream().map(InMemoryDocument::new).toArray(DSSDocument[]::new);
  }

  /** sign NAME DATE [digest NAME] [value-changed] [bound-to-another] [alone] [plain] [content-stamp NAME DATE], and the stamp that follows it. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  void sign(Words words, Words stamp) throws Exception {
    if (words.has("plain")) {
      document = Plain.sign(format, document, world.person(words.at(1)), verifier(world, evidence));
      if (stamp != null) extend("T", stamp);
      return;
    }
    AbstractSignatureParameters parameters = parameters(stamp == null ? "B" : "T");
    prepare(parameters, words);
    AbstractSignatureService service = service();
    int before = words.has("content-stamp") ? words.behind("content-stamp").get(0) : 0;
    if (before > 0) {
      service.setTspSource(stamps.source(new Words("stamp " + words.at(before) + " " + words.at(before + 1))));
      parameters.setContentTimestamps(List.of(contentStamp(service, parameters)));
    }
    if (stamp != null) service.setTspSource(stamps.source(stamp));
    ToBeSigned octets = service.getDataToSign(document, parameters);
    document = service.signDocument(document, parameters, value(octets, parameters, words));
  }

  private TimestampToken contentStamp(AbstractSignatureService<?, ?> service, AbstractSignatureParameters<?> parameters) {
    return switch (format) {
      case "cades" -> ((CAdESService) service).getContentTimestamp(document, (CAdESSignatureParameters) parameters);
      case "xades" -> ((XAdESService) service).getContentTimestamp(document, (XAdESSignatureParameters) parameters);
      case "pades" -> {
        ((PAdESSignatureParameters) parameters).getContentTimestampParameters().setDigestAlgorithm(parameters.getDigestAlgorithm());
        yield ((PAdESService) service).getContentTimestamp(document, (PAdESSignatureParameters) parameters);
      }
      default -> ((JAdESService) service).getContentTimestamp(document, (JAdESSignatureParameters) parameters);
    };
  }

  /** counter NAME DATE [value-changed] [of-counter]: a counter-signature of the first signature, or of its first counter-signature. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  void counter(Words words) throws Exception {
    AbstractSignatureParameters parameters = switch (format) {
      case "cades" -> new CAdESCounterSignatureParameters();
      case "xades" -> new XAdESCounterSignatureParameters();
      default -> {
        var p = new JAdESCounterSignatureParameters();
        p.setJwsSerializationType(JWSSerializationType.FLATTENED_JSON_SERIALIZATION);
        yield p;
      }
    };
    parameters.setSignatureLevel(level("B"));
    prepare(parameters, words);
    AdvancedSignature signed = SignedDocumentValidator.fromDocument(document).getSignatures().get(0);
    if (words.has("of-counter")) signed = signed.getCounterSignatures().get(0);
    ((SerializableCounterSignatureParameters) parameters).setSignatureIdToCounterSign(signed.getId());
    CounterSignatureService service = (CounterSignatureService) service();
    ToBeSigned octets = service.getDataToBeCounterSigned(document, (SerializableCounterSignatureParameters) parameters);
    document = service.counterSignSignature(document, (SerializableCounterSignatureParameters) parameters, value(octets, parameters, words));
  }

  /** To a higher level; stamp is null when no time-stamp is to be added. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  void extend(String level, Words stamp) {
    AbstractSignatureParameters parameters = parameters(level);
    if (stamp != null && stamp.has("old")) ((XAdESSignatureParameters) parameters).setEn319132(false);
    AbstractSignatureService service = service();
    service.setTspSource(stamp != null ? stamps.source(stamp) : (algorithm, digest) -> {
      throw new IllegalStateException("a time-stamp where none is wanted");
    });
    document = service.extendDocument(document, parameters);
  }

  /** Other octets where only their digest was signed. */
  void change() throws Exception {
    byte[] before = DSSUtils.toByteArray(document);
    String text = new String(before, StandardCharsets.ISO_8859_1);
    String place = List.of("a demonstration; nothing", "<Number>", "/MediaBox[0 0 5", "ewogICJpbnF1").get(FORMATS.indexOf(format));
    String other = List.of("a demonstration; all but", "<Number> ", "/MediaBox[0 0 6", "ewogICJpbnFv").get(FORMATS.indexOf(format));
    if (!text.contains(place)) throw new IllegalStateException("nothing to change");
    document = new InMemoryDocument(text.replace(place, other).getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The same by mohr; returns what it says when it declines. */
  String signByMohr(Path mohr, Words words, Words stamp, Path folder, Map<String, DSSDocument> signedByMohr) throws Exception {
    String same = format + words + stamp + Arrays.hashCode(DSSUtils.toByteArray(document));
    if (signedByMohr.containsKey(same)) {
      document = signedByMohr.get(same);
      return null;
    }
    Path in = folder.resolve("unsigned." + suffix()), out = folder.resolve("signed." + suffix()), pass = folder.resolve("pass");
    document.save(in.toString());
    Files.writeString(pass, "states\n");
    Files.deleteIfExists(out);
    List<String> call = new ArrayList<>(List.of(mohr.toString(), "sign", in.toString(), "--key", world.keyFile(words.at(1)).toString(), "--pass-file", pass.toString(),
        "--at", words.date(2).toInstant().toString(), "--format", format, "--no-cache", "-o", out.toString()));
    for (World.Person p : world.anchors()) call.addAll(List.of("--trust", folder.resolve(p.name() + ".anchor.der").toString()));
    if (format.equals("cades")) call.addAll(List.of("--packaging", "attached"));
    if (words.has("digest")) call.addAll(List.of("--digest", words.after("digest", "").toLowerCase()));
    call.addAll(stamp == null ? List.of("--level", "b", "--offline") : List.of("--level", "t", "--tsa", stamps.url(stamp), "--allow-host", "127.0.0.1"));
    Process process = new ProcessBuilder(call).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor(30, TimeUnit.SECONDS);
    if (!Files.exists(out)) return said.isBlank() ? "nothing" : said.strip();
    signedByMohr.put(same, document = new InMemoryDocument(Files.readAllBytes(out)));
    return null;
  }

  private void prepare(AbstractSignatureParameters<?> parameters, Words words) {
    World.Person signer = world.person(words.at(1));
    List<CertificateToken> chain = new ArrayList<>(signer.chain());
    if (words.has("bound-to-another")) chain.set(0, new OtherDigest(chain.get(0)));
    if (words.has("alone")) chain.subList(1, chain.size()).clear();
    parameters.setSigningCertificate(chain.get(0));
    parameters.setCertificateChain(chain);
    parameters.bLevel().setSigningDate(words.date(2));
    parameters.setDigestAlgorithm(DigestAlgorithm.valueOf(words.after("digest", "SHA256")));
  }

  private SignatureValue value(ToBeSigned octets, AbstractSignatureParameters<?> parameters, Words words) throws Exception {
    Signature signature = Signature.getInstance(parameters.getSignatureAlgorithm().getJCEId());
    signature.initSign(world.person(words.at(1)).keys().getPrivate());
    signature.update(octets.getBytes());
    byte[] value = signature.sign();
    if (words.has("value-changed")) value[value.length - 1] ^= 1;
    return new SignatureValue(parameters.getSignatureAlgorithm(), value);
  }

  private AbstractSignatureParameters<?> parameters(String level) {
    AbstractSignatureParameters<?> parameters;
    switch (format) {
      case "cades" -> parameters = new CAdESSignatureParameters();
      case "xades" -> parameters = new XAdESSignatureParameters();
      case "pades" -> parameters = new PAdESSignatureParameters();
      default -> {
        var p = new JAdESSignatureParameters();
        p.setJwsSerializationType(JWSSerializationType.JSON_SERIALIZATION);
        parameters = p;
      }
    }
    if (detached) parameters.setSignaturePackaging(SignaturePackaging.DETACHED);
    else if (!format.equals("pades")) parameters.setSignaturePackaging(format.equals("xades") ? SignaturePackaging.ENVELOPED : SignaturePackaging.ENVELOPING);
    parameters.setSignatureLevel(level(level));
    if (detached) parameters.setDetachedContents(content());
    return parameters;
  }

  private SignatureLevel level(String level) {
    String name = switch (format) {
      case "cades" -> "CAdES";
      case "xades" -> "XAdES";
      case "pades" -> "PAdES";
      default -> "JAdES";
    };
    boolean extended = List.of("X", "XL", "A").contains(level);
    return SignatureLevel.valueByName(name + (extended ? "-" : "-BASELINE-") + level);
  }

  private AbstractSignatureService<?, ?> service() {
    CertificateVerifier verifier = verifier(world, evidence);
    return switch (format) {
      case "cades" -> new CAdESService(verifier);
      case "xades" -> new XAdESService(verifier);
      case "pades" -> new PAdESService(verifier);
      default -> new JAdESService(verifier);
    };
  }

  /** A certificate that gives a wrong digest of itself. */
  private static final class OtherDigest extends CertificateToken {
    OtherDigest(CertificateToken token) {
      super(token.getCertificate());
    }

    @Override
    public byte[] getDigest(DigestAlgorithm algorithm) {
      byte[] digest = super.getDigest(algorithm).clone();
      digest[0] ^= 1;
      return digest;
    }
  }
}

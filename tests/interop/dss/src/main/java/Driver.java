// EU DSS for tests/interop/run: each line of standard input is one job of words parted by tabs, each answer one line.
//   validate FILE CONTENT|- ANCHOR INTERMEDIATES CRLS   (lists parted by commas)  ->  FORMAT INDICATION SUB_INDICATION, for each signature
//   measure FILE ANCHOR TIME ROUNDS   ->  microseconds of one validation on a warm machine (bench/long_term.cc)
//   sign cades|cades-attached|xades|pades|jades B|T P12 PASSPHRASE TSA IN OUT     ->  ok
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.enumerations.JWSSerializationType;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.jades.JAdESSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESService;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.service.tsp.OnlineTSPSource;
import eu.europa.esig.dss.signature.DocumentSignatureService;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore.PasswordProtection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;

public final class Driver {
  public static void main(String[] arguments) throws Exception {
    BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = jobs.readLine(); line != null; line = jobs.readLine()) {
      String[] words = line.split("\t", -1);
      String answer;
      try {
        answer = switch (words[0]) {
          case "sign" -> sign(words);
          case "measure" -> measure(words);
          default -> validate(words);
        };
      } catch (Exception | Error problem) {
        answer = "error " + problem.getClass().getSimpleName() + ": " + problem.getMessage();
      }
      System.out.println(answer.replace('\n', ' '));
    }
  }

  private static String validate(String[] words) {
    CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    trusted.addCertificate(DSSUtils.loadCertificate(new File(words[3])));
    CommonCertificateSource others = new CommonCertificateSource();
    for (String file : words[4].split(",")) others.addCertificate(DSSUtils.loadCertificate(new File(file)));
    CommonCertificateVerifier verifier = new CommonCertificateVerifier();
    verifier.setTrustedCertSources(trusted);
    verifier.setAdjunctCertSources(others);
    List<DSSDocument> lists = new ArrayList<>();
    for (String file : words[5].split(",")) lists.add(new FileDocument(file));
    verifier.setCrlSource(new ExternalResourcesCRLSource(lists.toArray(new DSSDocument[0])));
    SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(words[1]));
    validator.setCertificateVerifier(verifier);
    if (!words[2].equals("-")) validator.setDetachedContents(List.of(new FileDocument(words[2])));
    SimpleReport report = validator.validateDocument().getSimpleReport();
    StringBuilder out = new StringBuilder();
    for (String id : report.getSignatureIdList())
      out.append(report.getSignatureFormat(id)).append(' ').append(report.getIndication(id)).append(' ').append(report.getSubIndication(id)).append("; ");
    return out.length() == 0 ? "no signature" : out.toString();
  }

  // The median of the second half of the rounds: everything but the first reading of classes and anchors is in it.
  private static String measure(String[] words) throws Exception {
    byte[] document = Files.readAllBytes(Path.of(words[1]));
    CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    trusted.addCertificate(DSSUtils.loadCertificate(new File(words[2])));
    CommonCertificateVerifier verifier = new CommonCertificateVerifier();
    verifier.setTrustedCertSources(trusted);
    int rounds = Integer.parseInt(words[4]);
    List<Long> times = new ArrayList<>();
    for (int round = 0; round < rounds; ++round) {
      long start = System.nanoTime();
      SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new InMemoryDocument(document));
      validator.setCertificateVerifier(verifier);
      validator.setValidationTime(Date.from(Instant.parse(words[3])));
      SimpleReport report = validator.validateDocument().getSimpleReport();
      long nanoseconds = System.nanoTime() - start;
      if (report.getIndication(report.getFirstSignatureId()) != Indication.TOTAL_PASSED)
        return "error " + report.getIndication(report.getFirstSignatureId()) + " " + report.getSubIndication(report.getFirstSignatureId());
      if (round >= rounds / 2) times.add(nanoseconds / 1000);
    }
    Collections.sort(times);
    return String.valueOf(times.get(times.size() / 2));
  }

  private static String sign(String[] words) throws Exception {
    boolean stamped = words[2].equals("T");
    CommonCertificateVerifier verifier = new CommonCertificateVerifier();
    switch (words[1]) {
      case "cades", "cades-attached" -> {
        CAdESSignatureParameters p = new CAdESSignatureParameters();
        p.setSignatureLevel(stamped ? SignatureLevel.CAdES_BASELINE_T : SignatureLevel.CAdES_BASELINE_B);
        p.setSignaturePackaging(words[1].equals("cades") ? SignaturePackaging.DETACHED : SignaturePackaging.ENVELOPING);
        return finish(new CAdESService(verifier), p, words);
      }
      case "xades" -> {
        XAdESSignatureParameters p = new XAdESSignatureParameters();
        p.setSignatureLevel(stamped ? SignatureLevel.XAdES_BASELINE_T : SignatureLevel.XAdES_BASELINE_B);
        p.setSignaturePackaging(SignaturePackaging.ENVELOPED);
        return finish(new XAdESService(verifier), p, words);
      }
      case "pades" -> {
        PAdESSignatureParameters p = new PAdESSignatureParameters();
        p.setSignatureLevel(stamped ? SignatureLevel.PAdES_BASELINE_T : SignatureLevel.PAdES_BASELINE_B);
        return finish(new PAdESService(verifier), p, words);
      }
      case "jades" -> {
        JAdESSignatureParameters p = new JAdESSignatureParameters();
        p.setSignatureLevel(stamped ? SignatureLevel.JAdES_BASELINE_T : SignatureLevel.JAdES_BASELINE_B);
        p.setSignaturePackaging(SignaturePackaging.ENVELOPING);
        p.setJwsSerializationType(JWSSerializationType.FLATTENED_JSON_SERIALIZATION);
        return finish(new JAdESService(verifier), p, words);
      }
      default -> throw new IllegalArgumentException(words[1]);
    }
  }

  private static <P extends AbstractSignatureParameters<?>> String finish(
      DocumentSignatureService<P, ?> service, P parameters, String[] words) throws Exception {
    if (words[2].equals("T")) service.setTspSource(new OnlineTSPSource(words[5]));
    try (Pkcs12SignatureToken token = new Pkcs12SignatureToken(new File(words[3]), new PasswordProtection(words[4].toCharArray()))) {
      DSSPrivateKeyEntry key = token.getKeys().get(0);
      parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
      parameters.setSigningCertificate(key.getCertificate());
      parameters.setCertificateChain(key.getCertificateChain());
      DSSDocument document = new FileDocument(words[6]);
      ToBeSigned octets = service.getDataToSign(document, parameters);
      SignatureValue value = token.sign(octets, parameters.getDigestAlgorithm(), key);
      service.signDocument(document, parameters, value).save(words[7]);
    }
    return "ok";
  }
}

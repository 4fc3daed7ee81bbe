// The table of states for tests/interop/states.py: TABLE DATA FOLDER MOHR. Makes everybody and every document of the table, by DSS and by mohr, asks DSS about
// them, and prints one line of JSON for each document: where it and the evidence lie, the time of judgement, what DSS says.
package states;

import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jose4j.json.JsonUtil;

public final class Main {
  private record State(String id, List<Words> lines) {}

  private final World world;
  private final Stamps stamps;
  private final Path data, folder, mohr;
  private final PrintStream out;
  private final Map<String, DSSDocument> signedByMohr = new HashMap<>();

  private Main(Path data, Path folder, Path mohr, PrintStream out) throws Exception {
    this.data = data;
    this.folder = folder;
    this.mohr = mohr;
    this.out = out;
    world = new World(folder);
    stamps = new Stamps(world);
  }

  public static void main(String[] arguments) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, "UTF-8");
    Main main = new Main(Path.of(arguments[1]), Path.of(arguments[2]), Path.of(arguments[3]), out);
    List<State> states = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      if (line.isBlank() || line.startsWith("#")) continue;
      Words words = new Words(line);
      switch (words.at(0)) {
        case "certificate" -> main.world.issue(words);
        case "state" -> states.add(new State(words.at(1), new ArrayList<>()));
        default -> states.get(states.size() - 1).lines.add(words);
      }
    }
    for (int i = 0; i < states.size(); ++i) main.play(states.get(i), Letter.FORMATS.get(i % Letter.FORMATS.size()));
    main.stamps.close();
  }

  /** mohr makes it in one format only, in turn: the others would be the same documents over and over. */
  private void play(State state, String formatOfMohr) {
    for (String format : Letter.FORMATS) {
      Words only = find(state, "only");
      if (only != null && !only.has(format)) continue;
      play(state, format, false);
      if (format.equals(formatOfMohr) && state.lines.stream().allMatch(Main::canBeMadeByMohr)) play(state, format, true);
    }
  }

  private static boolean canBeMadeByMohr(Words line) {
    return switch (line.at(0)) {
      case "sign" -> !line.has("value-changed") && !line.has("bound-to-another") && !line.has("content-stamp") && !line.has("alone") && !line.has("plain");
      case "stamp" -> !line.has("forged") && !line.has("of-other-data");
      case "counter", "keep", "refer", "keep-referred", "archive", "detached" -> false;
      default -> true;
    };
  }

  private static Words find(State state, String verb) {
    return state.lines.stream().filter(line -> line.at(0).equals(verb)).findFirst().orElse(null);
  }

  private void play(State state, String format, boolean byMohr) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("state", state.id);
    row.put("format", format);
    row.put("maker", byMohr ? "mohr" : "DSS");
    try {
      Evidence evidence = new Evidence(world);
      Letter letter = new Letter(format, find(state, "detached") != null, data, world, evidence, stamps);
      for (int i = 0; i < state.lines.size(); ++i) {
        Words line = state.lines.get(i), next = i + 1 < state.lines.size() ? state.lines.get(i + 1) : line;
        Words stamp = line.at(0).equals("sign") && next.at(0).equals("stamp") ? next : null;
        if (stamp != null) ++i;
        if (byMohr && line.at(0).equals("sign")) {
          String declined = letter.signByMohr(mohr, line, stamp, folder, signedByMohr);
          if (declined != null) {
            row.put("declined", declined);
            break;
          }
        } else step(letter, evidence, line, stamp);
        if (line.at(0).equals("judge")) judge(row, letter, evidence, line);
      }
    } catch (Exception | Error problem) {
      row.put("error", problem.getClass().getSimpleName() + ": " + problem.getMessage());
      if (System.getenv("STATES_TRACE") != null) problem.printStackTrace();
    }
    out.println(JsonUtil.toJson(row));
  }

  private static void step(Letter letter, Evidence evidence, Words line, Words stamp) throws Exception {
    switch (line.at(0)) {
      case "sign" -> letter.sign(line, stamp);
      case "counter" -> letter.counter(line);
      case "stamp" -> letter.extend("T", line);
      case "keep" -> {
        letter.extend("LT", null);
        evidence.forget();
      }
      case "refer" -> letter.extend("X", line);
      case "keep-referred" -> {
        letter.extend("XL", null);
        evidence.forget();
      }
      case "archive" -> {
        letter.extend("LTA", line);
        evidence.forget();
      }
      case "change" -> letter.change();
      case "list" -> evidence.list(line);
      case "lists" -> {
        for (String ca : line.after("of", "root,issuing,stamping").split(",")) evidence.list(line.insert(ca));
      }
      case "answer" -> evidence.answer(line);
      case "judge", "only", "detached" -> { }
      default -> throw new IllegalArgumentException("what is " + line.at(0) + "?");
    }
  }

  private void judge(Map<String, Object> row, Letter letter, Evidence evidence, Words line) throws Exception {
    String name = row.get("state") + "-" + row.get("format") + "-" + row.get("maker");
    Path file = folder.resolve(name + "." + letter.suffix());
    letter.save(file);
    row.put("file", file.toString());
    row.put("at", line.date(1).toInstant().toString());
    row.put("content", letter.content().isEmpty() || line.has("without-content") ? null : letter.source().toString());
    row.put("lists", files(evidence.lists, name, ".crl"));
    row.put("answers", files(evidence.answers, name, ".ocsp"));
    SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new InMemoryDocument(Files.readAllBytes(file), file.getFileName().toString()));
    validator.setCertificateVerifier(Letter.verifier(world, evidence));
    validator.setValidationTime(line.date(1));
    validator.setEnableEtsiValidationReport(false);
    if (row.get("content") != null) validator.setDetachedContents(letter.content());
    Reports reports = validator.validateDocument();
    row.put("signatures", signatures(reports.getSimpleReport(), reports.getDiagnosticData()));
  }

  private List<String> files(Map<String, byte[]> octets, String name, String suffix) throws Exception {
    List<String> files = new ArrayList<>();
    for (var entry : octets.entrySet()) {
      Path file = folder.resolve(name + "-" + entry.getKey().replace(':', '.') + suffix);
      Files.write(file, entry.getValue());
      files.add(file.toString());
    }
    return files;
  }

  private static List<Object> signatures(SimpleReport simple, DiagnosticData data) {
    List<Object> signatures = new ArrayList<>();
    for (SignatureWrapper signature : data.getSignatures()) {
      String id = signature.getId();
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("level", String.valueOf(signature.getSignatureFormat()).replaceAll(".*-", ""));
      row.put("signer", signature.getSigningCertificate() == null ? null : signature.getSigningCertificate().getCommonName());
      row.put("indication", String.valueOf(simple.getIndication(id)));
      row.put("sub_indication", simple.getSubIndication(id) == null ? "" : simple.getSubIndication(id).name());
      List<String> errors = new ArrayList<>();
      for (Message message : simple.getAdESValidationErrors(id)) errors.add(message.getKey());
      row.put("errors", errors);
      signatures.add(row);
    }
    return signatures;
  }
}

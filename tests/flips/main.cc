// Flips bits of signed documents and judges each: what is still accepted must say the same content, signer, times and covered ranges, and
// differ only in what nobody signed (docs/flips.md). One bit of each octet; with MOHR_LONG=1 every bit.
//   flips_test                                                       documents made here, in four formats, with and without time-stamp
//   flips_test --trust PATH --at TIME [--policy NAME] [--crl FILE]... [--content FILE] FILE...   others' documents
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

#include "format/facts_json.h"
#include "pki/core/time.h"
#include "pki/evidence_file.h"
#include "sign/signer.h"
#include "tests/support/issuing.h"
#include "tests/support/pdf_maker.h"
#include "verify/verifier.h"

namespace mohr::test {
namespace {

[[noreturn]] void stop(const std::string& what) {
  std::fprintf(stderr, "flips_test: %s\n", what.c_str());
  std::exit(64);
}
template <class T>
T must(Result<T> result, const std::string& what) {
  if (!result) stop(what + ": " + render(result.error(), Language::en));
  return *std::move(result);
}

struct Document {
  std::string name;
  Bytes octets;
  std::optional<Bytes> content;  // of a detached signature
};

// What people rely on, as one text. The proven time and what is not covered stand apart: a time-stamp that breaks can be lost, and its
// place is something unsigned then.
struct Said {
  std::string fixed, proven;
  std::set<std::string> uncovered;
};
Said said(const verify::Verdict& verdict) {
  Said out;
  for (std::size_t i = 0; i < verdict.signatures.size(); ++i) {
    const format::Signature& facts = verdict.document.signatures[i];
    const verify::SignatureVerdict& judged = verdict.signatures[i];
    if (facts.countersigns) continue;  // speaks for itself only
    out.fixed += facts.signer ? hex(facts.signer->fingerprint().view()) : "nobody";
    for (const format::Reference& reference : facts.references)
      out.fixed += "|" + std::string(crypto::digest_name(reference.digest)) + hex(reference.expected);
    out.fixed += "|" + (facts.claimed_time ? iso8601(*facts.claimed_time) : "") + "|" + hex(facts.signed_octets);
    for (const format::Uncovered& part : facts.uncovered)
      out.uncovered.insert(std::to_string(i) + part.place + " " + part.kind + " " + std::to_string(part.octets));
    out.fixed += "\n";
    if (judged.best_signature_time) out.proven += iso8601(*judged.best_signature_time);
    if (judged.signed_after) out.proven += ">" + iso8601(*judged.signed_after);
    out.proven += "\n";
  }
  return out;
}

// What nobody signed: it can be taken away, so it can be broken as well.
bool is_unsigned(std::string_view member) {
  constexpr std::array<std::string_view, 6> kUnsigned = {"certificates", "crls", "ocsp_responses", "timestamps", "uncovered", "findings"};
  return std::find(kUnsigned.begin(), kUnsigned.end(), member) != kUnsigned.end();
}

// Which of the recorded facts differ.
std::set<std::string> differences(const format::SignedDocument& before, const format::SignedDocument& after) {
  const auto members = [](const format::SignedDocument& facts) {
    std::map<std::string, std::string> out;
    const json::Value record = format::record_of(facts);
    const json::Value* signatures = record.member("signatures");
    for (const json::Value& signature : *signatures->array())
      for (const auto& [name, value] : *signature.object()) out[name] += json::write(value) + "\n";
    return out;
  };
  const auto old = members(before), now = members(after);
  std::set<std::string> differ;
  for (const auto& [name, value] : now) {
    const auto other = old.find(name);
    if (other == old.end() || other->second != value) differ.insert(name);
  }
  for (const auto& [name, value] : old)
    if (!now.contains(name)) differ.insert(name);
  return differ;
}

// As docs/flips.md names it.
std::string class_of(const std::set<std::string>& differ, bool time_lost) {
  std::string name;
  for (const std::string& member : differ) name += (name.empty() ? "" : "+") + member;
  return (name.empty() ? "writing" : name) + (time_lost ? ", time lost" : "");
}

class Flipping {
 public:
  Flipping(const verify::Verifier& verifier, const pki::Evidence& evidence, Instant now) : verifier_(verifier), evidence_(evidence) {
    question_.now = now;
    question_.time_was_given = true;
    const char* all = std::getenv("MOHR_LONG");
    every_bit_ = all != nullptr && std::string_view(all) == "1";
  }
  // Returns whether every survivor is as it must be.
  bool run(const Document& document) {
    const verify::Verdict whole = must(judge(document.octets, document), document.name);
    if (whole.outcome != verify::Outcome::accept) stop(document.name + " is not accepted as it is");
    const Said before = said(whole);
    std::map<std::string, std::size_t> classes;
    std::size_t flips = 0, wrong = 0;
    Bytes octets = document.octets;
    for (std::size_t at = 0; at < octets.size(); ++at) {
      for (unsigned bit = every_bit_ ? 0 : static_cast<unsigned>(at * 5 + at / 7) % 8; bit < 8; bit = every_bit_ ? bit + 1 : 8) {
        octets[at] ^= static_cast<Byte>(1U << bit);
        ++flips;
        const auto verdict = judge(octets, document);
        if (verdict && verdict->outcome == verify::Outcome::accept) {
          const Said after = said(*verdict);
          const std::set<std::string> differ = differences(whole.document, verdict->document);
          const bool lost = after.proven != before.proven;
          const bool same = after.fixed == before.fixed && covers_no_more(after, before) && (!lost || is_lost(*verdict, whole));
          const std::string name = class_of(differ, lost);
          ++classes[name];
          if ((!same || !std::all_of(differ.begin(), differ.end(), is_unsigned)) && ++wrong <= 5)
            std::printf("  octet %zu, bit %u: %s%s\n", at, bit, name.c_str(), same ? "" : ", and it says something else");
        }
        octets[at] ^= static_cast<Byte>(1U << bit);
      }
    }
    std::printf("%s: %zu octets, %zu flips, %zu wrong;", document.name.c_str(), octets.size(), flips, wrong);
    for (const auto& [name, count] : classes) std::printf(" %s %zu;", name.c_str(), count);
    std::printf("\n");
    return wrong == 0;
  }

 private:
  Result<verify::Verdict> judge(ByteView octets, const Document& document) const {
    const MemorySource source(octets), content(document.content ? ByteView(*document.content) : ByteView());
    return verifier_.verify(source, document.content ? &content : nullptr, evidence_, question_, nullptr);
  }
  static bool covers_no_more(const Said& after, const Said& before) {
    return std::includes(after.uncovered.begin(), after.uncovered.end(), before.uncovered.begin(), before.uncovered.end());
  }
  // No time is proven instead but a later one, by another time-stamp, and a warning says so.
  static bool is_lost(const verify::Verdict& verdict, const verify::Verdict& before) {
    for (std::size_t i = 0; i < verdict.signatures.size(); ++i) {
      const verify::SignatureVerdict& one = verdict.signatures[i];
      if (one.warnings.empty() || one.signed_after > before.signatures[i].signed_after) return false;
      const std::optional<Instant>& proven = before.signatures[i].best_signature_time;
      if (one.best_signature_time && (!proven || *one.best_signature_time < *proven)) return false;
    }
    return true;
  }

  const verify::Verifier& verifier_;
  const pki::Evidence& evidence_;
  verify::Question question_;
  bool every_bit_ = false;
};

// An authority, a signer and a time-stamp authority under it, and its list.
struct World {
  Party root = make_party(crypto::NewKey::p256,
                          {.name = "Root", .key_usage = pki::kKeyCertSign | pki::kCrlSign, .extended_key_usages = {}, .ca = true});
  Party signer = make_party(crypto::NewKey::p256, {.name = "Officer [Sign]", .extended_key_usages = {}}, &root);
  Party tsa = make_party(
      crypto::NewKey::p256,
      {.name = "TSA", .key_usage = pki::kDigitalSignature, .extended_key_usages = {asn1::Oid::kp_time_stamping}, .critical = true}, &root);
  pki::Evidence evidence;

  World() {
    Budget budget;
    const Bytes list = must(
        pki::issue_crl({}, 1, kNow - kHour, kNow + kDay, *root.key, *root.certificate, crypto::preferred_algorithm(root.key->public_key())),
        "list");
    evidence.add(must(pki::Crl::parse(list, budget), "list"), pki::Origin::given);
  }
  [[nodiscard]] Document sign(const std::string& name, format::Format format, sign::Packaging packaging, const std::string& content,
                              bool stamped) const {
    sign::Request request;
    request.format = format;
    request.packaging = packaging;
    request.level = stamped ? sign::Level::t : sign::Level::b;
    request.now = kNow;
    request.key = signer.key.get();
    request.certificate = signer.certificate;
    request.identity.tracking_id = "T-1";
    if (stamped) request.stamp = [this](ByteView octets) -> Result<Bytes> { return timestamp_token(tsa, octets); };
    Budget budget;
    Document document{name + (stamped ? " T" : " B"), must(sign::sign_bytes(as_bytes(content), request, budget), name), std::nullopt};
    if (packaging == sign::Packaging::detached) document.content = to_bytes(as_bytes(content));
    return document;
  }
};

int flip_own() {
  using format::Format;
  using sign::Packaging;
  const World world;
  pki::Trust trust;
  if (!trust.add_anchor({world.root.certificate, true, true, "test"})) stop("anchor");
  verify::Options options;
  options.opinions = 1;
  const verify::Verifier verifier(std::move(trust), options);
  Flipping flipping(verifier, world.evidence, kNow + kMinute);
  const std::string xml = "<?xml version=\"1.0\"?>\n<letter xmlns=\"urn:example\">\n  <amount unit=\"IRR\">12500</amount>\n</letter>\n";
  const std::string json = "{\"amount\": 12500}", text = "pay 12500";
  bool good = true;
  for (const bool stamped : {false, true}) {
    good &= flipping.run(world.sign("CAdES attached", Format::cades, Packaging::attached, text, stamped));
    good &= flipping.run(world.sign("CAdES detached", Format::cades, Packaging::detached, text, stamped));
    good &= flipping.run(world.sign("JAdES compact", Format::jades, Packaging::compact, json, false));
    good &= flipping.run(world.sign("JAdES flattened", Format::jades, Packaging::flattened, json, stamped));
    good &= flipping.run(world.sign("XAdES", Format::xades, Packaging::enveloped, xml, stamped));
    good &= flipping.run(world.sign("PAdES", Format::pades, Packaging::by_format, make_pdf(pdf_objects()), stamped));
  }
  return good ? 0 : 1;
}

int flip_files(int argc, char** argv) {
  pki::Trust trust;
  verify::Options options;
  options.opinions = 1;
  pki::EvidenceFiles given;
  std::optional<Bytes> content;
  Instant now;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("--")) {
      files.push_back(word);
      continue;
    }
    if (i + 1 == argc) stop(word + " needs a value");
    const std::string value = argv[++i];
    if (word == "--trust") {
      if (auto loaded = trust.load(value); !loaded) stop(render(loaded.error(), Language::en));
    } else if (word == "--at") {
      const auto time = from_iso8601(value);
      if (!time) stop("--at " + value);
      now = *time;
    } else if (word == "--policy") {
      options.policy = verify::Policy::built_in(value);
      if (!options.policy) stop("--policy " + value);
    } else if (word == "--crl") {
      given.crls.push_back(value);
    } else if (word == "--content") {
      content = must(read_file(value, 1 << 24), value);
    } else {
      stop("unknown option " + word);
    }
  }
  Budget budget;
  const pki::Evidence evidence = must(pki::evidence_from(given, budget), "evidence");
  const verify::Verifier verifier(std::move(trust), options);
  Flipping flipping(verifier, evidence, now);
  bool good = true;
  for (const std::string& file : files) good &= flipping.run({file, must(read_file(file, 1 << 24), file), content});
  return good ? 0 : 1;
}

}  // namespace
}  // namespace mohr::test

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  return argc > 1 ? mohr::test::flip_files(argc, argv) : mohr::test::flip_own();
}

// Signatures with long-term data (CAdES B-LT): certificates, a list and OCSP answers inside, under time-stamps; verified and judged.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "bench/material.h"
#include "bench/rows.h"
#include "bench/timing.h"
#include "pki/asn1/der_writer.h"
#include "pki/issue.h"
#include "verify/evaluation.h"

namespace mohr::bench {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kPayload = 2048;
constexpr Instant kStamped{kNow.seconds + kMinute};
constexpr Instant kChecked{kNow.seconds + kHour};

// A raw verification that the document needs, with everything at hand.
struct Raw {
  std::shared_ptr<const crypto::PublicKey> key;
  crypto::SignatureAlgorithm algorithm;
  Bytes octets, value;
  void verify() const {
    if (key->verify(algorithm, octets, value) != crypto::SignatureCheck::good) stop("a raw verification failed");
  }
};

Raw raw_of(const pki::Certificate& signer, const pki::SignerInfo& info) {
  return {must(signer.key(), "key"), info.signature_algorithm, info.signed_octets, to_bytes(info.signature)};
}
Raw raw_of(const pki::Certificate& issuer, const pki::Certificate& certificate) {
  return {must(issuer.key(), "key"), certificate.signature_algorithm(), to_bytes(certificate.tbs()), to_bytes(certificate.signature())};
}
Raw raw_of(const pki::Certificate& issuer, const pki::Crl& crl) {
  return {must(issuer.key(), "key"), crl.signature_algorithm(), to_bytes(crl.tbs()), to_bytes(crl.signature())};
}
Raw raw_of(const pki::Certificate& responder, const pki::OcspResponse& answer) {
  return {must(responder.key(), "key"), answer.signature_algorithm(), to_bytes(answer.tbs()), to_bytes(answer.signature())};
}

// Everything about one kind of key; lives until the program ends.
struct LongTerm {
  Chain chain;
  Authority tsa, responder;
  Bytes payload, message;  // the message holds all but the root
  Raw signature, stamp, answer;
  std::vector<Raw> chains;  // what is verified besides, when nothing is cached
  std::unique_ptr<verify::Verifier> warm, cold;
};

pki::OcspResponsePtr make_answer(const LongTerm& l, const pki::Certificate& about) {
  const Bytes question = pki::write_ocsp_request(about, *l.chain.ca, {});
  pki::OcspAnswer answer;
  answer.id = must(pki::parse_ocsp_request(question), "OCSP question").ids.front();
  answer.status = pki::OcspStatus::good;
  const Bytes der =
      must(pki::issue_ocsp_response({&answer, 1}, {}, kNow + 2 * kMinute, kNow + kDay, *l.responder.key, l.responder.certificate),
           "OCSP answer");
  Budget budget;
  return must(pki::OcspResponse::parse(der, budget), "OCSP answer");
}

ByteView basic_of(const pki::OcspResponse& answer) {
  asn1::Reader whole = must(asn1::single(answer.der(), asn1::kSequence), "OCSP answer");
  must(whole.next(asn1::kEnumerated), "OCSP status");
  asn1::Reader bytes = must(must(whole.enter(asn1::context(0)), "OCSP answer").enter(asn1::kSequence), "OCSP answer");
  must(bytes.oid(), "OCSP answer");
  return must(bytes.octet_string(), "OCSP answer");
}

// EN 319 122-1 A.1.1: certificate-values and revocation-values.
Bytes certificate_values(const LongTerm& l) {
  Bytes all;
  for (const auto& certificate : {l.chain.ca, l.tsa.certificate, l.responder.certificate}) append(all, certificate->der());
  return pki::write_attribute(asn1::dotted(asn1::Oid::certificate_values), asn1::element(asn1::kSequence, all));
}
Bytes revocation_values(const pki::Crl& crl, std::span<const pki::OcspResponsePtr> answers) {
  Bytes basic;
  for (const pki::OcspResponsePtr& answer : answers) append(basic, basic_of(*answer));
  const Bytes lists = asn1::element(asn1::context(0), asn1::element(asn1::kSequence, crl.der()));
  const Bytes responses = asn1::element(asn1::context(1), asn1::element(asn1::kSequence, basic));
  return pki::write_attribute(asn1::dotted(asn1::Oid::revocation_values), asn1::sequence({lists, responses}));
}

void write_message(LongTerm& l, int stamps) {
  Budget budget;
  const Bytes plain =
      must(sign::sign_bytes(l.payload, request_of(l.chain, format::Format::cades, sign::Packaging::attached), budget), "CMS");
  const pki::SignedData cms = must(pki::parse_signed_data(ByteView(plain), budget), "CMS");
  const pki::SignerInfo& signer = cms.signers.front();
  l.signature = raw_of(*l.chain.certificate, signer);
  pki::SignedDataParts parts;
  parts.content = l.payload;
  parts.signer = l.chain.certificate.get();
  parts.certificates = {l.chain.certificate};
  parts.digest = signer.digest;
  parts.algorithm = signer.signature_algorithm;
  parts.signed_attributes = signer.signed_octets;
  parts.signature = signer.signature;
  for (int i = 0; i < stamps; ++i) {
    const Bytes token = token_over(signer.signature, l.tsa, kStamped);
    const auto read = must(pki::parse_timestamp_token(token, budget), "token");
    l.stamp = raw_of(*l.tsa.certificate, read.cms.signers.front());
    parts.unsigned_attributes.push_back(pki::write_attribute(asn1::dotted(asn1::Oid::signature_time_stamp), token));
  }
  const std::array answers = {make_answer(l, *l.chain.certificate), make_answer(l, *l.tsa.certificate)};
  l.answer = raw_of(*l.responder.certificate, *answers[0]);
  parts.unsigned_attributes.push_back(certificate_values(l));
  parts.unsigned_attributes.push_back(revocation_values(*l.chain.root_crl, answers));
  l.message = pki::write_signed_data(parts);
  l.chains = {raw_of(*l.chain.ca, *l.chain.certificate),     raw_of(*l.chain.root, *l.chain.ca),
              raw_of(*l.chain.ca, *l.tsa.certificate),       raw_of(*l.chain.root, *l.chain.root_crl),
              raw_of(*l.chain.ca, *l.responder.certificate), raw_of(*l.responder.certificate, *answers[1])};
}

LongTerm* make_long_term(crypto::NewKey kind, int stamps) {
  auto* l = new LongTerm;  // NOLINT: kept until the program ends
  l->chain = make_chain(kind);
  l->tsa = make_authority(kind, "Bench TSA", asn1::Oid::kp_time_stamping, &l->chain);
  l->responder = make_authority(kind, "Bench OCSP", asn1::Oid::kp_ocsp_signing, &l->chain);
  l->payload = crypto::random_bytes(kPayload);
  write_message(*l, stamps);
  l->warm = verifier_of(l->chain, true, true);
  l->cold = verifier_of(l->chain, true, false);
  return l;
}

void verify_with(const verify::Verifier& verifier, const LongTerm& l) {
  verify::Question question;
  question.now = kChecked;
  const auto verdict = verifier.verify(MemorySource(l.message), nullptr, {}, question, nullptr);
  if (!verdict || verdict->outcome != verify::Outcome::accept) stop("a message that must be accepted was not");
  if (verdict->signatures.front().best_signature_time != kStamped) stop("the time-stamp does not decide");
}

void raw_warm(const LongTerm& l) {
  crypto::sha256(l.payload);
  crypto::sha256(l.signature.value);
  l.signature.verify();
  l.stamp.verify();
  l.answer.verify();
}
void raw_cold(const LongTerm& l) {
  raw_warm(l);
  for (const Raw& one : l.chains) one.verify();
}

// What judging costs beside the raw operations: both timed in turn, the difference of their medians.
Row judgement_row() {
  const LongTerm* l = make_long_term(crypto::NewKey::rsa2048, 2);
  Budget budget;
  pki::CertificateMemory memory;
  const format::SignedDocument facts = must(format::read(MemorySource(l->message), nullptr, budget, &memory), "CMS");
  const format::Signature& signature = facts.signatures.front();
  pki::Evidence evidence;
  for (const auto& certificate : signature.certificates) evidence.add(certificate, pki::Origin::document);
  for (const auto& crl : signature.crls) evidence.add(crl, pki::Origin::document);
  for (const auto& answer : signature.ocsp_responses) evidence.add(answer, pki::Origin::document);
  verify::PathCache cache;
  verify::Question question;
  question.now = kChecked;
  const verify::Options& options = l->warm->options();
  std::vector<double> whole, raw;
  for (int round = 0; round < 4000; ++round) {
    whole.push_back(us([&] {
      Budget own;
      const verify::Grounds grounds{evidence, l->warm->trust(), own, &cache, l->warm->trust().identity()};
      const auto verdicts = must(verify::evaluate(facts, {question, options, grounds}), "judgement");
      if (verdicts.front().outcome != verify::Outcome::accept || verdicts.front().timestamps.size() != 2) stop("judged otherwise");
    }));
    raw.push_back(us([&] {
      l->signature.verify();
      l->stamp.verify();
      l->stamp.verify();
    }));
  }
  Row row{"judge_blt_two_timestamps",
          "B-LT with two time-stamps judged from facts in memory, paths cached, without its raw operations",
          "those raw operations: three verifications",
          0,
          {},
          {}};
  row.value_us = median(whole) - median(raw);
  row.reference_us = median(raw);
  row.most_us = 15;
  row.measured = true;
  return row;
}

// The message and its root as files, for other programs.
class Files {
 public:
  explicit Files(const LongTerm& l) {
    std::string folder = (fs::temp_directory_path() / "mohr-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) stop("no temporary folder");
    folder_ = folder;
    write(message(), l.message);
    write(root(), as_bytes(pki::pem(*l.chain.root)));
  }
  ~Files() { fs::remove_all(folder_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  [[nodiscard]] std::string message() const { return folder_ + "/long.p7m"; }
  [[nodiscard]] std::string root() const { return folder_ + "/root.pem"; }

 private:
  static void write(const std::string& path, ByteView octets) {
    NewFile file = must(NewFile::create(path, true), path);
    if (!file.write(octets) || !file.commit()) stop("cannot write " + path);
  }
  std::string folder_;
};

// One line of a peer that measures itself; nothing when it is not there or refuses.
std::optional<double> peer_says(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> out(::popen(command.c_str(), "r"), &::pclose);
  std::array<char, 200> line{};
  if (!out || std::fgets(line.data(), line.size(), out.get()) == nullptr) return std::nullopt;
  const double us = std::atof(line.data());
  if (us > 0) return us;
  std::fprintf(stderr, "bench: a peer says %s", line.data());
  return std::nullopt;
}

// EU DSS and pyHanko on the same message, where tests/interop/install brought them.
void add_peers(const LongTerm& l, std::vector<Row>& rows) {
  const std::string home = MOHR_SOURCE_DIR, cache = home + "/.cache/interop";
  const Files files(l);
  const auto add = [&](const char* id, const char* what, const std::string& command) {
    const auto theirs = peer_says(command);
    if (!theirs) return;
    Row row{id, what, "mohr, the same message, nothing cached", 0, {}, {}};
    row.value_us = *theirs;
    row.measured = true;
    std::vector<double> ours;
    for (int round = 0; round < 201; ++round) ours.push_back(us([&] { verify_with(*l.cold, l); }));
    row.reference_us = median(std::move(ours));
    rows.push_back(std::move(row));
  };
  const std::string jar = cache + "/dss/target/interop-dss.jar";
  if (fs::exists(jar))
    add("dss_verify_blt_rsa2048", "EU DSS, warm machine",
        "printf 'measure\\t" + files.message() + "\\t" + files.root() + "\\t" + iso8601(kChecked) + "\\t600\\n' | java -cp '" + jar + ":" +
            cache + "/dss/target/lib/*' Driver 2>/dev/null");
  const std::string python = cache + "/python/bin/python";
  if (fs::exists(cache + "/python/ready"))
    add("pyhanko_verify_blt_rsa2048", "pyHanko, warm process",
        "'" + python + "' '" + home + "/tests/interop/peer.py' measure " + files.message() + ' ' + files.root() + ' ' + iso8601(kChecked) +
            " 200 2>&1 | tail -1");
}

Row process_row(const std::string& mohr, const LongTerm& l) {
  const Files files(l);
  std::vector<double> ours, reference;
  const std::vector<std::string> verify = {mohr,   "verify",          files.message(), "--trust",    files.root(),
                                           "--at", iso8601(kChecked), "--offline",     "--opinions", "1"};
  for (int round = 0; round < 41; ++round) {  // interleaved; medians
    reference.push_back(run_process({"openssl", "version"}, 0).us);
    ours.push_back(run_process(verify, 0).us);
  }
  Row row{"process_verify_blt", "mohr verify --offline of a CAdES B-LT, a whole process", "openssl version, a whole process", 2.5, {}, {}};
  row.value_us = median(ours);
  row.reference_us = median(reference);
  row.measured = true;
  return row;
}

}  // namespace

std::vector<Row> long_term_rows(const std::string& mohr) {
  const LongTerm* rsa = make_long_term(crypto::NewKey::rsa2048, 1);
  const LongTerm* p256 = make_long_term(crypto::NewKey::p256, 1);
  std::vector<Row> rows;
  const char* what = "CAdES B-LT: time-stamp, list and OCSP answers inside; paths cached";
  const char* raw = "its raw operations (signature, time-stamp, OCSP) and digests";
  rows.push_back({"verify_blt_warm_rsa2048", what, raw, 1.6, [rsa] { verify_with(*rsa->warm, *rsa); }, [rsa] { raw_warm(*rsa); }});
  rows.push_back({"verify_blt_warm_p256", what, raw, 1.3, [p256] { verify_with(*p256->warm, *p256); }, [p256] { raw_warm(*p256); }});
  rows.push_back({"verify_blt_cold_rsa2048", "the same, nothing cached", "the same with every chain's raw operations", 3,
                  [rsa] { verify_with(*rsa->cold, *rsa); }, [rsa] { raw_cold(*rsa); }});
  rows.push_back(judgement_row());
  rows.push_back(process_row(mohr, *p256));
  add_peers(*rsa, rows);
  return rows;
}

}  // namespace mohr::bench

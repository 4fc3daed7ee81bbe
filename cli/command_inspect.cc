// mohr inspect: the facts as JSON, no judgement.
#include "cli/command.h"
#include "cli/facts.h"
#include "cli/setting.h"
#include "format/reader.h"
#include "pki/asn1/pem.h"

namespace mohr::cli {
namespace {

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows =
      with_usual_options({{"content", "FILE", "the signed document, when the signature is a file of its own"}});
  return rows;
}

Result<json::Value> inspect(const Arguments& arguments) {
  if (arguments.files().size() != 1) return errors::usage_invalid(Code{"which file? mohr inspect FILE"});
  const std::string& path = arguments.files().front();
  MOHR_TRY(const auto document, FileSource::open(path));
  MOHR_TRY(const auto content, content_from(arguments, *document));
  Budget budget;
  json::Value facts;
  facts.add("version", 1).add("file", path);
  MOHR_TRY(const format::Kind kind, format::detect(*document));
  const auto octets = [&] { return read_all(*document, budget.limit(Limit::memory_bytes)); };
  switch (kind) {
    case format::Kind::certificate: {
      MOHR_TRY(const Bytes file, octets());
      MOHR_TRY(const auto certificates, pki::parse_certificates(file));
      json::Array list;
      for (const pki::CertificatePtr& certificate : certificates) list.push_back(facts_of(*certificate));
      facts.add("certificates", std::move(list));
      return facts;
    }
    case format::Kind::crl: {
      MOHR_TRY(const Bytes file, octets());
      MOHR_TRY(const auto crls, pki::parse_crls(file, budget));
      json::Array list;
      for (const pki::CrlPtr& crl : crls) list.push_back(facts_of(*crl));
      facts.add("crls", std::move(list));
      return facts;
    }
    case format::Kind::ocsp: {
      MOHR_TRY(const Bytes file, octets());
      MOHR_TRY(const auto response, pki::OcspResponse::parse(file, budget));
      facts.add("ocsp", facts_of(*response));
      return facts;
    }
    case format::Kind::timestamp: {
      MOHR_TRY(const Bytes file, octets());
      const auto answered = pki::token_from_response(file);  // else a bare token, as mohr timestamp writes it
      auto read = pki::parse_timestamp_token(answered ? *answered : ByteView(file), budget);
      if (!read) return answered ? std::move(read).error() : answered.error();
      facts.add("timestamp", facts_of(*read));
      return facts;
    }
    default: break;
  }
  auto read = format::read(*document, content.get(), budget);
  if (!read && read.error().code == ErrorCode::input_no_document) {  // a bare time-stamp token
    MOHR_TRY(const Bytes file, octets());
    MOHR_TRY(const pki::TimestampToken token, pki::parse_timestamp_token(file, budget));
    facts.add("timestamp", facts_of(token));
    return facts;
  }
  if (!read) return std::move(read).error();
  facts.add("document", facts_of(*read));
  return facts;
}

int run(const Arguments& arguments, const Terminal& terminal) {
  const auto facts = inspect(arguments);
  if (!facts) return terminal.fail(facts.error(), arguments.files().empty() ? "" : arguments.files().front());
  terminal.out(json::write(*facts, 2) + "\n");
  return kAccept;
}

}  // namespace

const Command kInspect = {"inspect",
                          "Print the facts of a document, certificate, list or time-stamp",
                          "mohr inspect FILE",
                          "  mohr inspect letter.signed.pdf\n"
                          "  mohr inspect silver.crl\n",
                          &options,
                          &run};

}  // namespace mohr::cli

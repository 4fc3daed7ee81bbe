// The C door: translates and decides nothing. No exception leaves; memory that ran out is MOHR_BUDGET.
#include "embed/mohr.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include "embed/options.h"
#include "pki/revocation_cache.h"
#include "verify/report.h"

struct mohr_verifier {
  mohr::SystemClock clock;
  std::optional<mohr::pki::RevocationCache> kept;  // before the verifier, which asks it
  std::optional<mohr::verify::Verifier> verifier;
  mohr::pki::Evidence evidence;
  mohr::embed::OpenOptions options;
};

namespace {

using namespace mohr;

// What report_json would say when there is no memory left to say it.
constexpr std::string_view kNoMemory = "{\n  \"version\": 1,\n  \"outcome\": \"ERROR\"\n}\n";

int status_of(const Error& error) {
  switch (failure(error)) {
    case Failure::unreadable: return MOHR_UNREADABLE;
    case Failure::environment: return MOHR_ENVIRONMENT;
    case Failure::budget: return MOHR_BUDGET;
    case Failure::usage: break;
  }
  return MOHR_USAGE;
}

int status_of(const verify::Verdict& verdict) {
  if (verdict.no_signature) return MOHR_NO_SIGNATURE;
  switch (verdict.outcome) {
    case verify::Outcome::accept: return MOHR_ACCEPT;
    case verify::Outcome::hold: return MOHR_HOLD;
    case verify::Outcome::reject: break;
  }
  return MOHR_REJECT;
}

// With malloc, since the caller's language does not know our allocator. Leaves the buffer empty when there is no memory.
void fill(mohr_buffer* buffer, std::string_view text) noexcept {
  if (buffer == nullptr) return;
  *buffer = {};
  auto* data = static_cast<char*>(std::malloc(text.size() + 1));
  if (data == nullptr) return;
  std::memcpy(data, text.data(), text.size());
  data[text.size()] = '\0';
  *buffer = {data, text.size()};
}

int report(const Error& error, std::string_view name, mohr_buffer* buffer) {
  if (buffer != nullptr) fill(buffer, json::write(verify::report_json(error, name), 2) + "\n");
  return status_of(error);
}

// `work` in a place that lets nothing out.
template <class Work>
int guarded(mohr_buffer* buffer, Work work) noexcept {
  if (buffer != nullptr) *buffer = {};
  try {
    return work();
  } catch (const std::bad_alloc&) {
    try {
      return report(errors::budget_exceeded(Code{"memory"}, 0), "", buffer);
    } catch (...) {
      fill(buffer, kNoMemory);
      return MOHR_BUDGET;
    }
  } catch (...) {  // no box throws anything else; if a library below does, the caller's program still goes on
    fill(buffer, kNoMemory);
    return MOHR_ENVIRONMENT;
  }
}

// A locked machine's own trust, or what the caller gives.
Result<pki::Trust> trust_for(const embed::OpenOptions& options) {
  MOHR_TRY(pki::Trust machine, pki::machine_trust());
  if (machine.is_locked()) {
    if (!options.trust.empty()) return errors::trust_locked(Code{"trust"});
    if (!options.allowed_hosts.empty()) return errors::trust_locked(Code{"allow_hosts"});
    if (!options.policy.empty()) return errors::trust_locked(Code{"policy"});
    if (options.opinions != 2) return errors::trust_locked(Code{"opinions"});
    return machine;
  }
  pki::Trust trust;
  for (const std::string& path : options.trust) MOHR_CHECK(trust.load(path));
  return trust;
}

Result<std::unique_ptr<mohr_verifier>> open(std::string_view text) {
  MOHR_TRY(embed::OpenOptions options, embed::open_options(text));
  MOHR_TRY(pki::Trust trust, trust_for(options));
  auto opened = std::make_unique<mohr_verifier>();
  verify::Options judging;
  pki::CrlShelfPtr shelf;
  if (!options.cache.empty()) {
    MOHR_TRY(const pki::InstallationPtr installation, pki::Installation::open(options.cache));
    shelf = std::make_shared<pki::CrlShelf>(installation);
    judging.kept = &opened->kept.emplace(installation, opened->clock, shelf);
  }
  Budget budget;
  MOHR_TRY(opened->evidence, pki::evidence_from(options.files, budget, shelf));
  judging.allowed_hosts = options.allowed_hosts;
  judging.opinions = options.opinions;
  MOHR_TRY(judging.policy, options.policy.empty() ? verify::Policy::of_machine() : verify::Policy::load(options.policy));
  for (const std::string& path : options.trust) judging.overrides.push_back(findings::override_trust(Code{path}));
  if (!options.policy.empty()) judging.overrides.push_back(findings::override_policy(judging.policy->id()));
  opened->verifier.emplace(std::move(trust), std::move(judging));
  opened->options = std::move(options);
  return opened;
}

std::unique_ptr<pki::Fetcher> fetcher_for(const mohr_verifier& verifier) {
  if (verifier.options.offline) return nullptr;
  pki::FetchRules rules;
  rules.allowed_hosts = verifier.options.allowed_hosts;
  const auto trusted = verifier.verifier->trust().allowed_hosts();
  rules.allowed_hosts.insert(rules.allowed_hosts.end(), trusted.begin(), trusted.end());
  return pki::late_fetcher(std::move(rules));
}

Result<verify::Verdict> judge(const mohr_verifier& verifier, const Source& document, const Source* content, const char* question_json) {
  MOHR_TRY(const embed::QuestionOptions asked, embed::question_options(question_json != nullptr ? question_json : "{}"));
  verify::Question question;
  const std::optional<Instant> at = asked.at ? asked.at : verifier.options.at;
  question.now = at ? *at : verifier.clock.now();
  question.time_was_given = at.has_value();
  question.expect_receiver = asked.expect_receiver;
  question.expect_sender = asked.expect_sender;
  question.expect_tracking_id = asked.expect_tracking_id;
  if (!asked.expect_request.empty()) {
    MOHR_TRY(const auto request, FileSource::open(asked.expect_request));
    Budget budget;
    MOHR_TRY(question.expect_request, crypto::digest_source(*request, crypto::DigestAlgorithm::sha256, budget));
  }
  const std::unique_ptr<pki::Fetcher> fetcher = fetcher_for(verifier);
  return verifier.verifier->verify(document, content, verifier.evidence, question, fetcher.get());
}

int answer(const Result<verify::Verdict>& verdict, std::string_view name, mohr_buffer* buffer) {
  if (!verdict) return report(verdict.error(), name, buffer);
  if (buffer != nullptr) fill(buffer, json::write(verify::report_json(*verdict, name), 2) + "\n");
  return status_of(*verdict);
}

Error missing(const char* argument) { return errors::usage_invalid(Code{std::string(argument) + " is missing"}); }

ByteView view(const void* octets, std::size_t size) { return {static_cast<const Byte*>(octets), size}; }

}  // namespace

extern "C" {

const char* mohr_version(void) { return MOHR_VERSION; }

int mohr_verifier_open(const char* options_json, mohr_verifier** verifier, mohr_buffer* report_buffer) {
  if (verifier != nullptr) *verifier = nullptr;
  return guarded(report_buffer, [&] {
    if (verifier == nullptr) return report(missing("verifier"), "", report_buffer);
    auto opened = open(options_json != nullptr ? options_json : "{}");
    if (!opened) {
      const int status = report(opened.error(), "", report_buffer);
      // A file of the options that cannot be read is a matter of the settings, not of a document.
      return status == MOHR_UNREADABLE ? static_cast<int>(MOHR_ENVIRONMENT) : status;
    }
    *verifier = opened->release();
    return 0;
  });
}

void mohr_verifier_close(mohr_verifier* verifier) { delete verifier; }

int mohr_verify_bytes(const mohr_verifier* verifier, const void* document, size_t document_size, const void* content, size_t content_size,
                      const char* name, const char* question_json, mohr_buffer* report_buffer) {
  return guarded(report_buffer, [&] {
    const std::string called = name != nullptr ? name : "memory";
    if (verifier == nullptr) return report(missing("verifier"), called, report_buffer);
    if (document == nullptr) return report(missing("document"), called, report_buffer);
    const MemorySource source(view(document, document_size), called);
    const MemorySource detached(view(content, content_size), "content");
    return answer(judge(*verifier, source, content != nullptr ? &detached : nullptr, question_json), called, report_buffer);
  });
}

int mohr_verify_file(const mohr_verifier* verifier, const char* document_path, const char* content_path, const char* question_json,
                     mohr_buffer* report_buffer) {
  return guarded(report_buffer, [&] {
    const std::string path = document_path != nullptr ? document_path : "";
    if (verifier == nullptr) return report(missing("verifier"), path, report_buffer);
    if (document_path == nullptr) return report(missing("document_path"), path, report_buffer);
    std::unique_ptr<FileSource> content;
    if (content_path != nullptr) {
      auto opened = FileSource::open(content_path);
      if (!opened) return report(opened.error(), path, report_buffer);
      content = *std::move(opened);
    }
    const auto document = FileSource::open(path);
    if (!document) return report(document.error(), path, report_buffer);
    return answer(judge(*verifier, **document, content.get(), question_json), path, report_buffer);
  });
}

void mohr_free(mohr_buffer* buffer) {
  if (buffer == nullptr) return;
  std::free(buffer->data);
  *buffer = {};
}

}  // extern "C"

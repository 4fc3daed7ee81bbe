#include "verify/phrase.h"

#include <array>

#include "pki/core/detail.h"
#include "pki/core/text.h"
#include "pki/national.h"

namespace mohr::verify {
namespace {

struct Words {
  std::string_view en, fa;
};
constexpr std::array kLabels = {
#define LABEL(tag, en, fa) Words{en, fa},
#include "verify/labels.def"
#undef LABEL
};

}  // namespace

std::string_view phrase(Label label, Language language) {
  const Words& words = kLabels[static_cast<std::size_t>(label)];
  return language == Language::fa ? words.fa : words.en;
}

std::string_view outcome_word(Outcome outcome, Language language) {
  switch (outcome) {
    case Outcome::accept: return phrase(Label::accepted, language);
    case Outcome::hold: return phrase(Label::on_hold, language);
    case Outcome::reject: break;
  }
  return phrase(Label::rejected, language);
}

std::string_view outcome_shape(Outcome outcome) {
  switch (outcome) {
    case Outcome::accept: return "✔";
    case Outcome::hold: return "‖";
    case Outcome::reject: break;
  }
  return "✖";
}

std::string headline(Outcome outcome, Language language) {
  return std::string(outcome_shape(outcome)) + " " + std::string(outcome_word(outcome, language));
}

std::string_view role_word(pki::SignerRole role, Language language) {
  switch (role) {
    case pki::SignerRole::person: return phrase(Label::role_person, language);
    case pki::SignerRole::seal: return phrase(Label::role_seal, language);
    case pki::SignerRole::registration_office: return phrase(Label::role_registration_office, language);
    case pki::SignerRole::unknown: break;
  }
  return phrase(Label::role_unknown, language);
}

Label stamped_label(format::TimestampKind kind) {
  switch (kind) {
    case format::TimestampKind::content: return Label::stamped_content;
    case format::TimestampKind::references: return Label::stamped_references;
    case format::TimestampKind::archive: return Label::stamped_archive;
    case format::TimestampKind::document: return Label::stamped_document;
    case format::TimestampKind::signature: break;
  }
  return Label::stamped_at;
}

std::string_view owner_word(Owner owner, Language language) {
  switch (owner) {
    case Owner::nobody: return phrase(Label::owner_nobody, language);
    case Owner::sender: return phrase(Label::owner_sender, language);
    case Owner::this_office: return phrase(Label::owner_this_office, language);
    case Owner::wait: return phrase(Label::owner_wait, language);
    case Owner::defect: break;
  }
  return phrase(Label::owner_defect, language);
}

std::string signer_line(const format::Signature& signature, Language language) {
  if (!signature.signer) return std::string(phrase(Label::signer_unknown, language));
  const pki::Name& subject = signature.signer->subject();
  std::string line = isolate(subject.display());
  line += " · ";
  line += role_word(pki::signer_role(subject), language);
  if (const std::string unit = subject.first(asn1::Oid::organizational_unit); !unit.empty()) line += " · " + isolate(unit);
  return line;
}

std::string identifier_line(const format::Signature& signature, Language language) {
  if (!signature.signer) return {};
  const pki::NationalIdentity identity = pki::national_identity(signature.signer->subject());
  if (identity.identifier.empty()) return {};
  const Label kind = !identity.kind                                         ? Label::kind_other
                     : *identity.kind == pki::IdentifierKind::national_code ? Label::kind_national_code
                                                                            : Label::kind_legal_id;
  return isolate_ltr(identity.identifier) + " · " + std::string(phrase(kind, language));
}

std::string_view domain_word(pki::Domain domain, Language language) {
  return phrase(domain == pki::Domain::national ? Label::domain_national : Label::domain_internal, language);
}

std::string_view level_word(pki::AssuranceLevel level, Language language) {
  constexpr std::array kWords = {Label::level_bronze, Label::level_silver, Label::level_gold, Label::level_platinum};
  return phrase(kWords[static_cast<std::size_t>(level)], language);
}

std::string standing_line(const SignatureVerdict& verdict, Language language) {
  if (!verdict.domain) return {};
  std::string line(domain_word(*verdict.domain, language));
  if (verdict.level) line += " · " + std::string(level_word(*verdict.level, language));
  return line;
}

std::string uncovered_line(const format::Uncovered& part, Language language) {
  const bool later = part.kind == "later-revision" || part.kind == "trailing-bytes";
  const Label what = part.kind == "validation-data" ? Label::later_evidence : later ? Label::later_revision : Label::other_part;
  std::string line = (language == Language::fa ? detail_in_persian(part.place) : isolate_ltr(printable(part.place))) + ": ";
  line += phrase(what, language);
  if (part.octets != 0) {
    const std::string count = std::to_string(part.octets);
    line += " (" + (language == Language::fa ? persian_digits(count) : count) + " ";
    line += phrase(Label::octets, language);
    line += ")";
  }
  return line;
}

}  // namespace mohr::verify

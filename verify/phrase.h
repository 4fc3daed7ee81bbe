// Words that every report shares, in both languages: outcomes, roles, labels.
#pragma once

#include "verify/verdict.h"

namespace mohr::verify {

enum class Label : std::uint8_t {
#define LABEL(tag, en, fa) tag,
#include "verify/labels.def"
#undef LABEL
};
std::string_view phrase(Label label, Language language);

std::string_view outcome_word(Outcome outcome, Language language);    // "Accepted", «پذیرفته شد»
std::string_view outcome_shape(Outcome outcome);                      // ✔ ‖ ✖: never by colour alone
std::string headline(Outcome outcome, Language language);             // both: "✔ Accepted"
std::string_view role_word(pki::SignerRole role, Language language);  // "personal signature", «امضای شخص»
Label stamped_label(format::TimestampKind kind);                      // what a time-stamp is over, for the time line
std::string_view owner_word(Owner owner, Language language);          // who mends it
// "Demonstration Officer · personal signature · Agency": the signer card in one line.
std::string signer_line(const format::Signature& signature, Language language);
// "national code 0959744487"; empty when the signer's certificate has no identifier.
std::string identifier_line(const format::Signature& signature, Language language);
std::string_view domain_word(pki::Domain domain, Language language);
std::string_view level_word(pki::AssuranceLevel level, Language language);
// "national secure signature · assurance level Silver"; empty unless the signature is accepted.
std::string standing_line(const SignatureVerdict& verdict, Language language);
std::string uncovered_line(const format::Uncovered& part, Language language);

}  // namespace mohr::verify

#include "pki/profile.h"

#include <algorithm>

namespace mohr::pki {
namespace {

using asn1::Oid;

bool is_critical(const Certificate& certificate, Oid id) {
  const Extension* extension = certificate.extension(id);
  return extension != nullptr && extension->critical;
}

bool is_not_critical(const Certificate& certificate, Oid id) {
  const Extension* extension = certificate.extension(id);
  return extension != nullptr && !extension->critical;
}

std::string_view departure_of_authority(const Certificate& c) {
  if (c.subject().empty()) return "an authority without a name";                                             // 4.1.2.6
  if (c.subject_key_identifier().empty()) return "a subject key identifier is missing";                      // 4.2.1.2
  if (!is_critical(c, Oid::basic_constraints)) return "basic constraints of an authority are not critical";  // 4.2.1.9
  if (c.key_usage() && !(*c.key_usage() & kKeyCertSign)) return "an authority whose key signs no certificates";
  return {};
}

std::string_view departure_of_others(const Certificate& c) {
  if (c.key_usage() && (*c.key_usage() & kKeyCertSign)) return "keyCertSign without authority";               // 4.2.1.3
  if (c.basic_constraints() && c.basic_constraints()->path_length) return "a path length without authority";  // 4.2.1.9
  if (c.extension(Oid::name_constraints) != nullptr) return "name constraints without authority";             // 4.2.1.10
  return {};
}

}  // namespace

std::string_view departure_from_profile(const Certificate& c) {
  if (c.issuer().empty()) return "an issuer without a name";                                                         // 4.1.2.4
  if (c.authority_key_identifier().empty() && !c.is_self_issued()) return "an authority key identifier is missing";  // 4.2.1.1
  for (const Oid id : {Oid::authority_key_identifier, Oid::subject_key_identifier, Oid::authority_info_access, Oid::freshest_crl})
    if (is_critical(c, id)) return "an extension is critical that must not be";
  for (const Oid id : {Oid::policy_constraints, Oid::inhibit_any_policy})  // 4.2.1.11, 4.2.1.14
    if (is_not_critical(c, id)) return "an extension is not critical that must be";
  if (const NameConstraints* constraints = c.name_constraints()) {
    const auto has_dot = [](const GeneralName& name) { return name.kind == GeneralName::Kind::dns && name.text().starts_with('.'); };
    if (std::any_of(constraints->permitted.begin(), constraints->permitted.end(), has_dot) ||
        std::any_of(constraints->excluded.begin(), constraints->excluded.end(), has_dot))
      return "a DNS constraint with a leading dot";  // 4.2.1.10
  }
  return c.is_ca() ? departure_of_authority(c) : departure_of_others(c);
}

}  // namespace mohr::pki

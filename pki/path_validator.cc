// RFC 5280 6.1 over one candidate path. The cheap checks come first; signatures are verified only when nothing else failed.
#include "pki/path_validator.h"

#include <algorithm>

#include "pki/name_constraints.h"
#include "pki/path_builder.h"
#include "pki/profile.h"

namespace mohr::pki {
namespace {

using asn1::Oid;

bool is_processed(Oid id) {
  switch (id) {
    case Oid::key_usage:
    case Oid::basic_constraints:
    case Oid::extended_key_usage:
    case Oid::certificate_policies:
    case Oid::policy_mappings:
    case Oid::policy_constraints:
    case Oid::inhibit_any_policy:
    case Oid::name_constraints:
    case Oid::subject_alt_name:
    case Oid::issuer_alt_name:
    case Oid::subject_key_identifier:
    case Oid::authority_key_identifier:
    case Oid::crl_distribution_points:
    case Oid::freshest_crl:
    case Oid::authority_info_access: return true;
    default: return false;
  }
}

// Microsoft's application policies say again what an extended key usage beside them says.
bool repeats_key_usage(const Certificate& certificate, const Extension& extension) {
  return equal(extension.oid, asn1::oid_octets("1.3.6.1.4.1.311.21.10").view()) && !certificate.extended_key_usages().empty();
}

bool is_processed(const Certificate& certificate, const Extension& extension) {
  const bool qualified = extension.id == Oid::certificate_policies && certificate.has_unknown_policy_qualifiers();  // RFC 5280 4.2.1.4
  return !qualified && (is_processed(extension.id) || repeats_key_usage(certificate, extension));
}

class Validation {
 public:
  Validation(Path& path, const PathInputs& inputs, Budget& budget)
      : certificates_(path.certificates),
        inputs_(inputs),
        time_(inputs.time),
        budget_(budget),
        findings_(path.findings),
        policies_(path.policies) {}

  Result<void> run() {
    check_anchor();
    const std::size_t below = certificates_.size() - 1;  // certificates that are validated; the anchor is the last
    for (std::size_t i = below; i-- > 0;) {
      const Certificate& certificate = *certificates_[i];
      check_dates(certificate);
      check_extensions(certificate);
      check_key(certificate);
      check_algorithm(certificate);
      if (i != 0) check_authority(certificate, i);
      MOHR_CHECK(check_names(certificate, i));
    }
    MOHR_CHECK(check_policies());
    if (below != 0) check_purpose(*certificates_[0]);
    return {};
  }

  Result<void> verify_signatures(PathSearch& search) {
    for (std::size_t i = certificates_.size() - 1; i-- > 0;) {
      const Certificate& certificate = *certificates_[i];
      const Certificate& issuer = *certificates_[i + 1];
      MOHR_TRY(const crypto::SignatureCheck check, search.verify(certificate, issuer));
      if (check == crypto::SignatureCheck::unsupported) {
        findings_.push_back(findings::certificate_algorithm_unsupported(name(certificate), Code{algorithm_name(certificate)}));
      } else if (check != crypto::SignatureCheck::good) {
        findings_.push_back(findings::certificate_signature_bad(name(certificate), name(issuer)));
      }
    }
    return {};
  }

 private:
  static std::string name(const Certificate& certificate) { return certificate.subject().display(); }
  static std::string algorithm_name(const Certificate& certificate) {
    if (certificate.signature_algorithm_known()) return crypto::signature_name(certificate.signature_algorithm());
    auto identifier = asn1::single(certificate.signature_algorithm_identifier(), asn1::kSequence);
    const auto oid = identifier ? identifier->oid() : Result<ByteView>(ByteView{});
    return oid ? asn1::dotted(*oid) : "?";
  }

  // The anchor is trusted as it is configured; that its own dates have passed is said all the same. Trusting a certificate that is no
  // authority means to trust its own signatures, not what its key might certify: only versions 1 and 2 cannot say what they are.
  void check_anchor() {
    const Certificate& anchor = *certificates_.back();
    if (inputs_.anchor_expires) check_dates(anchor);
    else if (time_ > anchor.not_after()) findings_.push_back(findings::anchor_expired(name(anchor), anchor.not_after()));
    else if (time_ < anchor.not_before()) findings_.push_back(findings::anchor_not_yet_valid(name(anchor), anchor.not_before()));
    if (certificates_.size() == 1) return check_purpose(anchor);
    check_key(anchor);
    if (!anchor_binds()) return;
    check_extensions(anchor);
    const bool says_so = anchor.basic_constraints().has_value();
    if (inputs_.anchor_rules == AnchorRules::authority ? anchor.version() >= 3 : says_so) {
      check_authority(anchor, certificates_.size() - 1);
    } else if (anchor.key_usage() && !(*anchor.key_usage() & kKeyCertSign)) {
      findings_.push_back(findings::authority_wrong_usage(name(anchor), Code{"keyCertSign"}));
    }
  }

  [[nodiscard]] bool anchor_binds() const { return inputs_.anchor_rules != AnchorRules::name_and_key; }

  void check_dates(const Certificate& certificate) {  // 6.1.3 a 2
    if (time_ > certificate.not_after()) findings_.push_back(findings::certificate_expired(name(certificate), certificate.not_after()));
    if (time_ < certificate.not_before())
      findings_.push_back(findings::certificate_not_yet_valid(name(certificate), certificate.not_before()));
  }

  // What no certificate of a path may have, whatever the profile.
  static std::string_view contradiction(const Certificate& certificate) {
    if (certificate.name_constraints() != nullptr && !certificate.is_ca()) return "name constraints without authority";  // 4.2.1.10
    const bool nameless = certificate.extension(Oid::subject_alt_name) != nullptr && certificate.subject_alt_names().empty();
    return nameless ? "an empty list of alternative names" : "";  // 4.2.1.6
  }

  void check_extensions(const Certificate& certificate) {  // 6.1.4 o, 6.1.5 f
    for (const Extension& extension : certificate.extensions()) {
      if (extension.critical && !is_processed(certificate, extension))
        findings_.push_back(findings::certificate_extension_unknown(name(certificate), Code{asn1::dotted(extension.oid)}));
    }
    for (const Finding& oddity : certificate.oddities()) findings_.push_back(oddity);
    std::string_view departure = contradiction(certificate);
    if (departure.empty() && inputs_.strict_profile) departure = departure_from_profile(certificate);
    if (!departure.empty()) findings_.push_back(findings::certificate_profile_departure(name(certificate), Code{std::string(departure)}));
  }

  [[nodiscard]] bool is_strong(const auto& subject) const {
    return inputs_.least_strength ? strength_of(subject) >= *inputs_.least_strength
                                  : inputs_.algorithms_at.value_or(time_) < inputs_.algorithms->usable_until(subject);
  }

  // Strength of the key and of the algorithm that the issuer signed with. A key that agrees on others (X25519) signs
  // nothing and can only be a target's.
  void check_key(const Certificate& certificate) {
    const auto key = certificate.key();
    if (!key) {
      const bool signs = inputs_.purpose != Purpose::any || &certificate != certificates_[0].get() || !agrees_only(certificate);
      if (signs) findings_.push_back(findings::certificate_key_unusable(name(certificate), cause(key.error())));
    } else if (!is_strong(**key)) {
      findings_.push_back(findings::certificate_key_weak(name(certificate), Code{(*key)->name()}, inputs_.algorithms->usable_until(**key)));
    }
  }

  void check_algorithm(const Certificate& certificate) {
    if (!certificate.signature_algorithm_known() || is_strong(certificate.signature_algorithm()))
      return;  // verify_signatures names unknown ones
    findings_.push_back(findings::certificate_algorithm_weak(name(certificate), Code{algorithm_name(certificate)},
                                                             inputs_.algorithms->usable_until(certificate.signature_algorithm())));
  }

  static bool agrees_only(const Certificate& certificate) {  // id-X25519, id-X448 (RFC 8410)
    auto spki = asn1::single(certificate.spki(), asn1::kSequence);
    if (!spki) return false;
    auto identifier = spki->enter(asn1::kSequence);
    const auto oid = identifier ? identifier->oid() : Result<ByteView>(ByteView{});
    return oid && (equal(*oid, asn1::oid_octets("1.3.101.110").view()) || equal(*oid, asn1::oid_octets("1.3.101.111").view()));
  }

  Result<void> check_policies() {
    const std::size_t below = certificates_.size() - 1;
    PolicyGraph graph(inputs_.policies, below);
    if (anchor_binds()) graph.take_anchor(*certificates_.back());
    for (std::size_t i = below; i-- > 0;) MOHR_CHECK(graph.take(*certificates_[i], i == 0, budget_));
    PolicyGraph::Outcome outcome = graph.finish();
    if (outcome.fails) findings_.push_back(findings::certificate_policy_missing(name(*certificates_[0])));
    policies_ = std::move(outcome.policies);
    return {};
  }

  // 6.1.4 k to n: an authority above the target. `index` counts from the target; the certificates between are the ones that count.
  void check_authority(const Certificate& authority, std::size_t index) {
    const Certificate& subject = *certificates_[index - 1];
    if (!authority.is_ca()) {
      findings_.push_back(findings::issuer_not_authority(name(authority), name(subject)));
      return;
    }
    if (authority.key_usage() && !(*authority.key_usage() & kKeyCertSign))
      findings_.push_back(findings::authority_wrong_usage(name(authority), Code{"keyCertSign"}));
    check_path_length(authority, index);
  }

  void check_path_length(const Certificate& authority, std::size_t index) {
    if (!authority.basic_constraints() || !authority.basic_constraints()->path_length) return;
    std::int64_t between = 0;
    for (std::size_t i = 1; i < index; ++i)
      if (!certificates_[i]->is_self_issued()) ++between;
    if (between > *authority.basic_constraints()->path_length) findings_.push_back(findings::path_too_long(name(authority)));
  }

  // 6.1.3 b, c: the constraints of every authority above, the anchor's too. Self-issued ones between are exempt.
  Result<void> check_names(const Certificate& certificate, std::size_t index) {
    if (index != 0 && certificate.is_self_issued()) return {};
    const std::size_t binding = certificates_.size() - (anchor_binds() ? 0 : 1);
    for (std::size_t above = index + 1; above < binding; ++above) {
      const NameConstraints* constraints = certificates_[above]->name_constraints();
      if (constraints == nullptr) continue;
      MOHR_TRY(const std::optional<std::string> forbidden, find_forbidden_name(certificate, *constraints, inputs_.legacy_names, budget_));
      if (forbidden)
        findings_.push_back(findings::certificate_name_not_permitted(name(certificate), Code{*forbidden}, name(*certificates_[above])));
    }
    return {};
  }

  void want(bool holds, const Certificate& target, const char* usage) {
    if (!holds) findings_.push_back(findings::certificate_wrong_usage(name(target), Code{usage}));
  }

  void check_purpose(const Certificate& target) {
    const std::uint32_t usage = target.key_usage().value_or(~std::uint32_t{0});
    switch (inputs_.purpose) {
      case Purpose::signing:  // no purpose is demanded (national.md 1.4), but a key that others rely on for time or status signs nothing
                              // else
        want(usage & (kDigitalSignature | kContentCommitment), target, "digitalSignature");
        want(!is_for_services_only(target), target, "documentSigning");
        break;
      case Purpose::time_stamping:  // RFC 3161 2.3
        want(usage & (kDigitalSignature | kContentCommitment), target, "digitalSignature");
        want(target.has_extended_key_usage(Oid::kp_time_stamping) && target.extended_key_usages().size() == 1 &&
                 target.extension(Oid::extended_key_usage)->critical,
             target, "timeStamping");
        break;
      case Purpose::ocsp_signing: want(target.has_extended_key_usage(Oid::kp_ocsp_signing), target, "OCSPSigning"); break;
      case Purpose::crl_signing: want(usage & kCrlSign, target, "cRLSign"); break;
      case Purpose::server_authentication: check_chained_usage(Oid::kp_server_auth, "serverAuth"); break;
      case Purpose::client_authentication: check_chained_usage(Oid::kp_client_auth, "clientAuth"); break;
      case Purpose::any: break;
    }
  }

  void check_chained_usage(Oid purpose, const char* wanted) {
    const std::size_t binding = certificates_.size() == 1 || anchor_binds() ? certificates_.size() : certificates_.size() - 1;
    for (std::size_t i = 0; i < binding; ++i) {
      const Certificate& certificate = *certificates_[i];
      const bool free = certificate.extended_key_usages().empty() || certificate.has_extended_key_usage(Oid::any_extended_key_usage);
      want(free || certificate.has_extended_key_usage(purpose), certificate, wanted);
    }
  }

  const std::vector<CertificatePtr>& certificates_;
  const PathInputs& inputs_;
  Instant time_;
  Budget& budget_;
  Findings& findings_;
  std::vector<Bytes>& policies_;
};

}  // namespace

Result<void> validate_path(Path& path, const PathInputs& inputs, PathSearch& search, Budget& budget) {
  path.findings.clear();
  path.valid_from = {INT64_MIN};
  path.valid_until = {INT64_MAX};
  for (const CertificatePtr& certificate : path.certificates) {
    path.valid_from = std::max(path.valid_from, certificate->not_before());
    path.valid_until = std::min(path.valid_until, certificate->not_after());
  }
  Validation validation(path, inputs, budget);
  MOHR_CHECK(validation.run());
  if (path.anchor != nullptr) {  // what this office says of the anchor, beside what RFC 5280 says of the path
    path.valid_from = std::max(path.valid_from, path.anchor->from);
    path.valid_until = std::min(path.valid_until, path.anchor->until);
    MOHR_TRY(const Findings objections, find_objections(*path.anchor, path.certificates, inputs.purpose, inputs.time, budget));
    path.findings.insert(path.findings.end(), objections.begin(), objections.end());
  }
  // Whatever else was found: a policy may let the rest pass, never a signature that nobody verified.
  return validation.verify_signatures(search);
}

bool has_unprocessed_critical(const Certificate& certificate, Oid further) {
  const auto extensions = certificate.extensions();
  return std::any_of(extensions.begin(), extensions.end(), [&](const Extension& extension) {
    const bool processed = is_processed(certificate, extension) || (extension.id == further && further != Oid::unknown);
    return extension.critical && !processed;
  });
}

bool is_for_services_only(const Certificate& certificate) {
  const auto usages = certificate.extended_key_usages();
  return !usages.empty() && std::all_of(usages.begin(), usages.end(), [](ByteView usage) {
    const Oid id = asn1::known_oid(usage);
    return id == Oid::kp_time_stamping || id == Oid::kp_ocsp_signing;
  });
}

bool is_warning(Check check) {
  switch (check) {
    case Check::certificate_odd_characters:
    case Check::certificate_odd_serial:
    case Check::certificate_odd_encoding:
    case Check::anchor_expired:
    case Check::anchor_not_yet_valid: return true;
    default: return false;
  }
}

crypto::SignatureCheck verify_signature(const Certificate& certificate, const Certificate& issuer) {
  if (!certificate.signature_algorithm_known()) return crypto::SignatureCheck::unsupported;
  const auto key = issuer.key();
  if (!key) return crypto::SignatureCheck::unsupported;
  return (*key)->verify(certificate.signature_algorithm(), certificate.tbs(), certificate.signature());
}

}  // namespace mohr::pki

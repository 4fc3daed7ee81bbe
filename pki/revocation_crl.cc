// Revocation lists as a source (RFC 5280 6.3.3).
#include <algorithm>

#include "pki/revocation_sources.h"

namespace mohr::pki {
namespace {

class ListQuestion {
 public:
  ListQuestion(const RevocationQuery& query, Findings& findings) : query_(query), findings_(findings) {}

  Result<ListAnswers> ask() {
    for (const Held<Crl>& held : query_.evidence.crls()) {
      const Crl& crl = *held.item;
      const Certificate& certificate = query_.certificate;
      if (!crl.issuer().equals(certificate.issuer()) && !is_delegated_to(certificate, crl.issuer())) continue;
      if (crl.is_delta()) {
        MOHR_CHECK(ask_delta(crl));
      } else {
        MOHR_CHECK(ask_complete(crl));
      }
    }
    return std::move(out_);
  }

 private:
  // Steps b to k for a complete list, alone and with each delta that brings it up to date.
  Result<void> ask_complete(const Crl& crl) {
    const std::uint32_t reasons = covered_reasons(query_.certificate, crl);  // b, d
    if (!is_usable(crl, reasons)) return {};
    MOHR_TRY(const auto entry, crl.find(query_.certificate.serial(), query_.certificate.issuer()));
    RevocationAnswer alone = answer_of(crl, reasons);
    if (entry) settle(query_, entry->revocation_date, entry->reason, alone);
    if (alone.state == RevocationState::good && is_weak(crl)) return {};
    std::vector<RevocationAnswer> answers;
    if (admits(crl, alone)) answers.push_back(alone);
    std::vector<const Crl*> deltas = deltas_of(crl);
    if (answers.empty() && deltas.empty()) return {};
    MOHR_TRY(const CertificatePtr signer, find_crl_signer(query_, crl, time_of_signer(crl, alone)));  // f, g
    if (!signer) {
      for (const std::string& url : crl.ca_issuer_urls())  // nobody vouches for the list: only hosts that were allowed by name
        if (is_allowed_by_name(url, query_.trust.allowed_hosts())) out_.signer_urls.push_back(url);
      findings_.push_back(findings::revocation_signature_bad(crl.issuer().display()));
      return {};
    }
    if (alone.state == RevocationState::good && !has_strong_key(query_, *signer, crl.fingerprint(), findings_)) return {};
    if (alone.state != RevocationState::revoked && is_outlived(query_, *signer, crl.fingerprint())) {
      findings_.push_back(findings::revocation_signer_expired(crl.issuer().display()));
      return {};
    }
    for (const Crl* delta : deltas) {
      MOHR_TRY(const bool own, is_crl_signed_by(query_, *delta, *signer));  // h
      if (!own) continue;
      if (delta->has_unknown_critical_extension()) {  // there is news that cannot be read: ask_delta says so
        if (alone.state != RevocationState::good) out_.answers.push_back(std::move(alone));
        return {};
      }
      MOHR_TRY(RevocationAnswer combined, combine(crl, alone, entry, *delta));
      if (admits(*delta, combined)) answers.push_back(std::move(combined));
    }
    std::move(answers.begin(), answers.end(), std::back_inserter(out_.answers));
    return {};
  }

  // What a delta says alone: only that something is revoked, since it does not hold what was so before.
  Result<void> ask_delta(const Crl& delta) {
    const std::uint32_t reasons = covered_reasons(query_.certificate, delta);
    if (!is_usable(delta, reasons)) return {};
    MOHR_TRY(const auto entry, delta.find(query_.certificate.serial(), query_.certificate.issuer()));
    RevocationAnswer answer = answer_of(delta, reasons);
    answer.list = nullptr;
    if (entry && entry->reason != kRemoveFromCrl) settle(query_, entry->revocation_date, entry->reason, answer);
    if (answer.state == RevocationState::good) {
      findings_.push_back(findings::crl_is_delta(delta.issuer().display()));
      return {};
    }
    if (!admits(delta, answer)) return {};
    MOHR_TRY(const CertificatePtr signer, find_crl_signer(query_, delta, time_of_signer(delta, answer)));
    if (signer) {
      out_.answers.push_back(std::move(answer));
    } else {
      findings_.push_back(findings::revocation_signature_bad(delta.issuer().display()));
    }
    return {};
  }

  // Steps i, j, k. Only a hold is ever taken off a list: a delta that takes off a revocation is not believed (5.3.1).
  Result<RevocationAnswer> combine(const Crl& crl, const RevocationAnswer& alone, const std::optional<RevokedEntry>& entry,
                                   const Crl& delta) {
    MOHR_TRY(const auto news, delta.find(query_.certificate.serial(), query_.certificate.issuer()));
    RevocationAnswer combined = answer_of(crl, alone.reasons);
    combined.this_update = delta.this_update();
    combined.next_update = delta.next_update();
    combined.list = nullptr;
    const bool removed = news && news->reason == kRemoveFromCrl && (!entry || entry->reason == kCertificateHold);
    const auto& decisive = news && news->reason != kRemoveFromCrl ? news : entry;
    if (decisive && !removed) settle(query_, decisive->revocation_date, decisive->reason, combined);
    return combined;
  }

  // Step c and RFC 5280 5.2.4: deltas of the list's issuer, scope and key that count from the list or from one before it and are newer.
  std::vector<const Crl*> deltas_of(const Crl& crl) const {
    std::vector<const Crl*> out;
    if (crl.number().empty()) return out;
    for (const Held<Crl>& held : query_.evidence.crls()) {
      const Crl& delta = *held.item;
      if (!delta.is_delta() || !delta.issuer().equals(crl.issuer()) || is_from_future(query_, delta.this_update())) continue;
      if (!equal(scope_octets(delta), scope_octets(crl)) || !key_may_be_same(delta, crl)) continue;
      if (is_less_number(crl.number(), delta.base_number()) || !is_less_number(crl.number(), delta.number())) continue;
      if (query_.strong_at(delta.fingerprint()) >= query_.rules.algorithms->usable_until(delta.signature_algorithm())) continue;
      out.push_back(&delta);
    }
    return out;
  }

  // A revocation counts however long ago its signer expired; other news needs a signer who is valid when the list is known to exist.
  Instant time_of_signer(const Crl& crl, const RevocationAnswer& answer) const {
    if (answer.state != RevocationState::revoked) return query_.known_since(crl.fingerprint());
    return std::min(query_.now, std::max(query_.time, crl.this_update()));
  }

  static ByteView scope_octets(const Crl& crl) { return crl.distribution_point() ? crl.distribution_point()->encoding : ByteView{}; }

  static bool key_may_be_same(const Crl& a, const Crl& b) {
    const ByteView x = a.authority_key_identifier(), y = b.authority_key_identifier();
    return x.empty() || y.empty() || equal(x, y);
  }

  RevocationAnswer answer_of(const Crl& crl, std::uint32_t reasons) const {
    RevocationAnswer answer;
    answer.this_update = crl.this_update();
    answer.next_update = crl.next_update();
    answer.source = crl.issuer().display();
    answer.reasons = reasons;
    answer.scope = to_bytes(crl.issuer().encoding());
    append(answer.scope, scope_octets(crl));
    answer.list = &crl;
    return answer;
  }

  // Whether the list is of use, whoever signed it.
  bool is_usable(const Crl& crl, std::uint32_t reasons) {
    const std::string issuer = crl.issuer().display();
    if (crl.has_unknown_critical_extension()) {
      findings_.push_back(findings::crl_has_unknown_extension(issuer));
    } else if (reasons == 0) {
      findings_.push_back(findings::crl_out_of_scope(issuer, query_.certificate.subject().display()));
    } else if (is_from_future(query_, crl.this_update())) {
      findings_.push_back(findings::revocation_from_future(issuer, crl.this_update()));
    } else {
      return true;
    }
    return false;
  }

  // A weak list proves nothing good; what it says against a certificate counts, else a stricter table could undo a revocation.
  bool is_weak(const Crl& crl) {
    const Instant until = query_.rules.algorithms->usable_until(crl.signature_algorithm());
    if (query_.strong_at(crl.fingerprint()) < until) return false;
    findings_.push_back(
        findings::revocation_algorithm_weak(crl.issuer().display(), Code{crypto::signature_name(crl.signature_algorithm())}, until));
    return true;
  }

  // Whether dates let the answer count; else the finding says why not.
  bool admits(const Crl& crl, const RevocationAnswer& answer) {
    if (answer.state == RevocationState::revoked) return true;
    if (auto stale = staleness(query_, crl.fingerprint(), answer.this_update, answer.next_update, answer.source)) {
      findings_.push_back(*std::move(stale));
      return false;
    }
    // An issuer need not list a certificate any longer that had expired (RFC 5280 3.3), unless it says that it does.
    const Instant end = query_.certificate.not_after();
    const bool covers = answer.this_update <= end || (crl.keeps_expired_since() && *crl.keeps_expired_since() <= end);
    if (answer.state == RevocationState::good && answer.revoked_at == Instant{} && !covers) {
      findings_.push_back(findings::revocation_after_expiry(answer.source, query_.certificate.subject().display()));
      return false;
    }
    return true;
  }

  const RevocationQuery& query_;
  Findings& findings_;
  ListAnswers out_;
};

}  // namespace

Result<ListAnswers> ask_crls(const RevocationQuery& query, Findings& findings) { return ListQuestion(query, findings).ask(); }

}  // namespace mohr::pki

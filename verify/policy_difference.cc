// What two policies say differently, and which of them is the stricter there.
#include <algorithm>

#include "verify/policy_reader.h"

namespace mohr::verify {
namespace {

using json::Value;

// -1 when only the first is stricter somewhere, 1 when only the second is, 0 for both or none.
int side(bool first, bool second) { return first == second ? 0 : first ? -1 : 1; }

// Of what has to be one of a list: the shorter is stricter when the other holds all of it; an empty one takes everything.
template <class Set>
int narrower(const Set& a, const Set& b) {
  const auto within = [](const Set& small, const Set& big) {
    return big.empty() || (!small.empty() && std::includes(big.begin(), big.end(), small.begin(), small.end()));
  };
  return side(within(a, b), within(b, a));
}

class Comparison {
 public:
  Comparison(const Policy& first, const Policy& second) : a_(first), b_(second) {}

  std::vector<PolicyDifference> all() {
    compare_checks();
    compare_freshness();
    compare_algorithms();
    compare_demands();
    compare_authorities();
    return std::move(differences_);
  }

 private:
  void add(std::string member, Value first, Value second, int stricter) {
    differences_.push_back({std::move(member), std::move(first), std::move(second), stricter});
  }

  void compare_checks() {
    for (std::size_t i = 0; i < kChecks; ++i) {
      const Check check = static_cast<Check>(i);
      const Level a = level_of(a_.rule(check)), b = level_of(b_.rule(check));
      if (a != b && has_rule(check)) add("checks." + std::string(row(check).id), level_word(a), level_word(b), a > b ? -1 : 1);
    }
  }

  void compare_freshness() {
    for (const auto& [whose, part] :
         {std::pair{StatusOf::signer, ""}, std::pair{StatusOf::authority, "authorities."}, std::pair{StatusOf::timestamp, "timestamps."}}) {
      const Freshness &a = a_.freshness(whose), &b = b_.freshness(whose);
      // Said once where all roles differ alike.
      if (whose != StatusOf::signer && a == a_.freshness(StatusOf::signer) && b == b_.freshness(StatusOf::signer)) continue;
      const std::string prefix = std::string("revocation.") + part;
      const auto word = [](const Freshness& one) { return one.next_update ? "required" : "ignored"; };
      const auto age = [](const Freshness& one) { return one.longest_age ? Value(*one.longest_age) : Value(); };
      if (a.next_update != b.next_update) add(prefix + "next_update", word(a), word(b), a.next_update ? -1 : 1);
      if (a.longest_age == b.longest_age) continue;
      add(prefix + "longest_age", age(a), age(b), a.longest_age.value_or(INT64_MAX) < b.longest_age.value_or(INT64_MAX) ? -1 : 1);
    }
  }

  // The table that ends something earlier, and nothing later, is the stricter.
  void compare_algorithms() {
    const Instant r = a_.review_algorithms_before(), s = b_.review_algorithms_before();
    if (r != s) add("algorithms.review_before", iso8601(r), iso8601(s), r < s ? -1 : 1);
    const pki::AlgorithmTable &first = a_.algorithms(), &second = b_.algorithms();
    bool a = false, b = false;
    const auto compare_ends = [&](Instant x, Instant y) { a |= x < y, b |= y < x; };
    for (const crypto::DigestAlgorithm digest : kDigests) compare_ends(first.usable_until(digest), second.usable_until(digest));
    if (a || b) add("algorithms.digests", digests_value(first), digests_value(second), side(a, b));
    a = b = false;
    for (const pki::AlgorithmTable* table : {&first, &second})
      for (const auto& row : table->keys())
        compare_ends(first.usable_until(row.type, row.least_bits), second.usable_until(row.type, row.least_bits));
    if (a || b) add("algorithms.keys", keys_value(first), keys_value(second), side(a, b));
    a = first.signatures().empty(), b = second.signatures().empty();
    if (a != b) return add("algorithms.signatures", signatures_value(first), signatures_value(second), a ? 1 : -1);
    a = b = false;
    const auto end_in = [](const pki::AlgorithmTable& table, const pki::AlgorithmTable::SignatureRow& row) {
      for (const auto& one : table.signatures())
        if (one.scheme == row.scheme && one.digest == row.digest && one.set == row.set) return one.until;
      return Instant{};
    };
    for (const pki::AlgorithmTable* table : {&first, &second})
      for (const auto& row : table->signatures()) compare_ends(end_in(first, row), end_in(second, row));
    if (a || b) add("algorithms.signatures", signatures_value(first), signatures_value(second), side(a, b));
  }

  void compare_demands() {
    const Demands &a = a_.demands(), &b = b_.demands();
    const Value first = value_of(a), second = value_of(b);
    const auto one = [&](const char* name, int stricter) {
      const Value *x = first.member(name), *y = second.member(name);
      const Value none, &left = x != nullptr ? *x : none, &right = y != nullptr ? *y : none;
      if (json::canonical(left) != json::canonical(right)) add(std::string("demands.") + name, left, right, stricter);
    };
    one("formats", narrower(a.formats, b.formats));
    one("claimed_time", side(a.claimed_time, b.claimed_time));
    one("content_type", side(a.content_type, b.content_type));
    one("timestamp", side(a.timestamp, b.timestamp));
    one("timestamp_delay", a.timestamp_delay.value_or(INT64_MAX) < b.timestamp_delay.value_or(INT64_MAX) ? -1 : 1);
    one("key_usages", side((a.key_usages & ~b.key_usages) != 0, (b.key_usages & ~a.key_usages) != 0));
    one("certificate_policies", narrower(a.certificate_policies, b.certificate_policies));
    one("least_level", a.least_level > b.least_level ? -1 : 1);
    one("services", narrower(a.services, b.services));
  }

  void compare_authorities() {
    const auto first = a_.authorities(), second = b_.authorities();
    if (std::equal(first.begin(), first.end(), second.begin(), second.end())) return;
    const auto rows = [](std::span<const AuthorityRule> rules) {
      json::Array list;
      for (const AuthorityRule& rule : rules) list.push_back(value_of(rule));
      return list;
    };
    add("authorities", rows(first), rows(second), first.empty() ? 1 : second.empty() ? -1 : 0);
  }

  const Policy &a_, &b_;
  std::vector<PolicyDifference> differences_;
};

}  // namespace

std::vector<PolicyDifference> compare(const Policy& first, const Policy& second) { return Comparison(first, second).all(); }

}  // namespace mohr::verify

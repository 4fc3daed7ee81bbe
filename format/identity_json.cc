#include "format/identity_json.h"

#include <algorithm>
#include <array>

namespace mohr::format {
namespace {

struct TextMember {
  const char* name;
  std::string Identity::*member;
};
constexpr std::array kTexts = {TextMember{"service_id", &Identity::service_id}, TextMember{"tracking_id", &Identity::tracking_id},
                               TextMember{"sender", &Identity::sender}, TextMember{"receiver", &Identity::receiver},
                               TextMember{"message_id", &Identity::message_id}};

struct DigestMember {
  std::string_view name;
  crypto::DigestAlgorithm algorithm;
};
constexpr std::array kDigests = {DigestMember{"S256", crypto::DigestAlgorithm::sha256},
                                 DigestMember{"S384", crypto::DigestAlgorithm::sha384},
                                 DigestMember{"S512", crypto::DigestAlgorithm::sha512}};

Error invalid(const char* member) { return errors::jws_invalid(Code{std::string("the message's ") + member + " cannot be read"}); }

}  // namespace

Result<Identity> identity_from_json(const json::Value& value) {
  Identity identity;
  if (!value.object()) return invalid("identity");
  for (const json::Member& member : *value.object()) {
    const std::string& name = member.first;
    const bool is_text = std::any_of(kTexts.begin(), kTexts.end(), [&](const TextMember& text) { return name == text.name; });
    if (!is_text && name != "expires" && name != "in_reply_to") return invalid("identity");  // a misspelt particular must be seen
  }
  for (const TextMember& text : kTexts) {
    const json::Value* member = value.member(text.name);
    if (!member) continue;
    if (!member->string()) return invalid(text.name);
    identity.*text.member = *member->string();
  }
  if (const json::Value* expires = value.member("expires")) {
    if (expires->string()) identity.expires = from_iso8601(*expires->string());
    if (!identity.expires) return invalid("expires");
  }
  if (const json::Value* request = value.member("in_reply_to")) {
    const std::string* algorithm = request->string("alg");
    const std::string* digest = request->string("digest");
    for (const DigestMember& known : kDigests)
      if (algorithm && *algorithm == known.name) identity.request_digest = known.algorithm;
    auto octets = digest ? from_base64url(*digest) : std::nullopt;
    if (!octets || identity.request_digest == crypto::DigestAlgorithm::none ||
        octets->size() != crypto::digest_size(identity.request_digest))
      return invalid("in_reply_to");
    identity.request = *std::move(octets);
  }
  return identity;
}

json::Value identity_to_json(const Identity& identity) {
  json::Value value{json::Object{}};
  for (const TextMember& text : kTexts)
    if (!(identity.*text.member).empty()) value.add(text.name, identity.*text.member);
  if (identity.expires) value.add("expires", iso8601(*identity.expires));
  if (!identity.request.empty()) {
    json::Value request{json::Object{}};
    for (const DigestMember& known : kDigests)
      if (identity.request_digest == known.algorithm) request.add("alg", known.name);
    request.add("digest", base64url(identity.request));
    value.add("in_reply_to", std::move(request));
  }
  return value;
}

}  // namespace mohr::format

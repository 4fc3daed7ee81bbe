#include "embed/options.h"

#include "pki/core/json.h"
#include "pki/core/text.h"

namespace mohr::embed {
namespace {

Error wrong(std::string what) { return errors::usage_invalid(Code{std::move(what)}); }
Error unknown(const std::string& name, std::string_view near) {
  return wrong("unknown option " + printable(name) + (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
}

Result<json::Value> parse_object(std::string_view text) {
  Budget budget;
  auto value = json::parse(as_bytes(text), budget);
  if (!value) return wrong("the options are no JSON: " + render(value.error(), Language::en));
  if (!value->object()) return wrong("the options are no JSON object");
  return value;
}

Result<void> read_texts(const std::string& name, const json::Value& value, std::vector<std::string>& to) {
  if (!value.array()) return wrong(name + " is no list");
  for (const json::Value& entry : *value.array()) {
    if (!entry.string()) return wrong(name + " holds something that is no text");
    to.push_back(*entry.string());
  }
  return {};
}

Result<void> read_text(const std::string& name, const json::Value& value, std::string& to) {
  if (!value.string()) return wrong(name + " is no text");
  to = *value.string();
  return {};
}

Result<void> read_time(const json::Value& value, std::optional<Instant>& to) {
  if (value.string()) to = from_iso8601(*value.string());
  if (!to) return wrong("at is no time (a time looks like 2026-11-25T09:30:00Z)");
  return {};
}

}  // namespace

Result<OpenOptions> open_options(std::string_view text) {
  MOHR_TRY(const json::Value options, parse_object(text));
  OpenOptions out;
  for (const auto& [name, value] : *options.object()) {
    if (name == "trust") {
      MOHR_CHECK(read_texts(name, value, out.trust));
    } else if (name == "intermediates") {
      MOHR_CHECK(read_texts(name, value, out.files.intermediates));
    } else if (name == "crls") {
      MOHR_CHECK(read_texts(name, value, out.files.crls));
    } else if (name == "ocsp") {
      MOHR_CHECK(read_texts(name, value, out.files.ocsp_responses));
    } else if (name == "allow_hosts") {
      MOHR_CHECK(read_texts(name, value, out.allowed_hosts));
    } else if (name == "offline") {
      if (!value.boolean()) return wrong("offline is neither true nor false");
      out.offline = *value.boolean();
    } else if (name == "opinions") {
      if (!value.integer() || *value.integer() < 1 || *value.integer() > 2) return wrong("opinions is neither 1 nor 2");
      out.opinions = static_cast<int>(*value.integer());
    } else if (name == "cache") {
      MOHR_CHECK(read_text(name, value, out.cache));
    } else if (name == "policy") {
      MOHR_CHECK(read_text(name, value, out.policy));
    } else if (name == "at") {
      MOHR_CHECK(read_time(value, out.at));
    } else {
      return unknown(
          name, nearest(name, {"policy", "cache", "trust", "intermediates", "crls", "ocsp", "allow_hosts", "offline", "opinions", "at"}));
    }
  }
  return out;
}

Result<QuestionOptions> question_options(std::string_view text) {
  MOHR_TRY(const json::Value options, parse_object(text));
  QuestionOptions out;
  for (const auto& [name, value] : *options.object()) {
    if (name == "at") {
      MOHR_CHECK(read_time(value, out.at));
    } else if (name == "expect_receiver") {
      MOHR_CHECK(read_text(name, value, out.expect_receiver));
    } else if (name == "expect_sender") {
      MOHR_CHECK(read_text(name, value, out.expect_sender));
    } else if (name == "expect_tracking_id") {
      MOHR_CHECK(read_text(name, value, out.expect_tracking_id));
    } else if (name == "expect_request") {
      MOHR_CHECK(read_text(name, value, out.expect_request));
    } else {
      return unknown(name, nearest(name, {"at", "expect_receiver", "expect_sender", "expect_tracking_id", "expect_request"}));
    }
  }
  return out;
}

}  // namespace mohr::embed

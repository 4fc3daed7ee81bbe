#include <gtest/gtest.h>

#include <algorithm>

#include "pki/core/error.h"
#include "pki/core/text.h"
#include "tests/support/issuing.h"
#include "verify/report.h"
#include "verify/rules.h"

namespace mohr::verify {
namespace {

constexpr Language kLanguages[] = {Language::en, Language::fa};

std::u32string characters(std::string_view text) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) out += next_character(text, at);
  return out;
}

// What every short form must be, whatever it says.
void expect_sms(const std::string& text, const std::string& what) {
  SCOPED_TRACE(what + ": " + text);
  ASSERT_TRUE(is_valid_utf8(text));
  const std::u32string c = characters(text);
  EXPECT_LE(c.size(), 70U);
  EXPECT_EQ(text.find('{'), std::string::npos);
  int depth = 0;
  for (const char32_t one : c) {
    EXPECT_LE(one, 0xffffU);
    EXPECT_FALSE(one < 0x20 || (one >= 0x7f && one < 0xa0) || (one >= 0x202a && one <= 0x202e));
    if (one == 0x2066 || one == 0x2068) ++depth;
    if (one == 0x2069) --depth;
    EXPECT_GE(depth, 0);
  }
  EXPECT_EQ(depth, 0);  // no isolation is left open
}

Verdict decided_by(Check check) {
  const Rule& r = rule(check);
  Verdict verdict;
  verdict.demonstration = verdict.time_was_given = true;
  verdict.checked_at = test::kNow;
  verdict.outcome = r.outcome == Outcome::accept ? Outcome::reject : r.outcome;
  verdict.document.signatures.resize(12);
  verdict.signatures.resize(12);
  SignatureVerdict& worst = verdict.signatures[7];
  for (SignatureVerdict& one : verdict.signatures) one.outcome = Outcome::accept;
  worst.outcome = verdict.outcome;
  worst.sub_indication = r.sub_indication;
  worst.reason = Finding{check, {}};
  worst.next = NextStep{r.step, {Instant{test::kNow}}};
  return verdict;
}

TEST(Sms, EveryCheckFits) {
  const std::initializer_list<Check> checks = {
#define CHECK(tag, id, params, names, en, fa) Check::tag,
#include "pki/core/checks.def"
#undef CHECK
  };
  for (const Check check : checks) {
    if (!has_rule(check) || rule(check).warning) continue;
    for (const Language language : kLanguages) {
      Verdict verdict = decided_by(check);
      expect_sms(report_sms(verdict, language), std::string(row(check).id));
      // Alone and of today the next step has room too.
      verdict.time_was_given = verdict.demonstration = false;
      verdict.document.signatures.resize(1);
      verdict.signatures = {verdict.signatures[7]};
      const std::string text = report_sms(verdict, language);
      expect_sms(text, std::string(row(check).id));
      EXPECT_GE(std::count(text.begin(), text.end(), '.'), 2) << "no next step; verify/short.def wants a row: " << text;
    }
  }
}

TEST(Sms, EveryErrorFits) {
  const std::initializer_list<ErrorCode> codes = {
#define ERROR(tag, id, failure, params, names, en, next_en, fa, next_fa) ErrorCode::tag,
#include "pki/core/errors.def"
#undef ERROR
  };
  const std::string path(200, 'x');
  for (const ErrorCode code : codes)
    for (const Language language : kLanguages) {
      expect_sms(report_sms(Error{code, {Code{path}, Code{path}, Code{path}, Code{path}}, path}, language), std::string(row(code).id));
      expect_sms(report_sms(Error{code, {Code{"a"}, Code{"b"}, Code{"c"}, Code{"d"}}, ""}, language), std::string(row(code).id));
    }
}

Verdict accepted_of(const std::string& name) {
  test::PartyOptions options;
  options.name = name;
  const test::Party signer = test::make_party(crypto::NewKey::p256, options);
  Verdict verdict;
  verdict.outcome = Outcome::accept;
  verdict.document.signatures.resize(1);
  verdict.document.signatures[0].signer = signer.certificate;
  verdict.signatures.resize(1);
  verdict.signatures[0].outcome = Outcome::accept;
  verdict.signatures[0].best_signature_time = test::kNow;
  return verdict;
}

TEST(Sms, SaysWhoSignedAndWhen) {
  Verdict verdict = accepted_of("ثبت احوال");
  EXPECT_EQ(report_sms(verdict, Language::fa).find("پذیرفته شد: ثبت احوال، "), 0U) << report_sms(verdict, Language::fa);
  EXPECT_EQ(report_sms(verdict, Language::en).find("ACCEPTED: \u2068ثبت احوال\u2069, 20"), 0U) << report_sms(verdict, Language::en);
  verdict.document.signatures[0].identity.tracking_id = "140509041234";
  EXPECT_NE(report_sms(verdict, Language::fa).find("\u2066140509041234\u2069"), std::string::npos);
  verdict.demonstration = true;
  EXPECT_NE(report_sms(verdict, Language::fa).find("نمایشی"), std::string::npos);
}

// Names that are long, that try to look like a verdict, and that must not be cut inside a grapheme.
TEST(Sms, NamesCannotSpoofOrBreak) {
  std::string marks = "e", family, flags;
  for (int i = 0; i < 90; ++i) marks += "\u0301";
  for (int i = 0; i < 30; ++i) family += "\U0001F468\u200d";
  for (int i = 0; i < 60; ++i) flags += "\U0001F1EE\U0001F1F7";
  const std::string vowels =
      "سازمان ثبتِ اَحوال کشورِ مَحروسه و دیگر سازمان‌هایِ وابسته به آن در "
      "همهٔ "
      "استان‌ها";
  for (const std::string& name : {marks, family, flags, vowels, std::string("x\u202eTPECCA"), std::string("A\nACCEPTED: B"),
                                  std::string(300, 'a'), std::string("\u2069\u2069 REJECTED")}) {
    const Verdict verdict = accepted_of(name);
    for (const Language language : kLanguages) {
      const std::string text = report_sms(verdict, language);
      expect_sms(text, name);
      const std::u32string c = characters(text);
      for (std::size_t i = 0; i + 1 < c.size(); ++i) {
        if (c[i] != U'…') continue;
        const std::u32string whole = characters(printable(name));  // the character after the cut is no mark of the one before it
        const std::u32string shown = c.substr(c.find(whole.front()), i - c.find(whole.front()));
        ASSERT_EQ(whole.substr(0, shown.size()), shown);
        const char32_t next = whole[shown.size()];
        EXPECT_FALSE((next >= 0x64b && next <= 0x655) || next == 0x200c || next == 0x200d || next == 0x301) << text;
      }
    }
  }
}

}  // namespace
}  // namespace mohr::verify

// mohr doctor: what is missing here, and what to type.
#include <filesystem>

#include "cli/command.h"
#include "cli/setting.h"
#include "cli/version.h"
#include "pki/core/folder.h"
#include "pki/core/json.h"
#include "pki/core/module.h"
#include "pki/core/text.h"
#include "pki/crypto/opinion.h"
#include "pki/crypto/signing_key.h"
#include "pki/newest_time.h"

namespace mohr::cli {
namespace {

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_usual_options(
      {{"trust", "PATH", "look at these trusted authorities (repeatable)"}, {"cache", "DIR", "look at what is kept there"}});
  return rows;
}

struct Row {
  std::string what;
  bool good = false;
  std::string advice;
};

// Where fetched revocation data lies, how much it is, and whether the clock agrees with what was seen.
Row examine_cache(const Arguments& arguments, bool fa) {
  const std::string folder = arguments.has("cache") ? arguments.value("cache") : user_cache_folder();
  const std::string what = (fa ? "دادهٔ ابطال نگه‌داشته در " : "kept revocation data in ") + folder;
  const auto installation = installation_from(arguments);
  if (!installation) return {what, false, render(installation.error(), fa ? Language::fa : Language::en)};
  if (!*installation)
    return {what, false,
            fa ? "با ‎--cache پوشه‌ای بدهید که بتوان در آن نوشت"
               : "give a folder that can be written with --cache"};
  const SystemClock clock;
  const FolderSize size = size_of_folder(folder);
  const std::string amount = fa ? ": " + persian_digits(std::to_string(size.files)) + " پرونده، " +
                                      persian_digits(std::to_string(size.octets >> 10)) + " کیبی‌بایت"
                                : ": " + std::to_string(size.files) + " files, " + std::to_string(size.octets >> 10) + " KiB";
  const auto time = pki::NewestTime(*installation).check(clock.now());
  return {what + amount, time.has_value(), time ? "" : render(time.error(), fa ? Language::fa : Language::en)};
}

// Of an authority only the frame was read so far; here all of each is. Empty: all is well.
std::string advice_on(const Result<pki::Trust>& trust, bool fa) {
  const Language language = fa ? Language::fa : Language::en;
  if (!trust) return render(trust.error(), language);
  if (trust->anchors().empty())
    return fa ? "mohr trust add ROOT.pem --sha256 HEX یا ‎--trust بدهید" : "mohr trust add ROOT.pem --sha256 HEX, or give --trust";
  for (const pki::Anchor& anchor : trust->anchors())
    if (auto whole = anchor.certificate.whole(); !whole) return render(std::move(whole).error().at(anchor.source), language);
  return {};
}

std::vector<Row> examine(const Arguments& arguments, bool fa) {
  std::vector<Row> rows;
  const auto say = [&](const char* en, const char* persian) { return std::string(fa ? persian : en); };
  rows.push_back({std::string("mohr ") + kVersion, true, {}});
  for (const char* name : {"xml", "fetch", "http", "zip"}) {
    const auto module = load_module(name);
    rows.push_back(
        {say("module ", "بخش ") + name, module.has_value(), module ? "" : render(module.error(), fa ? Language::fa : Language::en)});
  }
  const bool second = load_module("botan").has_value();
  rows.push_back({say("second opinion (module botan)", "نظر دوم (بخش botan)"), second,
                  second ? "" : "apt install " + std::string(crypto::opinion_package())});
  const bool key = crypto::generate_key(crypto::NewKey::p256).has_value();
  rows.push_back(
      {say("cryptographic library", "کتابخانهٔ رمزنگاری"), key, key ? "" : say("install libssl3 again", "libssl3 را دوباره نصب کنید")});
  constexpr Instant kReleased{1764000000};  // no clock can be right that is before the year of this release
  const bool clock = SystemClock().now() > kReleased;
  rows.push_back({fa ? "زمان این رایانه: " + display(SystemClock().now(), Language::fa) : "clock " + iso8601(SystemClock().now()), clock,
                  clock ? "" : say("set the clock right", "ساعت را درست کنید")});
  rows.push_back(examine_cache(arguments, fa));
  const auto trust = trust_from(arguments);
  const std::string advice = advice_on(trust, fa);
  rows.push_back({say("trusted authorities", "مراکز مورد اعتماد"), advice.empty(), advice});
  return rows;
}

int run(const Arguments& arguments, const Terminal& terminal) {
  if (!arguments.files().empty()) return terminal.fail(errors::usage_invalid(Code{"mohr doctor takes no file"}));
  const std::vector<Row> rows = examine(arguments, terminal.language() == Language::fa);
  int status = kAccept;
  json::Array list;
  for (const Row& row : rows) {
    if (!row.good) status = kEnvironment;
    if (!arguments.has("json")) terminal.out((row.good ? "✔ " : "✖ ") + row.what + (row.good ? "" : ": " + row.advice) + "\n");
    json::Value value;
    value.add("what", row.what).add("good", row.good).add("advice", row.advice);
    list.push_back(std::move(value));
  }
  if (arguments.has("json")) {
    json::Value all;
    all.add("version", 1).add("checks", std::move(list));
    terminal.out(json::write(all, 2) + "\n");
  }
  return status;
}

}  // namespace

const Command kDoctor = {"doctor", "Say what is missing here and what to type", "mohr doctor [--trust PATH]", "  mohr doctor\n", &options,
                         &run};

}  // namespace mohr::cli

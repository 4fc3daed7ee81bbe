#include "pki/core/detail.h"

#include <optional>
#include <vector>

#include "pki/core/text.h"

namespace mohr {
namespace {

constexpr std::string_view kHole = "{}", kDetail = "{*}";  // the latter, in Persian only: what stands there is a detail itself

constexpr std::size_t holes_of(std::string_view pattern) {
  std::size_t count = 0;
  for (const char c : pattern) count += c == '{' ? 1 : 0;
  return count;
}

struct DetailRow {
  std::string_view en, fa;
};
constexpr DetailRow kRows[] = {
#define DETAIL(en, fa) DetailRow{en, fa},
#include "pki/core/details.def"
#undef DETAIL
};
#define DETAIL(en, fa) static_assert(holes_of(en) == holes_of(fa), "the two texts have different holes: " en);
#include "pki/core/details.def"
#undef DETAIL

// What stands in the holes of `pattern`, each as short as it can be; nothing when the text is another.
std::optional<std::vector<std::string_view>> match(std::string_view pattern, std::string_view text) {
  std::vector<std::string_view> values;
  std::size_t hole = pattern.find(kHole);
  if (hole == std::string_view::npos) return pattern == text ? std::optional(values) : std::nullopt;
  if (!text.starts_with(pattern.substr(0, hole))) return std::nullopt;
  text.remove_prefix(hole);
  while (hole != std::string_view::npos) {
    pattern.remove_prefix(hole + kHole.size());
    hole = pattern.find(kHole);
    const std::string_view between = pattern.substr(0, hole);
    const std::size_t end = hole != std::string_view::npos ? text.find(between)
                            : text.ends_with(between)      ? text.size() - between.size()
                                                           : std::string_view::npos;
    if (end == std::string_view::npos) return std::nullopt;
    values.push_back(text.substr(0, end));
    text.remove_prefix(end + between.size());
  }
  return values;
}

std::string filled(std::string_view pattern, const std::vector<std::string_view>& values) {
  std::string out;
  for (const std::string_view value : values) {
    const std::size_t hole = pattern.find('{');
    out.append(pattern.substr(0, hole));
    pattern.remove_prefix(hole);
    const bool nested = pattern.starts_with(kDetail);
    out += nested ? detail_in_persian(value) : isolate_ltr(printable(value));
    pattern.remove_prefix(nested ? kDetail.size() : kHole.size());
  }
  return out.append(pattern);
}

}  // namespace

// The row with the most words of its own is meant: "object {} is missing" before "{} is missing".
std::string detail_in_persian(std::string_view english) {
  const DetailRow* best = nullptr;
  std::vector<std::string_view> values;
  std::size_t words = 0;
  for (const DetailRow& row : kRows) {
    const std::size_t own = row.en.size() - kHole.size() * holes_of(row.en);
    if (best != nullptr && own <= words) continue;
    if (auto found = match(row.en, english)) {
      best = &row;
      values = *std::move(found);
      words = own;
    }
  }
  return best == nullptr ? isolate_ltr(printable(english)) : filled(best->fa, values);
}

}  // namespace mohr

#include "pki/asn1/pem.h"

#include <algorithm>

namespace mohr::asn1 {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kLookAt = 64 << 10;

// The next place where `boundary` starts a line (white space before it is forgiven).
std::size_t find_at_line_start(std::string_view text, std::string_view boundary, std::size_t from) {
  for (std::size_t at = text.find(boundary, from); at != std::string_view::npos; at = text.find(boundary, at + 1)) {
    std::size_t before = at;
    while (before > from && (text[before - 1] == ' ' || text[before - 1] == '\t')) --before;
    if (before == from || text[before - 1] == '\n' || text[before - 1] == '\r') return at;
    if (before == 3 && text.starts_with("\xef\xbb\xbf")) return at;  // byte order mark of Windows editors
  }
  return std::string_view::npos;
}

Error broken(const char* what, std::size_t block) { return errors::pem_invalid(Code{what}).at("block " + std::to_string(block)); }

// Header lines end at an empty line; only a block whose first line has a colon has them.
std::string_view take_headers(std::string_view& body) {
  const std::size_t start = std::min(body.find_first_not_of("\r\n \t"), body.size());
  const std::string_view first_line = body.substr(start, body.find('\n', start) - start);
  if (first_line.find(':') == std::string_view::npos) return {};
  std::size_t end = std::string_view::npos, blank = 0;
  for (const std::string_view gap : {"\n\n", "\n\r\n"}) {
    const std::size_t at = body.find(gap, start);
    if (at < end) {
      end = at;
      blank = gap.size();
    }
  }
  if (end == std::string_view::npos) return {};
  const std::string_view headers = body.substr(start, end - start);
  body.remove_prefix(end + blank);
  return headers;
}

}  // namespace

bool is_pem(ByteView input) {
  return find_at_line_start(as_text(input.first(std::min(input.size(), kLookAt))), kBegin, 0) != std::string_view::npos;
}

Result<std::vector<PemBlock>> read_pem(ByteView input) {
  const std::string_view text = as_text(input);
  std::vector<PemBlock> blocks;
  std::size_t at = 0;
  while ((at = find_at_line_start(text, kBegin, at)) != std::string_view::npos) {
    const std::size_t number = blocks.size() + 1;
    const std::size_t label_start = at + kBegin.size();
    const std::size_t label_end = text.find(kDashes, label_start);
    const std::size_t line_end = std::min(text.find_first_of("\r\n", label_start), text.size());
    if (label_end == std::string_view::npos || label_end + kDashes.size() > line_end) return broken("its first line is cut short", number);
    const std::string_view label = text.substr(label_start, label_end - label_start);
    const std::string last_line = std::string(kEnd) + std::string(label) + std::string(kDashes);
    const std::size_t body_start = label_end + kDashes.size();
    const std::size_t body_end = text.find(kEnd, body_start);
    if (body_end == std::string_view::npos) return broken("its END line is missing", number);
    if (!text.substr(body_end).starts_with(last_line)) return broken("its END line names another kind of block", number);
    std::string_view body = text.substr(body_start, body_end - body_start);
    const std::string_view headers = take_headers(body);
    auto contents = from_base64(body);
    if (!contents) return broken("its text is not base64", number);
    blocks.push_back({std::string(label), std::string(headers), *std::move(contents)});
    at = body_end + last_line.size();
  }
  return blocks;
}

std::string write_pem(std::string_view label, ByteView der) {
  constexpr std::size_t kLine = 64;
  const std::string text = base64(der);
  std::string out;
  out.reserve(text.size() + text.size() / kLine + 2 * label.size() + 40);
  out.append(kBegin).append(label).append(kDashes).append("\n");
  for (std::size_t i = 0; i < text.size(); i += kLine) out.append(text, i, kLine).append("\n");
  return out.append(kEnd).append(label).append(kDashes).append("\n");
}

}  // namespace mohr::asn1

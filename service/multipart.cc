#include "service/multipart.h"

namespace mohr::service {
namespace {

constexpr std::size_t kHeaderAtMost = 8 * 1024, kBoundaryAtMost = 70;  // RFC 2046 5.1.1

bool starts_with_word(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != word[i]) return false;
  }
  return true;
}

std::optional<std::string_view> boundary_of(std::string_view content_type) {
  constexpr std::string_view kType = "multipart/form-data", kName = "boundary=";
  if (!starts_with_word(content_type, kType)) return std::nullopt;
  std::string_view rest = content_type.substr(kType.size());
  while (!rest.empty() && (rest.front() == ';' || rest.front() == ' ')) rest.remove_prefix(1);
  if (!starts_with_word(rest, kName)) return std::nullopt;
  rest.remove_prefix(kName.size());
  if (rest.size() >= 2 && rest.front() == '"' && rest.back() == '"') rest = rest.substr(1, rest.size() - 2);
  if (rest.empty() || rest.size() > kBoundaryAtMost || rest.find_first_of(" \";\r\n") != std::string_view::npos) return std::nullopt;
  return rest;
}

// The value of name="..." in a Content-Disposition. Browsers write a quotation mark as %22 (HTML 4.10.21.8).
std::string parameter(std::string_view disposition, std::string_view name) {
  const std::string wanted = "; " + std::string(name) + "=\"";
  const std::size_t at = disposition.find(wanted);
  if (at == std::string_view::npos) return {};
  const std::string_view value = disposition.substr(at + wanted.size());
  return std::string(value.substr(0, value.find('"')));
}

bool read_headers(std::string_view headers, FormPart& part) {
  constexpr std::string_view kDisposition = "content-disposition: form-data";
  bool found = false;
  while (!headers.empty()) {
    const std::size_t end = headers.find("\r\n");
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(end == std::string_view::npos ? headers.size() : end + 2);
    if (starts_with_word(line, "content-transfer-encoding:")) return false;  // RFC 7578 4.7
    if (!starts_with_word(line, kDisposition)) continue;
    if (found) return false;
    found = true;
    part.name = parameter(line, "name");
    part.filename = parameter(line, "filename");
    part.filename.erase(0, part.filename.find_last_of("/\\") + 1);
  }
  return found && !part.name.empty();
}

}  // namespace

std::optional<std::vector<FormPart>> read_form(std::string_view content_type, ByteView body, std::size_t at_most) {
  const auto boundary = boundary_of(content_type);
  if (!boundary) return std::nullopt;
  const std::string first = "--" + std::string(*boundary), next = "\r\n" + first;
  std::string_view rest = as_text(body);
  if (!rest.starts_with(first)) return std::nullopt;
  rest.remove_prefix(first.size());
  std::vector<FormPart> parts;
  while (!rest.starts_with("--")) {
    if (!rest.starts_with("\r\n") || parts.size() == at_most) return std::nullopt;
    rest.remove_prefix(2);
    const std::size_t headers = rest.substr(0, kHeaderAtMost).find("\r\n\r\n");
    if (headers == std::string_view::npos) return std::nullopt;
    FormPart part;
    if (!read_headers(rest.substr(0, headers), part)) return std::nullopt;
    rest.remove_prefix(headers + 4);
    const std::size_t end = rest.find(next);
    if (end == std::string_view::npos) return std::nullopt;
    part.contents = as_bytes(rest.substr(0, end));
    parts.push_back(std::move(part));
    rest.remove_prefix(end + next.size());
  }
  return parts;
}

}  // namespace mohr::service

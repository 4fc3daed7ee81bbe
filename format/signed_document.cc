#include "format/signed_document.h"

namespace mohr::format {

std::string_view format_id(Format format) {
  switch (format) {
    case Format::cades: return "cades";
    case Format::xades: return "xades";
    case Format::pades: return "pades";
    case Format::jades: break;
  }
  return "jades";
}

std::string_view timestamp_kind_id(TimestampKind kind) {
  switch (kind) {
    case TimestampKind::content: return "content";
    case TimestampKind::signature: return "signature";
    case TimestampKind::references: return "references";
    case TimestampKind::archive: return "archive";
    case TimestampKind::document: break;
  }
  return "document";
}

Signature unreadable_countersignature(Format format, std::string name, const Error& error) {
  Signature signature;
  signature.format = format;
  signature.name = std::move(name);
  signature.findings.push_back(findings::countersignature_unreadable(cause(error)));
  return signature;
}

bool Identity::empty() const { return *this == Identity{}; }

}  // namespace mohr::format

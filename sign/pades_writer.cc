#include <algorithm>

#include "format/pdf_form.h"
#include "sign/pdf_update.h"
#include "sign/writer.h"

namespace mohr::sign {
namespace {

namespace pdf = format::pdf;
using pdf::Kind;
using pdf::Loaded;
using pdf::Object;
using pdf::Reference;

constexpr std::size_t kStampRoom = 16 << 10;  // octets kept for a time-stamp token with its certificates
constexpr std::size_t kRangeWidth = 40;       // "[0 a b c]" with numbers of up to ten digits, padded

// Has the size of a signature by the real key, without asking a token for one.
class StandInKey final : public crypto::SigningKey {
 public:
  explicit StandInKey(const crypto::PublicKey& key) : key_(key) {}
  [[nodiscard]] const crypto::PublicKey& public_key() const override { return key_; }
  Result<Bytes> sign(const crypto::SignatureAlgorithm&, ByteView, crypto::EcdsaForm) const override {
    const auto octets = static_cast<std::size_t>(key_.bits() + 7) / 8;
    switch (key_.type()) {
      case crypto::KeyType::rsa:
      case crypto::KeyType::rsa_pss: return Bytes(octets);
      case crypto::KeyType::ec: return Bytes(2 * octets + 12);  // Ecdsa-Sig-Value: two INTEGERs in a SEQUENCE
      default: return Bytes(256);
    }
  }

 private:
  const crypto::PublicKey& key_;
};

Result<std::size_t> estimate_size(const Request& request, ByteView digest) {
  const StandInKey key(request.key->public_key());
  Request plain = request;
  plain.key = &key;
  plain.level = Level::b;
  plain.stamp = nullptr;
  CmsInput input;
  input.content_digest = digest;
  input.pades = true;
  MOHR_TRY(const Bytes message, write_cms(input, plain));
  return message.size() + (request.level == Level::t ? kStampRoom : 0);
}

Result<Reference> find_first_page(pdf::Document& document, const Loaded& catalog) {
  const Object& root = catalog.value().find("Pages");
  if (!root.is(Kind::reference)) return pdf::broken("the page tree is missing", catalog.parsed.origin);
  std::vector<Reference> seen, pending{root.reference()};
  while (!pending.empty()) {
    const Reference next = pending.back();
    pending.pop_back();
    MOHR_CHECK(document.budget().within(Limit::depth, seen.size()));
    if (std::find(seen.begin(), seen.end(), next) != seen.end())
      return pdf::broken("the page tree goes in a circle", catalog.parsed.origin);
    seen.push_back(next);
    MOHR_TRY(const Loaded node, document.load(next));
    if (node.value().find("Type").is_name("Page")) return next;
    MOHR_TRY(const Loaded kids, document.resolve(node, node.value().find("Kids")));
    if (!node.value().find("Type").is_name("Pages") || !kids.value().is(Kind::array))
      return pdf::broken("the page tree is malformed", node.parsed.origin);
    for (auto kid = kids.value().items.rbegin(); kid != kids.value().items.rend(); ++kid) {
      if (!kid->is(Kind::reference)) return pdf::broken("the page tree has a page that is no object of its own", node.parsed.origin);
      pending.push_back(kid->reference());
    }
  }
  return pdf::broken("there is no page", catalog.parsed.origin);
}

// A certified document may forbid every change (12.8.2.2.2, P 1): a further signature would break the certification.
Result<void> check_permission(pdf::Document& document, const Loaded& catalog) {
  MOHR_TRY(const Loaded permissions, document.resolve(catalog, catalog.value().find("Perms")));
  MOHR_TRY(const Loaded signature, document.resolve(permissions, permissions.value().find("DocMDP")));
  MOHR_TRY(const Loaded list, document.resolve(signature, signature.value().find("Reference")));
  if (!list.value().is(Kind::array)) return {};
  MOHR_CHECK(document.budget().within(Limit::depth, list.value().items.size()));
  for (const Object& item : list.value().items) {
    MOHR_TRY(const Loaded reference, document.resolve(list, item));
    MOHR_TRY(const Loaded parameters, document.resolve(reference, reference.value().find("TransformParams")));
    const Object& permission = parameters.value().find("P");
    if (reference.value().find("TransformMethod").is_name("DocMDP") && permission.is(Kind::integer) && permission.number == 1)
      return errors::pdf_changes_forbidden();
  }
  return {};
}

std::string free_field_name(const pdf::Form& form) {
  for (int i = 1;; ++i) {
    std::string name = "Signature" + std::to_string(i);
    if (std::find(form.names.begin(), form.names.end(), name) == form.names.end()) return name;
  }
}

std::string pdf_date(Instant time) {
  std::string date = "D:";
  for (const char c : iso8601(time))
    if (c >= '0' && c <= '9') date.push_back(c);
  return "(" + date + "Z)";
}

// The signature dictionary (12.8.1; EN 319 142-1 5.3) with room for /ByteRange and /Contents, and where they are in it.
struct SignatureBody {
  Bytes octets;
  std::size_t range = 0, contents = 0, contents_end = 0;
};
SignatureBody signature_body(const Request& request, std::size_t room) {
  std::string text = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M" + pdf_date(request.now);
  if (!request.reason.empty()) text += "/Reason" + pdf_text(request.reason);
  if (!request.location.empty()) text += "/Location" + pdf_text(request.location);
  text += "/ByteRange";
  SignatureBody body;
  body.range = text.size();
  text += std::string(kRangeWidth, ' ') + "/Contents";
  body.contents = text.size();
  text += "<" + std::string(2 * room, '0') + ">";
  body.contents_end = text.size();
  text += ">>";
  body.octets = to_bytes(as_bytes(text));
  return body;
}

// The new field on the first page, in a form that says that it has signatures.
Result<void> add_field(pdf::Document& document, PdfUpdate& update, Reference signature) {
  MOHR_TRY(const Loaded catalog, document.catalog());
  MOHR_CHECK(check_permission(document, catalog));
  MOHR_TRY(const pdf::Form form, pdf::read_form(document));
  MOHR_TRY(const Reference page, find_first_page(document, catalog));
  const Reference field = update.add_object();
  update.set_body(field, to_bytes(as_bytes("<</Type/Annot/Subtype/Widget/FT/Sig/T" + pdf_text(free_field_name(form)) +
                                           "/F 132/Rect[0 0 0 0]/P " + to_text(page) + "/V " + to_text(signature) + ">>")));
  MOHR_CHECK(update.append_item(page, {}, "Annots", field));
  const Object& present = catalog.value().find("AcroForm");
  MOHR_TRY(const Loaded old, document.resolve(catalog, present));
  if (old.value().is(Kind::null)) {
    const Reference made = update.add_object();
    update.set_body(made, to_bytes(as_bytes("<</Fields[" + to_text(field) + "]/SigFlags 3>>")));
    return update.set_key(catalog.reference, {}, "AcroForm", to_text(made));
  }
  const bool direct = !present.is(Kind::reference);
  const Reference holder = direct ? catalog.reference : present.reference();
  const PdfUpdate::Path path = direct ? PdfUpdate::Path{"AcroForm"} : PdfUpdate::Path{};
  MOHR_CHECK(update.append_item(holder, path, "Fields", field));
  return update.set_key(holder, path, "SigFlags", "3");
}

Bytes new_identifier(const pdf::Document& document, const Request& request) {
  Bytes seed = to_bytes(document.trailer().raw());
  append(seed, as_bytes(iso8601(request.now)));
  append(seed, request.certificate->fingerprint().view());
  const crypto::Hash hash = crypto::sha256(seed);
  return to_bytes(hash.view().subspan(0, 16));
}

// Reads the document once: into the digest, and to `out` unless it was copied already.
Result<crypto::Digest> digest_document(const Source& document, crypto::DigestAlgorithm algorithm, Sink* out, Budget& budget) {
  crypto::Digest digest(algorithm);
  Bytes window(std::min<std::uint64_t>(document.size(), 256 << 10));
  for (std::uint64_t offset = 0; offset < document.size();) {
    MOHR_CHECK(budget.in_time());
    const auto part = std::span(window).first(std::min<std::uint64_t>(window.size(), document.size() - offset));
    MOHR_CHECK(document.read_at(offset, part));
    digest.update(part);
    if (out != nullptr) MOHR_CHECK(out->write(part));
    offset += part.size();
  }
  return digest;
}

// Fills in the ranges of the revision, given where the document puts it.
void fill_range(Bytes& octets, std::size_t range, std::uint64_t gap, std::uint64_t gap_end, std::uint64_t size) {
  const std::string text = "[0 " + std::to_string(gap) + " " + std::to_string(gap_end) + " " + std::to_string(size - gap_end) + "]";
  std::copy(text.begin(), text.end(), octets.begin() + static_cast<std::ptrdiff_t>(range));
}

}  // namespace

Result<void> write_pades(const Source& source, const Request& request, Sink& out, Budget& budget) {
  if (request.packaging != Packaging::by_format && request.packaging != Packaging::enveloped)
    return errors::packaging_unsupported(Code{"such"}, Code{"PAdES"});
  MOHR_TRY(pdf::Document document, pdf::Document::open(source, budget));
  PdfUpdate update(document);
  const Reference signature = update.add_object();
  MOHR_CHECK(add_field(document, update, signature));
  const crypto::DigestAlgorithm algorithm = content_digest_algorithm(request);
  MOHR_TRY(std::size_t room, estimate_size(request, Bytes(crypto::digest_size(algorithm))));
  for (Sink* copy = &out;; copy = nullptr) {  // a second turn only when a time-stamp token is larger than its room
    PdfUpdate turn = update;
    const SignatureBody body = signature_body(request, room);
    turn.set_body(signature, body.octets);
    MOHR_TRY(PdfUpdate::Revision revision, turn.write(new_identifier(document, request)));
    Bytes& octets = revision.octets;
    const std::uint64_t start = revision.bodies[signature];
    const std::uint64_t gap = start + body.contents, gap_end = start + body.contents_end;
    fill_range(octets, start + body.range, source.size() + gap, source.size() + gap_end, source.size() + octets.size());
    MOHR_TRY(crypto::Digest digest, digest_document(source, algorithm, copy, budget));
    digest.update(ByteView(octets).subspan(0, gap));
    digest.update(ByteView(octets).subspan(gap_end));
    const crypto::Hash hash = digest.finish();
    CmsInput input;
    input.content_digest = hash.view();
    input.pades = true;
    MOHR_TRY(const Bytes message, write_cms(input, request));
    if (message.size() <= room) {
      const std::string digits = hex(message);
      std::copy(digits.begin(), digits.end(), octets.begin() + static_cast<std::ptrdiff_t>(gap + 1));
      return out.write(octets);
    }
    MOHR_CHECK(budget.within(Limit::memory_bytes, 4 * message.size()));
    room = message.size() + 1024;
  }
}

}  // namespace mohr::sign

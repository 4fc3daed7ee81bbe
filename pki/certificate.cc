#include "pki/certificate.h"

#include <algorithm>

#include "pki/asn1/der_writer.h"
#include "pki/asn1/pem.h"
#include "pki/extensions.h"

namespace mohr::pki {

using asn1::Element;
using asn1::Oid;
using asn1::Reader;

namespace {

constexpr std::size_t kMostSerialOctets = 64;     // read at all
constexpr std::size_t kProfileSerialOctets = 20;  // RFC 5280 4.1.2.2

Error as_certificate_error(Error error) {
  if (error.code == ErrorCode::der_invalid) error.code = ErrorCode::certificate_invalid;
  return error;
}

Result<ByteView> read_spki(Reader& reader) {
  MOHR_TRY(const Element spki, reader.next(asn1::kSequence));
  Reader inside = reader.inside(spki);
  MOHR_CHECK(read_algorithm_identifier(inside));
  MOHR_CHECK(inside.bit_string());
  MOHR_CHECK(inside.finish());
  return spki.whole;
}

}  // namespace

struct CertificateParser {
  static Result<void> parse(Certificate& c) {
    Reader whole(c.der_);
    MOHR_TRY(Reader certificate, whole.enter(asn1::kSequence));
    MOHR_CHECK(whole.finish());
    MOHR_TRY(const Element tbs, certificate.next(asn1::kSequence));
    c.tbs_ = tbs.whole;
    MOHR_TRY(c.signature_algorithm_identifier_, read_algorithm_identifier(certificate));
    MOHR_TRY(c.signature_, read_signature_value(certificate));
    MOHR_CHECK(certificate.finish());
    Reader fields = certificate.inside(tbs);
    MOHR_CHECK(read_fields(c, fields));
    MOHR_CHECK(read_optional_fields(c, fields));
    return check_profile(c);
  }

  static Result<void> read_fields(Certificate& c, Reader& fields) {
    MOHR_TRY(const Element version, fields.next_if(asn1::context(0)));
    if (version) {
      Reader number = fields.inside(version);
      MOHR_TRY(const std::int64_t value, number.small_integer());
      MOHR_CHECK(number.finish());
      if (value != 1 && value != 2) return number.error("an unknown version");  // 0 is the default: DER leaves it out
      c.version_ = static_cast<int>(value) + 1;
    }
    MOHR_TRY(c.serial_, fields.integer());
    if (c.serial_.size() > kMostSerialOctets) return fields.error("a serial number longer than 64 octets");
    MOHR_TRY(const ByteView inner_algorithm, read_algorithm_identifier(fields));
    if (!equal(inner_algorithm, c.signature_algorithm_identifier_))
      return fields.error("two different signature algorithms inside and outside");
    MOHR_CHECK(read_name(fields, c.issuer_));
    MOHR_TRY(Reader validity, fields.enter(asn1::kSequence));
    MOHR_TRY(c.not_before_, validity.time());
    MOHR_TRY(c.not_after_, validity.time());
    MOHR_CHECK(validity.finish());
    MOHR_CHECK(read_name(fields, c.subject_));
    MOHR_TRY(c.spki_, read_spki(fields));
    return {};
  }

  static Result<void> read_name(Reader& fields, Name& name) {
    MOHR_TRY(const Element element, fields.next(asn1::kSequence));
    auto read = Name::parse(element.whole);
    if (!read) return fields.error("a broken name");
    name = *std::move(read);
    return {};
  }

  static Result<void> read_optional_fields(Certificate& c, Reader& fields) {
    for (const asn1::Tag unique_id : {asn1::context(1, false), asn1::context(2, false)}) {
      MOHR_TRY(const Element id, fields.next_if(unique_id));
      if (id && c.version_ < 2) return fields.error("a unique identifier in a certificate of version 1");
    }
    MOHR_TRY(const Element extensions, fields.next_if(asn1::context(3)));
    MOHR_CHECK(fields.finish());
    if (!extensions) return {};
    if (c.version_ != 3) return fields.error("extensions in a certificate that is not of version 3");
    Reader holder = fields.inside(extensions);
    MOHR_TRY(const Reader list, holder.enter(asn1::kSequence));
    MOHR_CHECK(holder.finish());
    return ExtensionParser::parse(c, list);
  }

  static Result<void> check_profile(Certificate& c) {
    Reader algorithm(c.signature_algorithm_identifier_);
    if (auto known = crypto::read_signature_algorithm(algorithm)) c.signature_algorithm_ = *known;  // else: scheme none
    const Extension* names = c.extension(Oid::subject_alt_name);
    if (c.subject_.empty() && names && !names->critical)  // RFC 5280 4.2.1.6
      return errors::certificate_invalid(Code{"no subject, and alternative names that are not critical"});
    if (c.issuer_.has_odd_characters() || c.subject_.has_odd_characters())
      c.oddities_.push_back(findings::certificate_odd_characters(c.subject_.display()));
    const bool positive = !(c.serial_[0] & 0x80) && (c.serial_.size() > 1 || c.serial_[0] != 0);
    if (!positive || c.serial_.size() > kProfileSerialOctets)
      c.oddities_.push_back(findings::certificate_odd_serial(c.subject_.display(), Code{hex(c.serial_)}));
    return {};
  }

  static Result<std::shared_ptr<Certificate>> read(ByteView der) {
    const std::shared_ptr<Certificate> c(new Certificate);
    c->der_.assign(der.begin(), der.end());
    MOHR_CHECK(parse(*c));
    c->fingerprint_ = crypto::sha256(c->der_);
    return c;
  }

  static Result<CertificatePtr> make(ByteView der) {
    MOHR_TRY(const std::shared_ptr<Certificate> c, read(der));
    return CertificatePtr(c);
  }

  static Result<CertificatePtr> make_with_key(ByteView der, std::shared_ptr<const crypto::PublicKey> key) {
    MOHR_TRY(const std::shared_ptr<Certificate> c, read(der));
    c->key_is_completed_ = true;
    std::call_once(c->key_once_, [&] { c->key_.emplace(std::move(key)); });
    return CertificatePtr(c);
  }
};

Result<CertificatePtr> Certificate::parse(ByteView der) {
  auto certificate = CertificateParser::make(der);
  if (!certificate) return as_certificate_error(std::move(certificate).error());
  return certificate;
}

const Extension* Certificate::extension(Oid id) const {
  if (id == Oid::unknown) return nullptr;
  const auto found = std::find_if(extensions_.begin(), extensions_.end(), [id](const Extension& e) { return e.id == id; });
  return found == extensions_.end() ? nullptr : &*found;
}

bool Certificate::has_extended_key_usage(Oid purpose) const {
  return std::any_of(extended_key_usages_.begin(), extended_key_usages_.end(),
                     [purpose](ByteView oid) { return equal(oid, asn1::contents(purpose)); });
}

ByteView Certificate::key_octets() const {
  auto spki = asn1::single(spki_, asn1::kSequence);
  if (!spki || !spki->next()) return {};
  const auto key = spki->bit_string();
  return key ? *key : ByteView{};
}

bool Certificate::is_self_issued() const { return subject_.equals(issuer_); }

Result<std::shared_ptr<const crypto::PublicKey>> Certificate::key() const {
  std::call_once(key_once_, [this] { key_.emplace(crypto::PublicKey::from_spki(spki_)); });
  return *key_;
}

bool Certificate::leaves_parameters_to_issuer() const {
  constexpr auto kDsa = asn1::oid_octets("1.2.840.10040.4.1");
  auto spki = asn1::single(spki_, asn1::kSequence);
  auto algorithm = spki ? spki->enter(asn1::kSequence) : Result<Reader>(Reader{});
  if (!algorithm) return false;
  const auto oid = algorithm->oid();
  return oid && equal(*oid, kDsa.view()) && algorithm->at_end();
}

Result<CertificatePtr> Certificate::complete_key(const Certificate& certificate, const Certificate& issuer) {
  MOHR_TRY(const auto issuer_key, issuer.key());
  if (issuer_key->type() != crypto::KeyType::dsa) return errors::key_unsupported(Code{"DSA under an issuer of another kind of key"});
  MOHR_TRY(Reader whole, asn1::single(issuer_key->spki(), asn1::kSequence));
  MOHR_TRY(const Element algorithm, whole.next(asn1::kSequence));
  MOHR_TRY(Reader own, asn1::single(certificate.spki(), asn1::kSequence));
  MOHR_CHECK(own.next(asn1::kSequence));
  MOHR_TRY(const Element bits, own.next(asn1::kBitString));
  MOHR_TRY(auto key, crypto::PublicKey::from_spki(asn1::sequence({algorithm.whole, bits.whole})));
  return CertificateParser::make_with_key(certificate.der(), std::move(key));
}

Result<void> visit_certificates(ByteView input, const std::function<Result<void>(ByteView der)>& read) {
  if (!asn1::is_pem(input)) return read(input);
  MOHR_TRY(const auto blocks, asn1::read_pem(input));
  bool any = false;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].label != "CERTIFICATE" && blocks[i].label != "X509 CERTIFICATE") continue;
    any = true;
    if (auto done = read(blocks[i].contents); !done) {
      Error error = std::move(done).error();
      error.place = "block " + std::to_string(i + 1) + (error.place.empty() ? "" : ", " + error.place);
      return error;
    }
  }
  if (!any) return errors::certificate_invalid(Code{"there is no CERTIFICATE block in the PEM text"});
  return {};
}

std::string pem(const Certificate& certificate) { return asn1::write_pem("CERTIFICATE", certificate.der()); }

}  // namespace mohr::pki

// Identifiers of the national register and of the tax system (national.md 1.4, 2.4, 4.2): read with Persian, Arabic-Indic or Latin digits,
// checked, and written in one form. Only for comparison and display; signed octets are never touched.
#pragma once

#include "pki/core/finding.h"
#include "pki/core/jalali.h"
#include "pki/name.h"

namespace mohr::pki {

enum class IdentifierKind : std::uint8_t { national_code, legal_id, service_id, economic_code, tax_id };
std::string_view identifier_kind_id(IdentifierKind kind);  // "national-code"

// The one form of it, in Latin digits and capitals; nothing when it is no such identifier, its check digit included.
// National code: 10 digits, 8 and 9 are padded on the left. Legal ID: 11 digits. Service ID: 11 digits (8 of the service, 3 of its part),
// no public check digit. Economic code: 11 or 14 digits, no check digit. Tax ID: 22 characters (memory ID, day, serial, Verhoeff's digit).
std::optional<std::string> parse_identifier(IdentifierKind kind, std::string_view text);

// Latin digits for Persian and Arabic-Indic ones; Farsi ye and ke for the Arabic letters; half-spaces and direction marks dropped.
std::string fold_persian(std::string_view text);

struct TaxId {            // what a tax ID says
  std::string memory_id;  // 6 characters
  std::int64_t days = 0;  // since 1970-01-01
  std::uint64_t serial = 0;
};
std::optional<TaxId> read_tax_id(std::string_view text);
// Nothing when a part does not fit: memory ID of 6 digits and capitals, day below 2^20, serial below 2^40.
std::optional<std::string> write_tax_id(const TaxId& id);

// "1405/09/04", "۱۴۰۵-۹-۴": year, month, day.
std::optional<JalaliDate> parse_jalali(std::string_view text);
std::string format_jalali(JalaliDate date, Language language);  // "1405/09/04", «۱۴۰۵/۰۹/۰۴»

// The role coded in the CN, beside what serialNumber (2.5.4.5) says of it.
struct NationalIdentity {
  SignerRole role = SignerRole::unknown;
  std::optional<IdentifierKind> kind;  // of `identifier`; nothing when serialNumber is no known identifier
  std::string identifier;              // serialNumber as it is written, cleaned for display
  std::string organization_id;         // organizationIdentifier, cleaned
  Findings findings;                   // warnings
};
NationalIdentity national_identity(const Name& subject);

}  // namespace mohr::pki

// revokedCertificates (RFC 5280 5.1.2.6): how the octets of a list's entries are walked over. Only for crl.cc and the index of lists.
#pragma once

#include "pki/asn1/der_reader.h"
#include "pki/crl.h"

namespace mohr::pki {

struct EntriesSeen {
  std::size_t count = 0;
  bool unknown_critical = false;    // an extension of an entry
  bool certificate_issuer = false;  // an entry names the issuer of its certificate
};

// Looks at every entry once, so that the functions below can trust their form; linear, without an allocation for an entry. `entries` are
// the contents of the list, with places counted as `outer` counts them. Errors: der_invalid, budget_exceeded.
Result<EntriesSeen> check_entries(const asn1::Reader& outer, ByteView entries, bool version_2, Budget& budget);

// The contents of the entry at `at`, which moves behind it.
Result<ByteView> take_entry(const Byte*& at, const Byte* end);
// Of a list in which all certificates are its issuer's own.
Result<std::optional<RevokedEntry>> find_own_entry(ByteView entries, ByteView serial);
// Of an indirect list.
Result<std::optional<RevokedEntry>> find_entry(ByteView entries, ByteView serial, const Name& certificate_issuer, const Name& list_issuer);
Result<void> walk_entries(ByteView entries, const std::function<Result<bool>(const CrlEntry&)>& visit);

}  // namespace mohr::pki

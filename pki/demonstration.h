// What the demonstration national CA consists of: one row for each certificate, with the names of the national profile. Part of
// mohr_keys. Identifiers are published test values, policies lie under 2.999, and every name says that it is a demonstration.
#pragma once

#include <array>

#include "pki/issue.h"

namespace mohr::pki::demonstration {

enum class Authority : std::uint8_t { root, silver, p256 };
enum class Purpose : std::uint8_t { root, issuing, signer, encipherment, timestamp, ocsp };

struct Agency {  // O is "Governmental" for it
  std::string_view name, legal_id, province, city;
};
inline constexpr Agency kFirstAgency = {"سازمان نمایشی نخست", "10380284790", "تهران", "تهران"};
inline constexpr Agency kSecondAgency = {"سازمان نمایشی دوم", "10320166911", "اصفهان", "اصفهان"};

struct Holder {
  std::string_view common_name;   // Latin; the suffix codes the role (national profile)
  std::string_view identifier{};  // national code of a person, legal ID of a seal; empty for the services
  std::string_view family{}, given{}, title{};
  const Agency* agency = nullptr;  // null: the demonstration centre itself
};

struct Row {
  std::string_view file;  // name without ending
  Authority issuer;
  Purpose purpose;
  crypto::NewKey key;
  crypto::DigestAlgorithm digest;  // of the issuer's signature
  int from_day, to_day;            // validity, in days from the making of the folder
  std::optional<int> reason;       // revoked 10 days before the making, with this CRLReason
  Holder holder;
  std::string_view en, fa;  // for README
};
inline constexpr int kRevokedDay = -10;

inline constexpr auto kRsa = crypto::NewKey::rsa2048;
inline constexpr auto kEc = crypto::NewKey::p256;
inline constexpr auto kSha256 = crypto::DigestAlgorithm::sha256;

inline constexpr Holder kOfficer = {"Maryam Demonstration [Sign]", "0076229645", "نمایشی", "مریم", "کارشناس", &kFirstAgency};
inline constexpr Holder kOtherOfficer = {"Reza Demonstration [Sign]", "0959744487", "نمایشی", "رضا", "کارشناس", &kFirstAgency};
inline constexpr Holder kSeal = {"First Demonstration Agency [Stamp]", "10380284790", "", "", "", &kFirstAgency};
inline constexpr Holder kSecondSeal = {"Second Demonstration Agency [Stamp]", "10320166911", "", "", "", &kSecondAgency};
// A holder for each certificate that must be refused, so that reports tell them apart by name.
constexpr Holder refused(std::string_view common_name) { return {common_name, "1583250689", "نمایشی", "سارا", "کارشناس", &kFirstAgency}; }

// clang-format off: a table
inline constexpr std::array kRows = {
    Row{"root",
        Authority::root,
        Purpose::root,
        crypto::NewKey::rsa4096,
        kSha256,
        -730,
        2922,
        {},
        {"Mohr Demonstration Root CA"},
        "the root; give it to --trust, never put it into a trust store",
        "ریشه؛ تنها با --trust داده می‌شود، هرگز در انبار گواهی‌ها نگذارید"},
    Row{"silver-ca",
        Authority::root,
        Purpose::issuing,
        kRsa,
        kSha256,
        -700,
        2191,
        {},
        {"Mohr Demonstration Silver CA"},
        "issuing CA, RSA-2048",
        "مرکز میانی نقره‌ای، RSA-2048"},
    Row{"p256-ca",
        Authority::root,
        Purpose::issuing,
        kEc,
        kSha256,
        -700,
        2191,
        {},
        {"Mohr Demonstration P256 CA"},
        "issuing CA, P-256",
        "مرکز میانی با کلید P-256"},
    Row{"officer",
        Authority::silver,
        Purpose::signer,
        kRsa,
        kSha256,
        -30,
        335,
        {},
        kOfficer,
        "an officer of the first agency, RSA-2048",
        "کارمند سازمان نخست، RSA-2048"},
    Row{"officer-p256",
        Authority::p256,
        Purpose::signer,
        kEc,
        kSha256,
        -30,
        335,
        {},
        kOtherOfficer,
        "an officer of the first agency, P-256",
        "کارمند سازمان نخست، P-256"},
    Row{"seal",
        Authority::silver,
        Purpose::signer,
        kRsa,
        kSha256,
        -30,
        335,
        {},
        kSeal,
        "the seal of the first agency, RSA-2048",
        "مهر سازمان نخست، RSA-2048"},
    Row{"seal-p256",
        Authority::p256,
        Purpose::signer,
        kEc,
        kSha256,
        -30,
        335,
        {},
        kSeal,
        "the seal of the first agency, P-256",
        "مهر سازمان نخست، P-256"},
    Row{"second-agency",
        Authority::p256,
        Purpose::signer,
        kEc,
        kSha256,
        -30,
        335,
        {},
        kSecondSeal,
        "the seal of the second agency, P-256",
        "مهر سازمان دوم، P-256"},
    Row{"revoked", Authority::silver, Purpose::signer, kRsa, kSha256, -30, 335, 1, refused("Sara Demonstration Revoked [Sign]"),
        "revoked 10 days before the folder was made (key compromise)", "ده روز پیش از ساختن پوشه باطل شده است (لو رفتن کلید)"},
    Row{"on-hold", Authority::silver, Purpose::signer, kRsa, kSha256, -30, 335, 6, refused("Sara Demonstration On Hold [Sign]"),
        "on hold since 10 days before the folder was made", "از ده روز پیش از ساختن پوشه معلق است"},
    Row{"expired",
        Authority::silver,
        Purpose::signer,
        kRsa,
        kSha256,
        -400,
        -35,
        {},
        refused("Sara Demonstration Expired [Sign]"),
        "expired 35 days before the folder was made",
        "سی‌وپنج روز پیش از ساختن پوشه منقضی شده است"},
    Row{"not-yet-valid",
        Authority::silver,
        Purpose::signer,
        kRsa,
        kSha256,
        30,
        395,
        {},
        refused("Sara Demonstration Not Yet Valid [Sign]"),
        "valid only from 30 days after the folder was made",
        "تازه سی روز پس از ساختن پوشه معتبر می‌شود"},
    Row{"wrong-usage",
        Authority::silver,
        Purpose::encipherment,
        kRsa,
        kSha256,
        -30,
        335,
        {},
        refused("Sara Demonstration Encryption"),
        "meant for encryption, not for signing",
        "برای رمزگذاری است، نه امضا"},
    Row{"weak-key",
        Authority::silver,
        Purpose::signer,
        crypto::NewKey::rsa1024,
        kSha256,
        -30,
        335,
        {},
        refused("Sara Demonstration Weak Key [Sign]"),
        "a key of RSA-1024, too short",
        "کلید RSA-1024 که کوتاه است"},
    Row{"weak-digest",
        Authority::silver,
        Purpose::signer,
        kRsa,
        crypto::DigestAlgorithm::sha1,
        -30,
        335,
        {},
        refused("Sara Demonstration Weak Digest [Sign]"),
        "signed by its CA with SHA-1, too weak",
        "گواهی با SHA-1 امضا شده که سست است"},
    Row{"tsa",
        Authority::silver,
        Purpose::timestamp,
        kRsa,
        kSha256,
        -30,
        1095,
        {},
        {"Mohr Demonstration Time-Stamp Authority"},
        "the time-stamp authority",
        "مرجع مهر زمانی"},
    Row{"ocsp-silver",
        Authority::silver,
        Purpose::ocsp,
        kRsa,
        kSha256,
        -30,
        1095,
        {},
        {"Mohr Demonstration OCSP Responder Silver"},
        "the OCSP responder of the Silver CA",
        "پاسخ‌گوی وضعیت گواهی‌های مرکز نقره‌ای"},
    Row{"ocsp-p256",
        Authority::p256,
        Purpose::ocsp,
        kEc,
        kSha256,
        -30,
        1095,
        {},
        {"Mohr Demonstration OCSP Responder P256"},
        "the OCSP responder of the P256 CA",
        "پاسخ‌گوی وضعیت گواهی‌های مرکز P-256"},
};
// clang-format on

// Policies under 2.999, shaped as the national ones (last arc: the level; 2 is Silver). All of them stand for nothing.
inline constexpr std::string_view kLevelPolicies = "2.999.364.101.1.1.";  // followed by 1 to 4
inline constexpr std::string_view kSilverPolicy = "2.999.364.101.1.1.2";
inline constexpr std::string_view kTimestampPolicy = "2.999.364.101.1.2.1";

inline constexpr std::string_view kCrlNames[] = {"root.crl", "silver.crl", "p256.crl"};  // by Authority
inline constexpr std::string_view kAuthorityFiles[] = {"root", "silver-ca", "p256-ca"};  // by Authority

std::string url(int port, std::string_view path);
// Revocations by that authority, read off the rows; `certificates` is in the order of kRows, `made` the making of the folder.
std::vector<Revocation> revocations(Authority authority, std::span<const CertificatePtr> certificates, Instant made);
inline constexpr std::int64_t kCrlSeconds = 7 * kDay;
// Answers carry a thisUpdate this far in the past: the asker read its clock before it asked.
inline constexpr std::int64_t kBackdateSeconds = kMinute;
Result<Bytes> fresh_crl(Authority authority, std::span<const CertificatePtr> certificates, Instant made, Instant now,
                        const crypto::SigningKey& key);

}  // namespace mohr::pki::demonstration

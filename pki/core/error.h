// An error: "could not do it". Each row of errors.def has what happened and what to do next, in both languages.
#pragma once

#include "pki/core/message.h"

namespace mohr {

// What kind of thing stopped us; the doors map it to a status (DEVELOPERS: the contract of the CLI).
enum class Failure : std::uint8_t {
  unreadable,   // the input: 4
  environment,  // anchor, key, certificate, clock, network, time-stamp service: 5
  budget,       // a limit of docs/limits.md was reached: 6
  usage,        // how it was called: 64
};

enum class ErrorCode : std::uint16_t {
#define ERROR(tag, id, failure, params, names, en, next_en, fa, next_fa) tag,
#include "pki/core/errors.def"
#undef ERROR
};

struct [[nodiscard]] Error {
  ErrorCode code;
  Params params;
  std::string place;  // where in the input: "byte 1234", "/Letter/Signature[1]", "signer 1"; empty when it is all of it
  Error(ErrorCode code, Params params, std::string place = {});  // and the rest made once, as in Finding
  Error(const Error&);
  Error(Error&&) noexcept;
  Error& operator=(const Error&);
  Error& operator=(Error&&) noexcept;
  ~Error();
  Error&& at(std::string where) && {
    if (place.empty()) place = std::move(where);
    return std::move(*this);
  }
  bool operator==(const Error&) const = default;
};

struct ErrorRow {
  std::string_view id;
  Failure failure;
  std::string_view names, en, next_en, fa, next_fa;
};
const ErrorRow& row(ErrorCode code);
Failure failure(const Error& error);
bool names(const Error& error, std::string_view text);           // one of its parameters is this path, host, ...: no need to say it again
std::string render(const Error& error, Language language);       // what happened, with the place
std::string render_next(const Error& error, Language language);  // what to do now
Cause cause(const Error& error);

// One function for each row of errors.def: errors::file_not_found(path).
namespace errors {
#define ERROR(tag, id, failure, params, names, en, next_en, fa, next_fa) Error tag params;
#include "pki/core/errors.def"
#undef ERROR
}  // namespace errors

}  // namespace mohr

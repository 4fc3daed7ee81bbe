#include "pki/core/bytes.h"

#include <gtest/gtest.h>

namespace mohr {
namespace {

Bytes counted(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<Byte>(i * 151 + 7);
  return bytes;
}

// Both alphabets, all lengths around the widths that are decoded at once, and every octet in every one of their places.
TEST(Bytes, Base64IsStrict) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  for (std::size_t size = 0; size < 80; ++size) {
    EXPECT_EQ(from_base64(base64(counted(size))), counted(size));
    EXPECT_EQ(from_base64url(base64url(counted(size))), counted(size));
  }
  const std::string plain = base64(counted(30)), url = base64url(counted(30));
  for (std::size_t place = 0; place < plain.size(); ++place) {
    for (int octet = 0; octet < 256; ++octet) {
      const char c = static_cast<char>(octet);
      const bool digit = kDigits.find(c) != std::string_view::npos;
      std::string text = plain;
      text[place] = c;
      const bool padding = c == '=' && place == plain.size() - 1;  // the bits before it happen to be zero
      EXPECT_EQ(from_base64(text).has_value(), digit || c == '+' || c == '/' || padding) << place << " " << octet;
      text = url;
      text[place] = c;
      EXPECT_EQ(from_base64url(text).has_value(), digit || c == '-' || c == '_') << place << " " << octet;
    }
  }
  EXPECT_EQ(from_base64("  aGFs\r\nbG8=\n"), to_bytes(as_bytes("hallo")));
  for (const std::string_view text : {"a", "ab=", "ab==c", "aGFsbG9=", "aGFsbG8==", "aGFsbG8", "=", "a==="})
    EXPECT_FALSE(from_base64(text)) << text;
  for (const std::string_view text : {"a", "aGFsbG8=", "aGFs bG8", "aGFsbG9", "aGFsbG8\n"}) EXPECT_FALSE(from_base64url(text)) << text;
}

}  // namespace
}  // namespace mohr

#include "pki/asn1/ber.h"

#include "x509_vectors.h"

namespace mohr::asn1 {
namespace {

using pki::vectors::bytes;

Result<Bytes> convert(const Bytes& input, bool zeros = false) {
  Budget budget;
  return der_from_ber(input, zeros, budget);
}

TEST(Ber, BecomesDer) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"3003020105", "3003020105"},
      {"30800201050000", "3003020105"},
      {"308102 0500", "30020500"},
      {"3084000000020500", "30020500"},
      {"04810161", "040161"},
      {"30803080308000000000 0000", "300430023000"},
      {"2480040161040262630000", "0403616263"},
      {"2404040161 2400", ""},  // see below: this one is cut
      {"2480248004016100000401620000", "04026162"},
      {"2409030200610303046260", ""},  // a bit string's piece in an octet string
      {"23800302006103020462 0000", "0303046162"},
      {"2380 0000", "030100"},
      {"2c80040261620000", "0c026162"},  // pieces may be octet strings (X.690 8.21)
      {"a0800201050000", "a003020105"},
      {"31800201050201040000", "3106020105020104"},  // a SET keeps its order
      {"010101", "010101"},                          // contents stay as they are
  };
  for (const auto& [input, expected] : cases) {
    std::string digits(input);
    std::erase(digits, ' ');
    const auto der = convert(bytes(digits));
    EXPECT_EQ(der.has_value(), *expected != '\0') << input;
    if (der && *expected) {
      EXPECT_EQ(hex(*der), expected) << input;
      EXPECT_TRUE(is_der_shaped(*der)) << input;
    }
    EXPECT_EQ(is_der_shaped(bytes(digits)), digits == expected) << input;
  }
  const Bytes large = element(kSequence, octet_string(Bytes(70'000, 1)));
  EXPECT_EQ(*convert(large), large);
}

TEST(Ber, RefusesBrokenOnes) {
  for (const char* input : {"",
                            "30",
                            "3001",
                            "308002",
                            "30800201",
                            "3080020105",
                            "308002010500",
                            "0480616200",
                            "3003020205",
                            "30020201",
                            "1f810100",
                            "0000",
                            "30020000",
                            "3089000000000000000002",
                            "30ff",
                            "2380030108 0000",
                            "23800302046103020062 0000",
                            "2380030004 0000",
                            "3080000000",
                            "30000500"}) {
    std::string digits(input);
    std::erase(digits, ' ');
    EXPECT_FALSE(convert(bytes(digits))) << input;
    EXPECT_FALSE(is_der_shaped(bytes(digits))) << input;
  }
  EXPECT_TRUE(convert(bytes("30800000000000"), true));  // zeros after the end, as PDF pads
  EXPECT_FALSE(convert(bytes("308000000001"), true));
  const Bytes good = bytes("3080a0800201050000248004016104026263000003030461600000");
  ASSERT_TRUE(convert(good));
  pki::vectors::cut_and_change(good, [](const Bytes& b) { return convert(b).has_value(); });
}

TEST(Ber, ElementsAsTheyStand) {
  const Bytes input = bytes("3080020101a0803080020107048104616263640000040000000000");
  const auto inside = [&](std::vector<std::size_t> path) {
    Budget budget;
    std::string out;
    const auto elements = ber_elements(input, path, budget);
    if (!elements) return std::string("none");
    for (const ByteView element : *elements) out += hex(element) + " ";
    return out;
  };
  EXPECT_EQ(inside({}), "020101 a080308002010704810461626364000004000000 ");
  EXPECT_EQ(inside({1}), "3080020107048104616263640000 0400 ");
  EXPECT_EQ(inside({1, 0}), "020107 04810461626364 ");
  for (const std::vector<std::size_t>& path : {std::vector<std::size_t>{2}, {0}, {1, 0, 1}, {1, 0, 2}}) EXPECT_EQ(inside(path), "none");
}

TEST(Ber, StaysInItsBudget) {
  Bytes bomb;
  for (int i = 0; i < 100'000; ++i) append(bomb, bytes("3080"));
  auto deep = convert(bomb);
  ASSERT_FALSE(deep);
  EXPECT_EQ(failure(deep.error()), Failure::budget);
  EXPECT_FALSE(is_der_shaped(bomb));
  Bytes strings;
  for (int i = 0; i < 100'000; ++i) append(strings, bytes("2480"));
  deep = convert(strings);
  ASSERT_FALSE(deep);
  EXPECT_EQ(failure(deep.error()), Failure::budget);
  Bytes many;
  for (int i = 0; i < 5'000; ++i) append(many, bytes("0500"));
  Budget budget(Limits().set(Limit::nodes, 1'000));
  EXPECT_EQ(failure(der_from_ber(element(kSequence, many), false, budget).error()), Failure::budget);
  Bytes nested;  // definite lengths, nested as deep as is read at all
  for (int i = 0; i < 150; ++i) nested = element(kSequence, nested);
  EXPECT_FALSE(is_der_shaped(nested));
  EXPECT_FALSE(convert(nested));
}

}  // namespace
}  // namespace mohr::asn1

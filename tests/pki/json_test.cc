#include "pki/core/json.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <filesystem>

#include "pki/core/message_json.h"
#include "pki/core/source.h"

namespace mohr::json {
namespace {

Result<Value> parse_text(std::string_view text) {
  Budget budget;
  return parse(as_bytes(text), budget);
}

TEST(Json, ReadsAndWritesBack) {
  const std::string_view cases[] = {R"(null)",
                                    R"([])",
                                    R"({})",
                                    R"([true,false,null])",
                                    R"({"a":{"b":[1,-2,0]},"c":"d"})",
                                    R"([1.5,1e+30,4.5,0.002,1e-27])",
                                    R"("نامه \"۱\" \\ \u0001\n")",
                                    R"([9007199254740992,9223372036854774784,-9223372036854775808])",
                                    R"(["😂"])"};
  for (const std::string_view text : cases) {
    auto value = parse_text(text);
    ASSERT_TRUE(value) << text << render(value.error(), Language::en);
    EXPECT_EQ(write(*value), text);
    EXPECT_EQ(write(*parse_text(write(*value, 2))), text);
  }
  EXPECT_EQ(write(*parse_text(R"({"a":[1,{}],"b":[]})"), 2), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
  EXPECT_EQ(write(Value("a\xff"
                        "b\xd9")),
            "\"a\xef\xbf\xbd"
            "b\xef\xbf\xbd\"");
  EXPECT_EQ(*parse_text(R"("\ud83d\ude02\u20AC\/")")->string(), "😂€/");
}

TEST(Json, RefusesAndSaysWhere) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"", "byte 0"},
                                                                 {" ", "byte 1"},
                                                                 {"\xef\xbb\xbf{}", "byte 0"},
                                                                 {"{} {}", "byte 3"},
                                                                 {"[1,]", "byte 3"},
                                                                 {"[1 2]", "byte 3"},
                                                                 {"{\"a\":1,}", "byte 7"},
                                                                 {"{a:1}", "byte 1"},
                                                                 {"{'a':1}", "byte 1"},
                                                                 {"{\"a\" 1}", "byte 5"},
                                                                 {"[1", "byte 2"},
                                                                 {"\"a", "byte 2"},
                                                                 {"\"\\x\"", "byte 2"},
                                                                 {"\"\t\"", "byte 1"},
                                                                 {"\"\\ud800\"", "byte 7"},
                                                                 {"\"\\udc00\"", "byte 7"},
                                                                 {"\"\\ud800\\u0041\"", "byte 13"},
                                                                 {"\"\\u12g4\"", "byte 3"},
                                                                 {"\"\xc0\xaf\"", "byte 1"},
                                                                 {"\"\xed\xa0\x80\"", "byte 1"},
                                                                 {"\"\xf4\x90\x80\x80\"", "byte 1"},
                                                                 {"\"\xe2\x82\"", "byte 1"},
                                                                 {"\"\xef\xbf\xbe\"", "byte 1"},
                                                                 {"\"\\ufdd0\"", "byte 7"},
                                                                 {"01", "byte 1"},
                                                                 {"+1", "byte 0"},
                                                                 {".5", "byte 0"},
                                                                 {"1.", "byte 2"},
                                                                 {"1e", "byte 2"},
                                                                 {"-", "byte 1"},
                                                                 {"NaN", "byte 0"},
                                                                 {"Infinity", "byte 0"},
                                                                 {"truE", "byte 0"},
                                                                 {"1e400", "byte 5"},
                                                                 {"1e-400", "byte 6"},
                                                                 {"9007199254740993", "byte 16"},
                                                                 {"100000000000000000001", "byte 21"},
                                                                 {"{\"a\":1,\"a\":2}", "byte 0"},
                                                                 {"[{\"a\":1,\"\\u0061\":2}]", "byte 1"},
                                                                 {std::string_view("\"\0\"", 3), "byte 1"},
                                                                 {std::string_view("1\0", 2), "byte 1"},
                                                                 {"// c\n1", "byte 0"}};
  for (const auto& [text, place] : cases) {
    auto value = parse_text(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().place, place) << text;
    EXPECT_EQ(failure(value.error()), Failure::unreadable);
  }
  EXPECT_EQ(parse_text("{\"a\":1,\"b\":2,\"a\":3}").error().code, ErrorCode::json_duplicate_member);
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += "\"" + std::to_string(i % 39) + "\":0" + (i == 39 ? "}" : ",");
  EXPECT_EQ(parse_text(many).error().code, ErrorCode::json_duplicate_member);
  EXPECT_TRUE(parse_text("100000000000000000000"));
}

TEST(Json, KeepsToItsBudget) {
  EXPECT_TRUE(parse_text(std::string(100, '[') + std::string(100, ']')));
  EXPECT_EQ(parse_text(std::string(101, '[') + std::string(101, ']')).error().code, ErrorCode::budget_exceeded);
  Limits limits;
  limits.set(Limit::nodes, 3);
  Budget few(limits);
  EXPECT_EQ(parse(as_bytes("[1,2,3]"), few).error().code, ErrorCode::budget_exceeded);
}

// RFC 8785 appendix B.
TEST(Json, WritesNumbersAsEcmaScriptDoes) {
  const std::pair<std::uint64_t, std::string_view> cases[] = {{0x0000000000000000, "0"},
                                                              {0x8000000000000000, "0"},
                                                              {0x0000000000000001, "5e-324"},
                                                              {0x8000000000000001, "-5e-324"},
                                                              {0x7fefffffffffffff, "1.7976931348623157e+308"},
                                                              {0x4340000000000000, "9007199254740992"},
                                                              {0x4430000000000000, "295147905179352830000"},
                                                              {0x44b52d02c7e14af5, "9.999999999999997e+22"},
                                                              {0x44b52d02c7e14af6, "1e+23"},
                                                              {0x444b1ae4d6e2ef4e, "999999999999999700000"},
                                                              {0x444b1ae4d6e2ef50, "1e+21"},
                                                              {0x3eb0c6f7a0b5ed8d, "0.000001"},
                                                              {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
                                                              {0x41b3de4355555553, "333333333.3333332"},
                                                              {0x41b3de4355555557, "333333333.33333343"},
                                                              {0xbecbf647612f3696, "-0.0000033333333333333333"},
                                                              {0x43143ff3c1cb0959, "1424953923781206.2"},
                                                              {0x7fffffffffffffff, "null"}};
  for (const auto& [bits, text] : cases) EXPECT_EQ(canonical(Value(std::bit_cast<double>(bits))), text);
  EXPECT_EQ(canonical(Value(std::int64_t{9223372036854774784})), "9223372036854775000");
}

TEST(Json, SortsByUtf16CodeUnits) {
  EXPECT_EQ(canonical(*parse_text(R"({"\ufb33":1,"\ud83d\ude02":2,"\u20ac":3,"b":4,"a":5,"":6,"aa":7})")),
            "{\"\":6,\"a\":5,\"aa\":7,\"b\":4,\"€\":3,\"😂\":2,\"\xef\xac\xb3\":1}");
}

TEST(Json, RecordedTimesAreOfTheCalendar) {
  const auto recorded = [](const std::string& seconds) {
    const auto record = parse_text(R"({"id":"signature.claimed-time-in-future","params":[{"time":)" + seconds + "}]}");
    return record && finding_from(*record);
  };
  for (const char* seconds : {"0", "-62167219200", "253402300799"}) EXPECT_TRUE(recorded(seconds)) << seconds;
  for (const char* seconds : {"-62167219201", "253402300800", "4611686018427387904", "-9223372036854775808", "1.5", "\"1\""})
    EXPECT_FALSE(recorded(seconds)) << seconds;
}

TEST(Json, CanonicalFormOfTheCorpus) {
  const char* given = std::getenv("MOHR_CORPORA");
  const std::filesystem::path root = std::filesystem::path(given ? given : MOHR_SOURCE_DIR "/../shared/corpora") / "jcs";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no corpora: set MOHR_CORPORA";
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root / "input")) {
    const auto input = read_file(entry.path().string(), 1 << 20);
    const auto output = read_file((root / "output" / entry.path().filename()).string(), 1 << 20);
    ASSERT_TRUE(input && output);
    auto value = parse_text(as_text(*input));
    ASSERT_TRUE(value);
    EXPECT_EQ(canonical(*value), as_text(*output)) << entry.path();
    ++seen;
  }
  EXPECT_GE(seen, 4U);
}

}  // namespace
}  // namespace mohr::json

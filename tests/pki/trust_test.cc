// What is trusted, read from files and folders; every mistake in trust.json refuses all of it.
#include "pki/trust.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/issuing.h"

namespace mohr::pki {
namespace {

class TrustFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "mohr-trust-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    write("root.pem", pem(*test::p256_party().certificate));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ + "/" + name) << text; }
  [[nodiscard]] std::optional<ErrorCode> load(const std::string& description) const {
    write("trust.json", description);
    Trust trust;
    const auto loaded = trust.load(folder_);
    return loaded ? std::nullopt : std::optional(loaded.error().code);
  }
  std::string folder_;
};

TEST_F(TrustFolder, FilesAndFoldersGiveAnchors) {
  Trust file, folder;
  ASSERT_TRUE(file.load(folder_ + "/root.pem"));
  ASSERT_EQ(file.anchors().size(), 1U);
  EXPECT_FALSE(file.anchors()[0].demonstration);
  EXPECT_TRUE(file.anchors()[0].revocation_required);
  ASSERT_TRUE(folder.load(folder_));
  EXPECT_EQ(folder.identity(), file.identity());
  EXPECT_NE(folder.anchor_of(*test::p256_party().certificate), nullptr);
  EXPECT_FALSE(Trust().load(folder_ + "/none.pem"));
}

TEST_F(TrustFolder, TheDescriptionDecides) {
  const std::string hash = hex(test::p256_party().certificate->fingerprint().view());
  write("trust.json", R"({"version":1,"anchors":[{"file":"root.pem","sha256":")" + hash +
                          R"(","demonstration":true,"revocation":"not-required"}],"allow_hosts":["127.0.0.1:18080"]})");
  Trust trust;
  ASSERT_TRUE(trust.load(folder_));
  EXPECT_TRUE(trust.anchors()[0].demonstration);
  EXPECT_FALSE(trust.anchors()[0].revocation_required);
  EXPECT_EQ(trust.allowed_hosts()[0], "127.0.0.1:18080");
  ASSERT_TRUE(trust.load(folder_ + "/root.pem"));  // configured again without words: the stricter of the two
  ASSERT_EQ(trust.anchors().size(), 1U);
  EXPECT_TRUE(trust.anchors()[0].demonstration);
  EXPECT_TRUE(trust.anchors()[0].revocation_required);
}

TEST_F(TrustFolder, MistakesRefuseAllOfIt) {
  const std::string zeros(64, '0');
  EXPECT_EQ(load(R"({"version":1,"anchors":[{"file":"root.pem","sha256":")" + zeros + R"("}]})"), ErrorCode::trust_digest_differs);
  for (const char* description :
       {R"({"anchors":[{"file":"root.pem"}]})", R"({"version":2,"anchors":[{"file":"root.pem"}]})", R"({"version":1})",
        R"({"version":1,"anchors":[{"file":"root.pem","trusted":true}]})", R"({"version":1,"anchors":[],"more":1})",
        R"({"version":1,"anchors":[{"file":"root.pem","sha256":7}]})", R"({"version":1,"anchors":[{"file":"root.pem","sha256":""}]})",
        R"({"version":1,"anchors":[{"file":"root.pem","revocation":"maybe"}]})",
        R"({"version":1,"anchors":[{"file":"root.pem","demonstration":"yes"}]})", R"({"version":1,"anchors":[{}]})",
        R"({"version":1,"anchors":[{"file":"root.pem"}],"allow_hosts":"127.0.0.1"})"})
    EXPECT_EQ(load(description), ErrorCode::trust_invalid) << description;
  EXPECT_EQ(load(R"({"version":1,"version":1,"anchors":[]})"), ErrorCode::json_duplicate_member);
  EXPECT_TRUE(load("{"));
  EXPECT_TRUE(load(R"({"version":1,"anchors":[{"file":"none.pem"}]})"));
}

TEST_F(TrustFolder, AnEmptyFolderIsAMistake) {
  std::filesystem::remove(folder_ + "/root.pem");
  const auto loaded = Trust().load(folder_);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::trust_invalid);
}

}  // namespace
}  // namespace mohr::pki

// What is trusted, read from files and folders; every mistake in trust.json refuses all of it.
#include "pki/trust.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "pki/trust_description.h"
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
  for (const char* description : {R"({"anchors":[{"file":"root.pem"}]})",
                                  R"({"version":2,"anchors":[{"file":"root.pem"}]})",
                                  R"({"version":1})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","trusted":true}]})",
                                  R"({"version":1,"anchors":[],"more":1})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","sha256":7}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","sha256":""}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","revocation":"maybe"}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","demonstration":"yes"}]})",
                                  R"({"version":1,"anchors":[{}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem"}],"allow_hosts":"127.0.0.1"})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","domain":"state"}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","domain":"national","demonstration":true}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","purposes":["seal"]}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","purposes":[]}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","from":"soon"}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","from":"2026-01-02","until":"2026-01-01"}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","path_length":-1}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","policies":["x"]}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","permitted_names":[{"phone":"1"}]}]})",
                                  R"({"version":1,"anchors":[{"file":"root.pem","permitted_names":[{"directory":{"X":"1"}}]}]})",
                                  R"({"version":1,"anchors":[],"levels":{"2.999.1":"tin"}})",
                                  R"({"version":1,"anchors":[],"locked":"yes"})"})
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

TEST_F(TrustFolder, WhatIsWrittenIsReadBack) {
  const std::string text =
      R"({"version":1,"locked":true,"anchors":[{"file":"root.pem","domain":"national","purposes":["sign","status"],"from":"2026-01-01T00:00:00Z",)"
      R"("until":"2027-01-01T00:00:00Z","path_length":1,"policies":["2.999.1"],"permitted_names":[{"directory":{"C":"IR","O":"Governmental"}}],)"
      R"("excluded_names":[{"dns":"bad.example"}]}],"levels":{"2.999.1":"gold"},"intermediates":["x.pem"],"allow_hosts":["h"]})";
  const auto read = parse_trust_description(as_bytes(text), "trust.json");
  ASSERT_TRUE(read) << render(read.error(), Language::en);
  const std::string once = json::write(trust_description_json(*read));
  const auto again = parse_trust_description(as_bytes(once), "trust.json");
  ASSERT_TRUE(again) << render(again.error(), Language::en);
  EXPECT_EQ(json::write(trust_description_json(*again)), once);
  EXPECT_NE(once.find(R"({"C":"IR","O":"Governmental"})"), std::string::npos) << once;
  write("trust.json", R"({"version":1,"locked":true,"anchors":[{"file":"root.pem"}]})");
  Trust trust;
  ASSERT_TRUE(trust.load(folder_));
  EXPECT_TRUE(trust.is_locked());
}

// One chain of three under an anchor that is configured in many ways.
class AnchorRules : public testing::Test {
 protected:
  void SetUp() override {
    test::PartyOptions authority;
    authority.ca = true;
    authority.key_usage = kKeyCertSign | kCrlSign;
    authority.name = "Root";
    root_ = test::make_party(crypto::NewKey::p256, authority);
    authority.name = "Middle";
    middle_ = test::make_party(crypto::NewKey::p256, authority, &root_);
    leaf_ = test::make_party(crypto::NewKey::p256, {}, &middle_);
    path_ = {leaf_.certificate, middle_.certificate, root_.certificate};
    anchor_.certificate = root_.certificate;
  }
  [[nodiscard]] std::vector<Check> objections(Purpose purpose = Purpose::signing, Instant time = test::kNow) const {
    Budget budget;
    const auto found = find_objections(anchor_, path_, purpose, time, budget);
    std::vector<Check> checks;
    for (const Finding& finding : *found) checks.push_back(finding.check);
    return checks;
  }
  static std::shared_ptr<const AnchorNames> names(const std::string& members) {
    const auto read = parse_trust_description(as_bytes(R"({"version":1,"anchors":[{"file":"x",)" + members + "}]}"), "x");
    EXPECT_TRUE(read) << render(read.error(), Language::en);
    return read->anchors[0].anchor.constraints.names.at(0);
  }
  test::Party root_, middle_, leaf_;
  std::vector<CertificatePtr> path_;
  Anchor anchor_;
};
using Checks = std::vector<Check>;

TEST_F(AnchorRules, EachOneSpeaks) {
  EXPECT_EQ(objections(), Checks{});
  anchor_.from = test::kNow + 1;
  EXPECT_EQ(objections(), Checks{Check::anchor_not_trusted_yet});
  EXPECT_EQ(objections(Purpose::signing, test::kNow + 1), Checks{});
  anchor_.from = {0};
  anchor_.until = test::kNow - 1;
  EXPECT_EQ(objections(), Checks{Check::anchor_no_longer_trusted});
  anchor_.until = test::kNow;
  anchor_.purposes = {true, false, false};
  EXPECT_EQ(objections(), Checks{});
  EXPECT_EQ(objections(Purpose::time_stamping), Checks{Check::anchor_not_for_purpose});
  EXPECT_EQ(objections(Purpose::crl_signing), Checks{Check::anchor_not_for_purpose});
  anchor_.purposes = {};
  anchor_.constraints.path_length = 0;
  EXPECT_EQ(objections(), Checks{Check::anchor_path_too_long});
  anchor_.constraints.path_length = 1;
  EXPECT_EQ(objections(), Checks{});
  anchor_.constraints.policies.emplace();
  EXPECT_EQ(objections(), Checks{Check::anchor_not_for_policy});
}

TEST_F(AnchorRules, NamesAreConstrained) {
  anchor_.constraints.names = {names(R"("permitted_names":[{"directory":{"C":"IR"}}])")};
  EXPECT_EQ(objections(), Checks{});
  anchor_.constraints.names = {names(R"("permitted_names":[{"directory":{"C":"IQ"}}])")};
  EXPECT_EQ(objections(), (Checks{Check::anchor_not_for_name, Check::anchor_not_for_name}));
  anchor_.constraints.names = {names(R"("excluded_names":[{"directory":{"C":"IR","CN":"Middle"}}])")};
  EXPECT_EQ(objections(), Checks{Check::anchor_not_for_name});
  anchor_.constraints.names = {names(R"("permitted_names":[{"dns":"example.ir"}])")};  // says nothing of directory names
  EXPECT_EQ(objections(), Checks{});
}

TEST_F(AnchorRules, ConfiguredTwiceIsWhatBothAllow) {
  Trust trust;
  Anchor one = anchor_, other = anchor_;
  one.domain = Domain::national;
  one.purposes = {true, true, false};
  other.purposes = {true, false, true};
  one.until = test::kNow;
  one.constraints.path_length = 3;
  other.constraints.path_length = 2;
  ASSERT_TRUE(trust.add_anchor(one));
  const crypto::Hash before = trust.identity();
  ASSERT_TRUE(trust.add_anchor(other));
  const Anchor& both = trust.anchors()[0];
  EXPECT_EQ(both.domain, Domain::internal);
  EXPECT_TRUE(both.purposes.sign);
  EXPECT_FALSE(both.purposes.timestamp || both.purposes.status);
  EXPECT_EQ(both.until, test::kNow);
  EXPECT_EQ(both.constraints.path_length, 2);
  EXPECT_NE(trust.identity(), before);
}

}  // namespace
}  // namespace mohr::pki

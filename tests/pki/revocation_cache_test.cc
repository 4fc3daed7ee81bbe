// What is kept of fetched revocation data, and what is never believed of it.
#include "pki/revocation_cache.h"

#include <unistd.h>

#include <filesystem>
#include <thread>

#include "pki/core/folder.h"
#include "pki/core/source.h"
#include "pki/newest_time.h"
#include "tests/support/issuing.h"

namespace mohr::pki {
namespace {

namespace fs = std::filesystem;
using test::kNow;
using test::Party;

const char* const kUrl = "http://lists.example.ir/issuing.crl";

class Watch final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return time; }
  Instant time = kNow;
};

// Sends what it was told, and knows ETags.
class Server final : public Fetcher {
 public:
  Result<Bytes> fetch(const FetchRequest& request, Budget& budget) override {
    MOHR_TRY(FetchAnswer answer, fetch_if_changed(request, {}, budget));
    return std::move(answer.body);
  }
  Result<FetchAnswer> fetch_if_changed(const FetchRequest& request, const Validators& known, Budget& /*budget*/) override {
    ++requests;
    if (body.empty()) return errors::network_timeout(Code{request.url}, 1);
    if (!etag.empty() && known.etag == etag) return FetchAnswer{{}, known, true};
    ++sent;
    return FetchAnswer{body, {etag, ""}, false};
  }
  Bytes body;
  std::string etag;
  int requests = 0, sent = 0;
};

Party make_ca(const char* name, const Party* issuer = nullptr) {
  test::PartyOptions options;
  options.name = name;
  options.key_usage = kKeyCertSign | kCrlSign;
  options.ca = true;
  return test::make_party(crypto::NewKey::p256, options, issuer);
}

Bytes list_of(const Party& by, std::int64_t number, Instant this_update) {
  auto der = issue_crl({}, number, this_update, this_update + 7 * kDay, *by.key, *by.certificate,
                       crypto::preferred_algorithm(by.key->public_key()));
  EXPECT_TRUE(der);
  return der ? *std::move(der) : Bytes();
}

class RevocationCacheTest : public testing::Test {
 protected:
  RevocationCacheTest() {
    folder_ = fs::temp_directory_path() / ("mohr-cache-test-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    auto opened = Installation::open(folder_.string());
    EXPECT_TRUE(opened);
    installation_ = *opened;
  }
  ~RevocationCacheTest() override { fs::remove_all(folder_); }
  RevocationCache cache(CrlShelfPtr shelf = {}) { return {installation_, watch_, std::move(shelf)}; }
  Need need() { return {Need::Kind::crl, kUrl, leaf_.certificate, authority_.certificate}; }
  bool keep(RevocationCache& cache, const Bytes& der) {
    Server server;
    server.body = der;
    (void)ask(cache, &server);
    return cache.find(need(), 1 << 20) == der;
  }
  // One document that needs the list; returns how many lists it had in the end.
  std::size_t ask(RevocationCache& cache, Fetcher* fetcher, Evidence& evidence) {
    Asking asking(trust_, fetcher, &cache);
    Budget budget;
    const Need wanted = need();
    for (bool came = true; came;) {
      const auto learned = asking.learn({&wanted, 1}, evidence, budget);
      EXPECT_TRUE(learned);
      came = learned && *learned;
    }
    return evidence.crls().size();
  }
  std::size_t ask(RevocationCache& cache, Fetcher* fetcher) {
    Evidence evidence;
    return ask(cache, fetcher, evidence);
  }
  fs::path file() {
    for (const auto& entry : fs::directory_iterator(folder_ / "revocation"))
      if (entry.path().filename().string().size() == 64) return entry.path();
    return {};
  }

  fs::path folder_;
  Watch watch_;
  Trust trust_;
  InstallationPtr installation_;
  Party authority_ = make_ca("Issuing"), stranger_ = make_ca("Issuing"), leaf_ = test::make_party(crypto::NewKey::p256, {}, &authority_);
};

TEST_F(RevocationCacheTest, WhatWasFetchedServesTheNextRunWithoutTheNetwork) {
  Server server;
  server.body = list_of(authority_, 1, kNow);
  server.etag = "\"1\"";
  {
    RevocationCache first = cache();
    EXPECT_EQ(ask(first, &server), 1U);
  }
  RevocationCache next = cache();
  EXPECT_EQ(ask(next, nullptr), 1U);  // offline
  EXPECT_EQ(server.requests, 1);
  EXPECT_EQ(ask(next, &server), 1U);  // it did not help here: asked whether there is another
  EXPECT_EQ(server.requests, 2);
  EXPECT_EQ(server.sent, 1);
  EXPECT_GE(size_of_folder(next.folder()).files, 1U);
}

// A big list that was fetched is asked through its index from then on, here and in other processes.
TEST_F(RevocationCacheTest, ABigListIsReadOnce) {
  std::vector<Revocation> revoked(40'000);
  for (std::size_t i = 0; i < revoked.size(); ++i) {
    revoked[i].serial = crypto::random_bytes(16);
    revoked[i].serial[0] = 0x41;
    revoked[i].time = kNow - kDay;
  }
  revoked.push_back({to_bytes(leaf_.certificate->serial()), kNow - kDay, 1});
  Server server;
  server.body = *issue_crl(revoked, 1, kNow, kNow + 7 * kDay, *authority_.key, *authority_.certificate,
                           crypto::preferred_algorithm(authority_.key->public_key()));
  const auto shelf = std::make_shared<CrlShelf>(installation_);
  const auto status = [&](Fetcher* fetcher) {
    RevocationCache kept = cache(shelf);
    Evidence evidence;
    EXPECT_EQ(ask(kept, fetcher, evidence), 1U);
    Budget budget;
    return revocation_status(*leaf_.certificate, *authority_.certificate, kNow + kHour, kNow + kHour, Trust(), evidence, budget)->state;
  };
  EXPECT_EQ(status(&server), RevocationState::revoked);
  Budget budget;
  const CrlPtr again = *cache(shelf).find_list(need(), budget);
  ASSERT_TRUE(again && again->verified_under());
  EXPECT_LT(again->der().size(), 1000U);
  EXPECT_EQ(status(nullptr), RevocationState::revoked);
  std::error_code ignored;
  fs::remove_all(shelf->folder(), ignored);
  EXPECT_EQ(status(nullptr), RevocationState::revoked);  // the index is only a help
  EXPECT_FALSE((*cache().find_list(need(), budget))->verified_under());
}

TEST_F(RevocationCacheTest, OnlyWhatVerifiedAndIsNewerReplaces) {
  RevocationCache kept = cache();
  EXPECT_FALSE(keep(kept, list_of(stranger_, 9, kNow)));  // the same name, another key
  EXPECT_TRUE(keep(kept, list_of(authority_, 5, kNow)));
  EXPECT_FALSE(keep(kept, list_of(authority_, 4, kNow - kDay)));  // replayed
  EXPECT_FALSE(keep(kept, list_of(authority_, 4, kNow + kDay)));  // a smaller number
  EXPECT_FALSE(keep(kept, list_of(authority_, 6, kNow - kDay)));  // an older date
  const Bytes newer = list_of(authority_, 256, kNow + kDay);
  EXPECT_TRUE(keep(kept, newer));
  EXPECT_EQ(kept.find(need(), 1 << 20), std::optional(newer));
  EXPECT_EQ(kept.find(need(), 10), std::nullopt);  // larger than may be held
  Need other = need();
  other.issuer = stranger_.certificate;
  EXPECT_EQ(kept.find(other, 1 << 20), std::nullopt);
  other = need();
  other.url += "x";
  EXPECT_EQ(kept.find(other, 1 << 20), std::nullopt);
}

// An authority that changed its key signs its lists with the new one, which is known only later.
TEST_F(RevocationCacheTest, AListOfAnotherSignerIsKeptOnceItsPathIsKnown) {
  const Party root = make_ca("Root"), renewed = make_ca("Issuing", &root);
  authority_ = make_ca("Issuing", &root);
  leaf_ = test::make_party(crypto::NewKey::p256, {}, &authority_);
  ASSERT_TRUE(trust_.add_anchor({root.certificate, false, false, "test"}));
  Server server;
  server.body = list_of(renewed, 1, kNow);
  for (const Party* known : std::initializer_list<const Party*>{&stranger_, &authority_, &renewed}) {
    RevocationCache kept = cache();
    Evidence evidence;
    Asking asking(trust_, &server, &kept);
    Budget budget;
    const Need wanted = need();
    EXPECT_TRUE(asking.learn({&wanted, 1}, evidence, budget).value());
    EXPECT_EQ(kept.find(need(), 1 << 20), std::nullopt);
    evidence.add(known->certificate, Origin::network);
    EXPECT_FALSE(asking.learn({&wanted, 1}, evidence, budget).value());
    EXPECT_EQ(kept.find(need(), 1 << 20).has_value(), known == &renewed);
  }
}

TEST_F(RevocationCacheTest, NoDamagedOrForeignFileIsBelieved) {
  const Bytes list = list_of(authority_, 5, kNow);
  RevocationCache kept = cache();
  ASSERT_TRUE(keep(kept, list));
  const Bytes good = *read_file(file().string(), 1 << 20);
  const std::string path = file().string();
  const auto put = [&](ByteView octets) {
    auto out = NewFile::create(path, true, 0600);
    ASSERT_TRUE(out && out->write(octets) && out->commit());
  };
  for (std::size_t at = 0; at < good.size(); at += 7) {
    Bytes bad = good;
    bad[at] ^= 0x10;
    put(bad);
    ASSERT_EQ(kept.find(need(), 1 << 20), std::nullopt) << at;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{35}, std::size_t{100}, good.size() - 1}) {
    put(ByteView(good).first(size));
    EXPECT_EQ(kept.find(need(), 1 << 20), std::nullopt) << size;
    EXPECT_TRUE(kept.validators(need()).empty());
  }
  EXPECT_TRUE(keep(kept, list));  // and it is made anew
  fs::remove(folder_ / "installation.key");
  const auto other = Installation::open(folder_.string());
  ASSERT_TRUE(other);
  EXPECT_EQ(RevocationCache(*other, watch_).find(need(), 1 << 20), std::nullopt);
}

TEST_F(RevocationCacheTest, PlacesThatFailRest) {
  Server server;
  RevocationCache one = cache();
  EXPECT_EQ(ask(one, &server), 0U);
  EXPECT_EQ(ask(one, &server), 0U);
  EXPECT_EQ(server.requests, 1);
  RevocationCache another = cache();  // another process
  Evidence evidence;
  EXPECT_EQ(ask(another, &server, evidence), 0U);
  EXPECT_EQ(server.requests, 1);
  ASSERT_EQ(evidence.failures().size(), 1U);
  EXPECT_EQ(evidence.failures()[0].error.code, ErrorCode::network_cooling_down);
  watch_.time = kNow + 31;
  EXPECT_EQ(ask(another, &server), 0U);
  EXPECT_EQ(server.requests, 2);
  watch_.time = kNow + 31 + 59;  // twice as long now
  EXPECT_EQ(ask(another, &server), 0U);
  EXPECT_EQ(server.requests, 2);
  watch_.time = kNow + 31 + 61;
  server.body = list_of(authority_, 1, kNow);
  EXPECT_EQ(ask(another, &server), 1U);
  EXPECT_EQ(another.cooling_down(kUrl), std::nullopt);
  EXPECT_EQ(cache().cooling_down(kUrl), std::nullopt);
}

TEST_F(RevocationCacheTest, TheOldestGoesWhenThereIsTooMuch) {
  const Bytes list = list_of(authority_, 1, kNow);
  RevocationCache small(installation_, watch_, {}, 3 * (list.size() + 700));
  Budget budget;
  const auto crl = Crl::parse(list, budget);
  ASSERT_TRUE(crl);
  for (int i = 0; i < 20; ++i) {
    Need one = need();
    one.url += std::to_string(i);
    EXPECT_TRUE(small.keep(one, **crl, {}));
  }
  EXPECT_LE(size_of_folder(small.folder()).octets, 3 * (list.size() + 700));
  EXPECT_GE(size_of_folder(small.folder()).files, 2U);
}

TEST_F(RevocationCacheTest, SeveralWritersLeaveTheNewest) {
  std::vector<Bytes> lists;
  for (int number = 0; number < 8; ++number) lists.push_back(list_of(authority_, number + 1, kNow + number * kHour));
  (void)authority_.certificate->key();
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([&, writer] {
      RevocationCache own = cache();
      for (std::size_t i = 0; i < lists.size(); ++i) (void)keep(own, lists[(i + static_cast<std::size_t>(writer) * 3) % lists.size()]);
    });
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(cache().find(need(), 1 << 20), std::optional(lists.back()));
}

TEST_F(RevocationCacheTest, TheClockNeverLiesBeforeWhatWasSeen) {
  const NewestTime newest(installation_);
  EXPECT_TRUE(newest.check({0}));  // nothing seen yet
  newest.saw(kNow);
  newest.saw(kNow - kDay);  // never backwards
  EXPECT_EQ(newest.seen(), std::optional(kNow));
  EXPECT_TRUE(newest.check(kNow - 5 * kMinute));
  const auto wrong = newest.check(kNow - 5 * kMinute - 1);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::clock_wrong);
  EXPECT_EQ(failure(wrong.error()), Failure::environment);
  Bytes bad = *read_file((folder_ / "newest-time").string(), 1000);
  bad.back() ^= 1;
  auto out = NewFile::create((folder_ / "newest-time").string(), true, 0600);
  ASSERT_TRUE(out && out->write(bad) && out->commit());
  EXPECT_EQ(newest.seen(), std::nullopt);
}

}  // namespace
}  // namespace mohr::pki

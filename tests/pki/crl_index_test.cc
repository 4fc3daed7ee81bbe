#include <sys/stat.h>

#include <filesystem>
#include <random>
#include <thread>

#include "pki/crl_shelf.h"
#include "pki/revocation.h"
#include "tests/support/issuing.h"
#include "x509_vectors.h"

namespace mohr::pki {
namespace {

namespace fs = std::filesystem;
using vectors::bytes;
using vectors::extension;

constexpr Instant kDate{1'767'323'045};
constexpr std::size_t kPage = 4096;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "mohr-index-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

InstallationPtr installation_in(const Folder& folder, const char* name = "state") {
  auto opened = Installation::open(folder.at(name));
  EXPECT_TRUE(opened) << render(opened.error(), Language::en);
  return *opened;
}

Bytes entry(ByteView serial, Instant date = kDate, ByteView extensions = {}) {
  return asn1::sequence({asn1::element(asn1::kInteger, serial), asn1::utc_or_generalized_time(date), extensions});
}
Bytes reason_extension(int reason) { return extension("2.5.29.21", asn1::element(asn1::kEnumerated, Bytes{static_cast<Byte>(reason)})); }

CrlPtr list_of(const std::vector<Bytes>& entries, ByteView list_extensions = {}) {
  Bytes all;
  for (const Bytes& one : entries) append(all, one);
  const Bytes algorithm = asn1::sequence({asn1::oid("1.2.840.10045.4.3.2")});
  const Bytes revoked = entries.empty() ? Bytes{} : asn1::element(asn1::kSequence, all);
  const Bytes more = list_extensions.empty() ? Bytes{} : asn1::element(asn1::context(0), asn1::sequence({list_extensions}));
  const Bytes tbs =
      asn1::sequence({asn1::integer(1), algorithm, vectors::name("issuer"), asn1::utc_or_generalized_time(kDate), revoked, more});
  Budget budget;
  auto crl = Crl::parse(asn1::sequence({tbs, algorithm, asn1::bit_string(bytes("00"))}), budget);
  EXPECT_TRUE(crl) << render(crl.error(), Language::en);
  return *crl;
}

// A serial number as the INTEGER of a positive number, with that many octets of contents.
Bytes serial_of(std::mt19937_64& random, std::size_t octets) {
  Bytes serial(octets);
  for (Byte& one : serial) one = static_cast<Byte>(random());
  serial[0] = static_cast<Byte>((serial[0] & 0x7f) | 1);
  if (octets > 1 && random() % 4 == 0) serial[0] = 0, serial[1] |= 0x80;
  return serial;
}

CrlPtr random_list(std::uint64_t seed, std::size_t count, std::size_t least, std::size_t most, std::vector<Bytes>& serials) {
  std::mt19937_64 random(seed);
  std::vector<Bytes> entries;
  for (std::size_t i = 0; i < count; ++i) {
    const bool again = !serials.empty() && random() % 50 == 0;  // some stand twice
    const Bytes serial = again ? serials[random() % serials.size()] : serial_of(random, least + random() % (most - least + 1));
    serials.push_back(serial);
    Bytes extensions;
    if (random() % 2 == 0) append(extensions, reason_extension(std::array{0, 1, 4, 6, 8, 10}[random() % 6]));
    if (random() % 16 == 0 && most > 20) append(extensions, extension("2.5.29.24", asn1::generalized_time(kDate - kDay)));
    const Instant date{static_cast<std::int64_t>(random() % 4'000'000'000) - 600'000'000};
    entries.push_back(entry(serial, date, extensions.empty() ? extensions : asn1::sequence({extensions})));
  }
  return list_of(entries);
}

CrlIndexPtr build_and_open(const Crl& crl, const Installation& installation, const std::string& path) {
  Budget budget;
  const auto built = CrlIndex::build(crl, crypto::sha256(as_bytes("key")), installation, path, budget);
  EXPECT_TRUE(built && *built);
  auto opened = CrlIndex::open(path, installation);
  EXPECT_TRUE(opened) << render(opened.error(), Language::en);
  return *opened;
}

bool same(const std::optional<RevokedEntry>& a, const std::optional<RevokedEntry>& b) {
  if (!a || !b) return !a && !b;
  return a->revocation_date == b->revocation_date && a->reason == b->reason && a->invalidity_date == b->invalidity_date;
}

void expect_same(const Crl& crl, const CrlIndex& index, ByteView serial) {
  const auto slow = crl.find(serial, crl.issuer());
  const auto quick = index.find(serial);
  ASSERT_TRUE(slow && quick) << hex(serial);
  EXPECT_TRUE(same(*slow, *quick)) << hex(serial);
}

TEST(CrlIndex, AnswersAsTheListDoes) {
  const Folder folder;
  const InstallationPtr installation = installation_in(folder);
  struct Case {
    std::size_t count, least, most;
  };
  for (const auto& [count, least, most] :
       {Case{0, 1, 1}, {1, 1, 1}, {2, 3, 3}, {150, 1, 21}, {5000, 16, 16}, {3000, 1, 21}, {400, 1, 3}, {300, 40, 64}}) {
    std::vector<Bytes> serials;
    const CrlPtr crl = random_list(count + most, count, least, most, serials);
    const CrlIndexPtr index = build_and_open(*crl, *installation, folder.at("one.index"));
    EXPECT_EQ(index->head().listed, count);
    EXPECT_EQ(index->head().fingerprint, crl->fingerprint());
    EXPECT_EQ(index->head().signer_spki, crypto::sha256(as_bytes("key")));
    for (std::size_t i = 0; i < serials.size(); i += 1 + serials.size() / 400) expect_same(*crl, *index, serials[i]);
    std::mt19937_64 random(7);
    for (int i = 0; i < 100; ++i) expect_same(*crl, *index, serial_of(random, least + random() % (most - least + 1)));
    for (const Bytes& absent : {Bytes{}, Bytes{0}, Bytes{0x7f}, Bytes(21, 0x7f), Bytes(65, 1), Bytes(300, 1)})
      expect_same(*crl, *index, absent);
  }
}

TEST(CrlIndex, OfSeveralEntriesTheOneThatRevokes) {
  const Folder folder;
  const auto with = [](int reason) { return asn1::sequence({reason_extension(reason)}); };
  const CrlPtr crl = list_of({entry(bytes("05"), kDate, with(8)), entry(bytes("05"), kDate + 1, with(6)), entry(bytes("05"), kDate + 2),
                              entry(bytes("06"), kDate, with(8)), entry(bytes("06"), kDate + 1, with(8))});
  const CrlIndexPtr index = build_and_open(*crl, *installation_in(folder), folder.at("one.index"));
  EXPECT_EQ((*index->find(bytes("05")))->reason, 6);
  EXPECT_EQ((*index->find(bytes("06")))->revocation_date, kDate);
  expect_same(*crl, *index, bytes("05"));
  expect_same(*crl, *index, bytes("06"));
  EXPECT_EQ(index->head().records, 2U);
}

TEST(CrlIndex, TheHeadParsesAsTheList) {
  const Folder folder;
  const CrlPtr crl = list_of({entry(bytes("05"))}, extension("2.5.29.20", asn1::integer(77)));
  const CrlIndexPtr index = build_and_open(*crl, *installation_in(folder), folder.at("one.index"));
  Budget budget;
  const auto head = Crl::parse(index->head().skeleton, budget);
  ASSERT_TRUE(head);
  EXPECT_EQ((*head)->entries(), 0U);
  EXPECT_TRUE((*head)->issuer().equals(crl->issuer()));
  EXPECT_EQ(hex((*head)->number()), "4d");
  EXPECT_EQ((*head)->this_update(), kDate);
  EXPECT_TRUE(equal((*head)->signature(), crl->signature()));
}

TEST(CrlIndex, RefusesToIndexWhatItCannotHold) {
  const Folder folder;
  const InstallationPtr installation = installation_in(folder);
  Budget budget;
  const CrlPtr wide = list_of({entry(bytes("05")), entry(Bytes(65, 1))});
  const CrlPtr indirect = list_of({entry(bytes("05"))}, extension("2.5.29.28", asn1::sequence({bytes("8401ff")}), asn1::boolean(true)));
  for (const CrlPtr& crl : {wide, indirect}) {
    const auto built = CrlIndex::build(*crl, crypto::sha256({}), *installation, folder.at("none.index"), budget);
    EXPECT_TRUE(built && !*built);
  }
  EXPECT_FALSE(fs::exists(folder.at("none.index")));
}

void change_octet(const std::string& path, std::size_t offset) {
  Bytes file = *read_file(path, 1 << 26);
  file.at(offset) ^= 0x40;
  auto out = NewFile::create(path, true, 0600);
  ASSERT_TRUE(out && out->write(file) && out->commit());
}

// Whatever octet is changed, nothing false is said: the index does not open, or the lookup that touches the page fails.
TEST(CrlIndex, NeverBelievesADamagedFile) {
  const Folder folder;
  const InstallationPtr installation = installation_in(folder);
  std::vector<Bytes> serials;
  const CrlPtr crl = random_list(3, 20'000, 16, 16, serials);
  const std::string path = folder.at("one.index");
  const std::uint64_t size = build_and_open(*crl, *installation, path)->file_size();
  const Bytes whole = *read_file(path, 1 << 26);
  ASSERT_EQ(whole.size(), size);
  std::size_t refused = 0, failed = 0;
  std::mt19937_64 random(1);
  std::vector<std::size_t> offsets = {0, 16, 20, 36, 37, 40, 72, 104, 136, kPage - 1, kPage, static_cast<std::size_t>(size) - kPage};
  for (int i = 0; i < 40; ++i) offsets.push_back(random() % size);
  for (const std::size_t offset : offsets) {
    change_octet(path, offset);
    const auto index = CrlIndex::open(path, *installation);
    if (!index) {
      EXPECT_EQ(index.error().code, ErrorCode::crl_index_damaged);
      ++refused;
    }
    std::size_t failures = 0;
    for (std::size_t i = 0; index && i < serials.size(); i += 7) {
      const auto found = (*index)->find(serials[i]);
      if (found) EXPECT_TRUE(found->has_value());
      else ++failures;
    }
    failed += failures > 0 ? 1U : 0U;
    EXPECT_TRUE(offset < kPage || failures > 0U) << offset;
    change_octet(path, offset);
  }
  EXPECT_GT(refused, 7U);
  EXPECT_GT(failed, 30U);
}

TEST(CrlIndex, NeverBelievesACutOrForeignFile) {
  const Folder folder;
  const InstallationPtr installation = installation_in(folder), other = installation_in(folder, "other");
  std::vector<Bytes> serials;
  const CrlPtr crl = random_list(3, 2'000, 16, 16, serials);
  const std::string path = folder.at("one.index");
  const CrlIndexPtr index = build_and_open(*crl, *installation, path);
  EXPECT_EQ(CrlIndex::open(path, *other).error().code, ErrorCode::crl_index_damaged);
  EXPECT_EQ(CrlIndex::open(folder.at("missing"), *installation).error().code, ErrorCode::file_not_found);
  const Bytes whole = *read_file(path, 1 << 26);
  for (const std::size_t kept : {std::size_t{0}, std::size_t{100}, kPage - 1, kPage, whole.size() - kPage, whole.size() - 1}) {
    const std::string cut = folder.at("cut.index");
    auto out = NewFile::create(cut, true, 0600);
    ASSERT_TRUE(out && out->write(ByteView(whole).first(kept)) && out->commit());
    EXPECT_EQ(CrlIndex::open(cut, *installation).error().code, ErrorCode::crl_index_damaged) << kept;
  }
  ASSERT_TRUE(*index->find(serials[0]));
  fs::resize_file(path, kPage);                                // while it is mapped: an error, not a signal
  std::this_thread::sleep_for(std::chrono::milliseconds(30));  // the file is looked at once for each tick of the clock
  for (const Bytes& serial : serials) ASSERT_FALSE(index->find(serial));
}

TEST(CrlIndex, SeveralMayBuildAtOnce) {
  const Folder folder;
  std::vector<Bytes> serials;
  const CrlPtr crl = random_list(3, 3'000, 16, 16, serials);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      const auto installation = Installation::open(folder.at("state"));  // made by whoever comes first
      ASSERT_TRUE(installation);
      Budget budget;
      for (int round = 0; round < 5; ++round) {
        ASSERT_TRUE(CrlIndex::build(*crl, crypto::sha256({}), **installation, folder.at("one.index"), budget));
        const auto index = CrlIndex::open(folder.at("one.index"), **installation);
        ASSERT_TRUE(index);
        for (std::size_t j = 0; j < serials.size(); j += 11) ASSERT_TRUE((*index)->find(serials[j])->has_value());
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.at("")), fs::directory_iterator()), 2);  // no file is left behind
}

// An authority with a big list in a file, and a shelf.
struct Authority {
  Folder folder;
  CrlShelfPtr shelf = std::make_shared<CrlShelf>(installation_in(folder));
  test::Party root =
      test::make_party(crypto::NewKey::p256, {.name = "Root", .key_usage = kKeyCertSign | kCrlSign, .extended_key_usages = {}, .ca = true});
  test::Party revoked = test::make_party(crypto::NewKey::p256, {.name = "Revoked", .extended_key_usages = {}}, &root);
  test::Party good = test::make_party(crypto::NewKey::p256, {.name = "Good", .extended_key_usages = {}}, &root);
  Trust trust;
  std::string path = folder.at("big.crl");

  Authority() {
    EXPECT_TRUE(trust.add_anchor({root.certificate, false, true, "test"}));
    std::mt19937_64 random(5);
    std::vector<Revocation> all;
    for (int i = 0; i < 40'000; ++i) all.push_back({serial_of(random, 16), test::kNow - kDay, 1});
    all.push_back({to_bytes(revoked.certificate->serial()), test::kNow - kDay, 4});
    const auto der = issue_crl(all, 5, test::kNow - kHour, test::kNow + kDay, *root.key, *root.certificate,
                               crypto::preferred_algorithm(root.key->public_key()));
    write(path, *der);
  }
  static void write(const std::string& path, ByteView octets) {
    auto file = NewFile::create(path, true);
    EXPECT_TRUE(file && file->write(octets) && file->commit());
  }
  [[nodiscard]] CrlPtr list() const {
    Budget budget;
    const auto lists = read_crls(path, shelf, budget);
    EXPECT_TRUE(lists) << render(lists.error(), Language::en);
    return lists->front();
  }
  [[nodiscard]] RevocationState ask(const test::Party& party, const std::vector<CrlPtr>& lists) const {
    Evidence evidence;
    for (const CrlPtr& list : lists) evidence.add(list, Origin::given);
    Budget budget;
    const auto status = revocation_status(*party.certificate, *root.certificate, test::kNow, test::kNow, trust, evidence, budget);
    EXPECT_TRUE(status);
    return status->state;
  }
  [[nodiscard]] std::string index_path() const {
    return shelf->folder() + "/" + hex(crypto::sha256(*read_file(path, 1 << 26)).view()) + ".index";
  }
};

TEST(CrlShelf, ABigListIsVerifiedOnce) {
  const Authority a;
  const CrlPtr first = a.list();
  EXPECT_FALSE(first->verified_under());
  EXPECT_FALSE(fs::exists(a.index_path()));  // nothing is kept before the signature has verified
  EXPECT_EQ(a.ask(a.revoked, {first}), RevocationState::revoked);
  EXPECT_TRUE(fs::exists(a.index_path()));
  const CrlPtr again = a.list();
  ASSERT_TRUE(again->verified_under());
  EXPECT_EQ(*again->verified_under(), crypto::sha256(a.root.certificate->spki()));
  EXPECT_LT(again->der().size(), 1000U);
  EXPECT_EQ(again->fingerprint(), first->fingerprint());
  EXPECT_EQ(again->entries(), 40'001U);
  EXPECT_EQ(a.ask(a.revoked, {again}), RevocationState::revoked);
  EXPECT_EQ(a.ask(a.good, {again}), RevocationState::good);
  std::size_t walked = 0;
  EXPECT_TRUE(again->visit_entries([&](const CrlEntry&) -> Result<bool> { return ++walked > 0; }));
  EXPECT_EQ(walked, 40'001U);
  const Authority other;  // its key did not sign this list
  EXPECT_EQ(other.ask(other.good, {again}), RevocationState::unknown);
}

TEST(CrlShelf, ADamagedIndexIsMadeAgain) {
  const Authority a;
  EXPECT_EQ(a.ask(a.revoked, {a.list()}), RevocationState::revoked);
  const std::uint64_t size = fs::file_size(a.index_path());
  for (const std::size_t offset :
       {std::size_t{50}, kPage + 100, static_cast<std::size_t>(size / 2), static_cast<std::size_t>(size - kPage + 1)}) {
    change_octet(a.index_path(), offset);
    for (const auto& [party, expected] : {std::pair{&a.revoked, RevocationState::revoked}, {&a.good, RevocationState::good}})
      EXPECT_EQ(a.ask(*party, {a.list()}), expected) << offset;
  }
  // A page in the middle is found out by the one who touches it.
  const CrlPtr before = a.list();
  for (std::size_t page = 1; page < size / kPage; ++page) change_octet(a.index_path(), page * kPage);
  const CrlPtr damaged = a.list();
  ASSERT_TRUE(damaged->verified_under());
  EXPECT_EQ(a.ask(a.revoked, {damaged}), RevocationState::revoked);
  EXPECT_EQ(a.ask(a.good, {damaged}), RevocationState::good);
  EXPECT_TRUE(a.shelf->find(damaged->fingerprint())->find(a.revoked.certificate->serial()));  // it is whole again
  // Without the list nothing is said at all.
  for (std::size_t page = 1; page < size / kPage; ++page) change_octet(a.index_path(), page * kPage);
  const CrlPtr orphan = a.list();
  fs::remove(a.path);
  EXPECT_FALSE(orphan->find(a.revoked.certificate->serial(), orphan->issuer()));
}

TEST(CrlShelf, AnIndexUnderTheNameOfAnotherListSaysNothing) {
  const Authority a;
  EXPECT_EQ(a.ask(a.revoked, {a.list()}), RevocationState::revoked);
  const crypto::Hash other = crypto::sha256(as_bytes("another list"));
  fs::copy_file(a.index_path(), a.shelf->folder() + "/" + hex(other.view()) + ".index");
  EXPECT_EQ(a.shelf->find(other), nullptr);
}

// A delta is asked beside the index of its base, which stays as it is.
TEST(CrlShelf, ADeltaNeedsNoNewIndex) {
  const Authority a;
  EXPECT_EQ(a.ask(a.good, {a.list()}), RevocationState::good);
  const auto made = fs::last_write_time(a.index_path());
  const auto algorithm = crypto::preferred_algorithm(a.root.key->public_key());
  Bytes extensions = extension("2.5.29.20", asn1::integer(6));
  append(extensions, extension("2.5.29.27", asn1::integer(5), asn1::boolean(true)));
  const Bytes tbs =
      asn1::sequence({asn1::integer(1), crypto::write_signature_algorithm(algorithm), a.root.certificate->subject().encoding(),
                      asn1::utc_or_generalized_time(test::kNow - kMinute), asn1::utc_or_generalized_time(test::kNow + kDay),
                      asn1::element(asn1::kSequence, entry(a.good.certificate->serial(), test::kNow - kHour)),
                      asn1::element(asn1::context(0), asn1::sequence({extensions}))});
  Budget budget;
  const auto delta = Crl::parse(
      asn1::sequence({tbs, crypto::write_signature_algorithm(algorithm), asn1::bit_string(*a.root.key->sign(algorithm, tbs))}), budget);
  ASSERT_TRUE(delta && (*delta)->is_delta());
  const CrlPtr complete = a.list();
  ASSERT_TRUE(complete->verified_under());
  EXPECT_EQ(a.ask(a.good, {complete, *delta}), RevocationState::revoked);
  EXPECT_EQ(a.ask(a.revoked, {complete, *delta}), RevocationState::revoked);
  EXPECT_EQ(fs::last_write_time(a.index_path()), made);
}

TEST(CrlShelf, TheOldestGoes) {
  const Authority a, b;
  const auto small = std::make_shared<CrlShelf>(installation_in(a.folder), 1);
  for (const Authority* one : {&a, &b}) {
    Budget budget;
    const auto crl = Crl::parse(*read_file(one->path, 1 << 26), budget, small);
    ASSERT_TRUE(crl);
    (*crl)->keep(crypto::sha256(one->root.certificate->spki()), budget);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(small->folder()), fs::directory_iterator()), 1);
}

TEST(Installation, KeepsOneKeyForItsOwner) {
  const Folder folder;
  const InstallationPtr first = installation_in(folder), again = installation_in(folder), other = installation_in(folder, "other");
  const crypto::Hash mac = first->mac("a", as_bytes("text"));
  EXPECT_TRUE(again->is_ours("a", as_bytes("text"), mac.view()));
  EXPECT_FALSE(other->is_ours("a", as_bytes("text"), mac.view()));
  EXPECT_FALSE(first->is_ours("b", as_bytes("text"), mac.view()));
  EXPECT_FALSE(first->is_ours("a", as_bytes("texu"), mac.view()));
  EXPECT_FALSE(first->is_ours("a", as_bytes("text"), mac.view().first(31)));
  const std::string key = folder.at("state/installation.key");
  struct stat status {};
  ASSERT_EQ(::stat(key.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ::chmod(key.c_str(), 0640);
  EXPECT_EQ(Installation::open(folder.at("state")).error().code, ErrorCode::state_unsafe);
  ::chmod(key.c_str(), 0600);
  fs::resize_file(key, 31);
  EXPECT_EQ(Installation::open(folder.at("state")).error().code, ErrorCode::state_unsafe);
}

}  // namespace
}  // namespace mohr::pki

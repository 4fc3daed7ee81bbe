// Serial numbers survive what happens to processes.
#include "service/serial_numbers.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

namespace mohr::service {
namespace {

class Serials : public testing::Test {
 protected:
  void SetUp() override {
    // In memory where there is such a folder: kills are tested here, not how fast a disk flushes.
    const std::filesystem::path memory = "/dev/shm";
    const bool usable = ::access(memory.c_str(), W_OK) == 0;
    std::string pattern = ((usable ? memory : std::filesystem::temp_directory_path()) / "mohr-serials-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path() const { return folder_ + "/serials"; }
  std::string folder_;
};

std::uint64_t number_of(ByteView serial) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | serial[i];
  return number;
}

// A process that hands out numbers as fast as it can and tells each one, until it is killed.
[[noreturn]] void hand_out(const std::string& path, int to) {
  SerialNumbers serials(path, 16);
  while (true) {
    const auto serial = serials.next();
    if (!serial) ::_exit(1);
    const std::uint64_t number = number_of(*serial);
    if (::write(to, &number, sizeof number) != sizeof number) ::_exit(2);
  }
}

TEST_F(Serials, NoneIsUsedTwiceOver500Kills) {
  std::set<std::uint64_t> used;
  std::size_t told = 0;
  for (int kill = 0; kill < 500; ++kill) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      hand_out(path(), ends[1]);
    }
    ::close(ends[1]);
    std::uint64_t number = 0;
    const int wanted = 1 + kill % 20;  // killed at many points of a block
    for (int i = 0; i < wanted; ++i) {
      ASSERT_EQ(::read(ends[0], &number, sizeof number), static_cast<ssize_t>(sizeof number));
      ++told;
      EXPECT_TRUE(used.insert(number).second) << number;
    }
    ::kill(child, SIGKILL);
    while (::read(ends[0], &number, sizeof number) == static_cast<ssize_t>(sizeof number)) {  // told before the kill came
      ++told;
      EXPECT_TRUE(used.insert(number).second) << number;
    }
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
  }
  EXPECT_EQ(used.size(), told);
  EXPECT_GE(told, 500U);
}

TEST_F(Serials, ThreadsAndInstancesShareTheFile) {
  SerialNumbers first(path(), 7), second(path(), 7);
  std::set<std::uint64_t> used;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (SerialNumbers* serials : {&first, &second, &first, &second})
    threads.emplace_back([&, serials] {
      for (int i = 0; i < 100; ++i) {
        const auto serial = serials->next();
        ASSERT_TRUE(serial);
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(used.insert(number_of(*serial)).second);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(used.size(), 400U);
}

TEST_F(Serials, WhatCannotBeCountedIsNotHandedOut) {
  EXPECT_FALSE(SerialNumbers(folder_ + "/none/serials").next());
  for (const char* text : {"", "x\n", "0\n", "-5\n", "12", "99999999999999999999999\n"}) {
    std::ofstream(path()) << text;
    EXPECT_FALSE(SerialNumbers(path()).next()) << text;  // beginning again would repeat numbers
  }
}

}  // namespace
}  // namespace mohr::service

// Where octets come from: a file read through windows, or memory. Documents are never memory-mapped (ARCHITECTURE.md).
#pragma once

#include <memory>
#include <string>

#include "pki/core/budget.h"
#include "pki/core/bytes.h"
#include "pki/core/result.h"

namespace mohr {

// Random access to the octets of one document. Safe over threads: read_at holds no position.
class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  // Fills `into` from `offset` on. Fewer octets than asked is an error (the file was cut short while it was read).
  virtual Result<void> read_at(std::uint64_t offset, std::span<Byte> into) const = 0;
  // The octets themselves when they lie in memory already; empty optional for files.
  [[nodiscard]] virtual std::optional<ByteView> memory() const { return std::nullopt; }
  // Who may read and write it, as in stat(2): what is made of it is for nobody else.
  [[nodiscard]] virtual unsigned mode() const { return 0666; }
  // What to call it in messages; a path or "standard input".
  [[nodiscard]] virtual const std::string& name() const = 0;
};

class MemorySource final : public Source {  // borrows: the octets outlive it
 public:
  explicit MemorySource(ByteView bytes, std::string name = "memory") : bytes_(bytes), name_(std::move(name)) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Result<void> read_at(std::uint64_t offset, std::span<Byte> into) const override;
  [[nodiscard]] std::optional<ByteView> memory() const override { return bytes_; }
  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  ByteView bytes_;
  std::string name_;
};

class FileSource final : public Source {
 public:
  // Refuses what is no regular file, by name: missing, directory, not readable.
  static Result<std::unique_ptr<FileSource>> open(const std::string& path);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Result<void> read_at(std::uint64_t offset, std::span<Byte> into) const override;
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] unsigned mode() const override { return mode_; }

 private:
  FileSource(int fd, std::uint64_t size, unsigned mode, std::string name) : fd_(fd), size_(size), mode_(mode), name_(std::move(name)) {}
  int fd_;
  std::uint64_t size_;
  unsigned mode_;
  std::string name_;
};

// All octets, or budget_exceeded when there are more than `at_most`, which is what that limit allows.
Result<Bytes> read_all(const Source& source, std::uint64_t at_most, Limit limit = Limit::memory_bytes);
Result<Bytes> read_file(const std::string& path, std::uint64_t at_most, Limit limit = Limit::memory_bytes);

// Where a writer's octets go, in order.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Result<void> write(ByteView bytes) = 0;
  virtual Result<void> write_at(std::uint64_t offset, ByteView bytes) = 0;  // patches what was written before
};

class MemorySink final : public Sink {
 public:
  Result<void> write(ByteView bytes) override;
  Result<void> write_at(std::uint64_t offset, ByteView bytes) override;
  [[nodiscard]] ByteView bytes() const { return bytes_; }
  [[nodiscard]] Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

// A file that appears whole or not at all: written without a name where the file system can do that (so that an interruption leaves
// nothing), else under a temporary name beside `path`; flushed, and named by commit(). Without `replace` an existing file is never
// overwritten. `mode` is narrowed by the umask; its owner may always read and write it.
class NewFile final : public Sink {
 public:
  static Result<NewFile> create(const std::string& path, bool replace, unsigned mode = 0666);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile() override;
  Result<void> write(ByteView bytes) override;
  Result<void> write_at(std::uint64_t offset, ByteView bytes) override;
  enum class Flush : std::uint8_t { yes, no };  // no: for files that are worth nothing after a power cut, or are checked when read
  Result<void> commit(Flush flush = Flush::yes);
  [[nodiscard]] const std::string& temporary_path() const { return temporary_; }  // to verify before commit()

 private:
  NewFile(int fd, std::string path, std::string temporary, bool replace, bool nameless);
  Result<void> take_name();
  int fd_;
  std::string path_, temporary_;
  bool replace_, nameless_;
};

}  // namespace mohr

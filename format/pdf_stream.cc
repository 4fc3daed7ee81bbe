// The only file that includes zlib for PDF.
#include "format/pdf_stream.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>

#include "pki/core/text.h"

namespace mohr::format::pdf {
namespace {

constexpr std::uint64_t kFreeOctets = 64 << 10;  // below this the ratio is not asked: small streams compress oddly well

struct Inflater {
  z_stream state{};
  bool ready = inflateInit(&state) == Z_OK;
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&state); }
};

Result<void> check_size(std::uint64_t decoded, std::uint64_t coded, Budget& budget) {
  MOHR_CHECK(budget.within(Limit::memory_bytes, decoded));
  if (decoded > kFreeOctets) MOHR_CHECK(budget.within(Limit::ratio, decoded / std::max<std::uint64_t>(coded, 1)));
  return {};
}

Result<Bytes> inflate_data(ByteView data, std::uint64_t offset, Budget& budget) {
  Inflater inflater;
  if (!inflater.ready) return errors::crypto_failed(Code{"inflate"});
  MOHR_CHECK(budget.within(Limit::memory_bytes, data.size()));
  Bytes out(std::clamp<std::size_t>(data.size() * 3, 256, kFreeOctets));
  z_stream& z = inflater.state;
  z.next_in = const_cast<Bytef*>(data.data());  // zlib's interface; it does not write there
  z.avail_in = static_cast<uInt>(data.size());
  std::size_t size = 0;
  for (;;) {
    const std::size_t room = std::min<std::size_t>(out.size() - size, 1U << 30);
    z.next_out = out.data() + size;
    z.avail_out = static_cast<uInt>(room);
    const int state = inflate(&z, Z_NO_FLUSH);
    size += room - z.avail_out;
    MOHR_CHECK(check_size(size, data.size(), budget));
    if (state == Z_STREAM_END) break;
    if (state != Z_OK && state != Z_BUF_ERROR) return broken("compressed data is damaged", offset + z.total_in);
    if (z.avail_out != 0) return broken("compressed data ends too early", offset + z.total_in);
    out.resize(out.size() * 2);
  }
  // An end of line before the word endstream may be counted in the length.
  for (const Byte b : data.subspan(data.size() - z.avail_in))
    if (b != '\r' && b != '\n') return broken("octets follow the compressed data", offset + z.total_in);
  out.resize(size);
  return out;
}

Byte paeth(int a, int b, int c) {  // PNG specification 9.4
  const int p = a + b - c, pa = std::abs(p - a), pb = std::abs(p - b), pc = std::abs(p - c);
  if (pa <= pb && pa <= pc) return static_cast<Byte>(a);
  return static_cast<Byte>(pb <= pc ? b : c);
}

Result<Bytes> undo_png(const Bytes& rows, std::size_t width, std::uint64_t offset) {
  if (rows.size() % (width + 1) != 0) return broken("predicted data has a row cut short", offset);
  const std::size_t count = rows.size() / (width + 1);
  Bytes out(count * width);
  const Bytes zeros(width);
  for (std::size_t r = 0; r < count; ++r) {
    const Byte* in = &rows[r * (width + 1)];
    Byte* to = out.data() + r * width;
    const Byte* above = r == 0 ? zeros.data() : to - width;
    const int filter = *in++;
    if (filter > 4) return broken("predicted data has an unknown row filter", offset);
    for (std::size_t i = 0; i < width; ++i) {  // one octet for each pixel: Colors 1, BitsPerComponent 8
      const int left = i == 0 ? 0 : to[i - 1], corner = i == 0 ? 0 : above[i - 1];
      int add = 0;
      if (filter == 1) add = left;
      if (filter == 2) add = above[i];
      if (filter == 3) add = (left + above[i]) / 2;
      if (filter == 4) add = paeth(left, above[i], corner);
      to[i] = static_cast<Byte>(in[i] + add);
    }
  }
  return out;
}

// The only element of an array of one, else the value itself.
const Object& only(const Object& value) { return value.is(Kind::array) && value.items.size() == 1 ? value.items[0] : value; }

std::int64_t integer_or(const Object& parameters, std::string_view key, std::int64_t otherwise) {
  const Object& value = parameters.find(key);
  if (value.is(Kind::null)) return otherwise;
  return value.is(Kind::integer) ? value.number : -1;
}

}  // namespace

Result<Bytes> decode_stream(const Object& dictionary, ByteView data, std::uint64_t offset, Budget& budget) {
  const Object& filter = only(dictionary.find("Filter"));
  const Object& parameters = only(dictionary.find("DecodeParms"));
  MOHR_CHECK(budget.spend(Limit::nodes, data.size() / 64));
  if (filter.is(Kind::null) || (filter.is(Kind::array) && filter.items.empty())) return to_bytes(data);
  if (!filter.is_name("FlateDecode")) {
    const std::string name = filter.is(Kind::name) ? "/" + printable(filter.text) : std::string("combinations");
    return errors::unsupported(Code{"PDF stream filter " + name});
  }
  MOHR_TRY(Bytes plain, inflate_data(data, offset, budget));
  MOHR_CHECK(budget.spend(Limit::nodes, plain.size() / 64));
  if (parameters.is(Kind::null)) return plain;
  if (!parameters.is(Kind::dictionary)) return errors::unsupported(Code{"indirect PDF DecodeParms"});
  const std::int64_t predictor = integer_or(parameters, "Predictor", 1);
  if (predictor == 1) return plain;
  const std::int64_t columns = integer_or(parameters, "Columns", 1);
  if (predictor < 10 || predictor > 15 || integer_or(parameters, "Colors", 1) != 1 || integer_or(parameters, "BitsPerComponent", 8) != 8)
    return errors::unsupported(Code{"PDF predictor " + std::to_string(predictor)});
  if (columns < 1 || columns > 4096) return broken("a predictor has a wrong number of columns", offset);
  return undo_png(plain, static_cast<std::size_t>(columns), offset);
}

}  // namespace mohr::format::pdf

#include "pki/core/detail.h"

#include <gtest/gtest.h>

#include "pki/core/error.h"

namespace mohr {
namespace {

TEST(Details, StandInPersianWithTheirValues) {
  EXPECT_EQ(detail_in_persian("a length beyond the end"), "طولی که از پایان می‌گذرد");
  EXPECT_EQ(detail_in_persian("object 12 is missing"), "\u2066object 12\u2069 نیست");
  EXPECT_EQ(detail_in_persian("object stream 12 is missing"), "جریان اشیای \u206612\u2069 نیست");  // the row with the most words of its own
  EXPECT_EQ(detail_in_persian("object stream 3 does not have object 4 where it should be"),
            "جریان اشیای \u20663\u2069 شیء \u20664\u2069 را در جای خود ندارد");
  EXPECT_EQ(detail_in_persian("block 2, byte 7"), "بخش \u20662\u2069، بایت \u20667\u2069");
}

// A value is copied as it is, though it looks like a detail or like a hole, and cannot turn the sentence around.
TEST(Details, ValuesStayValues) {
  EXPECT_EQ(detail_in_persian("unknown option signing"), "گزینهٔ ناشناختهٔ \u2066signing\u2069");
  EXPECT_EQ(detail_in_persian("unknown option {}; did you mean {}?"), "گزینهٔ ناشناختهٔ \u2066{}\u2069؛ شاید \u2066{}\u2069؟");
  EXPECT_EQ(detail_in_persian("unknown option \u202ex"), "گزینهٔ ناشناختهٔ \u2066\ufffdx\u2069");
  EXPECT_EQ(detail_in_persian("something nobody wrote down"), "\u2066something nobody wrote down\u2069");
  EXPECT_EQ(detail_in_persian(""), "\u2066\u2069");
}

TEST(Details, ReachTheSentenceOfAnError) {
  const Error error = errors::der_invalid(Code{"a broken time"}).at("byte 12");
  EXPECT_EQ(render(error, Language::en), "The encoding is broken: a broken time. (at byte 12)");
  EXPECT_EQ(render(error, Language::fa), "ساختار پرونده شکسته است: زمان شکسته. (جای آن: بایت \u206612\u2069)");
}

}  // namespace
}  // namespace mohr

#include "sign/writer.h"

namespace mohr::sign {

Result<void> write_cades(const Source& document, const Request& request, Sink& out, Budget& budget) {
  const crypto::DigestAlgorithm digest = content_digest_algorithm(request);
  CmsInput input;
  Bytes content;
  crypto::Hash hash;
  switch (request.packaging) {
    case Packaging::by_format:
    case Packaging::detached: {
      MOHR_TRY(hash, crypto::digest_source(document, digest, budget));
      break;
    }
    case Packaging::attached:
    case Packaging::enveloping: {
      MOHR_TRY(content, read_all(document, budget.limit(Limit::memory_bytes)));
      hash = crypto::digest(digest, content);
      input.content = content;
      break;
    }
    default: return errors::packaging_unsupported(Code{"such"}, Code{"CAdES"});
  }
  input.content_digest = hash.view();
  MOHR_TRY(const Bytes message, write_cms(input, request));
  return out.write(message);
}

}  // namespace mohr::sign

// Hears every question that a suite asks about a path or a signature value, with our answer: opinions_test asks other libraries the same.
#pragma once

#include "path_case.h"
#include "pki/crypto/public_key.h"

namespace mohr::conformance {

struct ValueCase {
  const crypto::PublicKey& key;
  const crypto::SignatureAlgorithm& algorithm;
  ByteView message, value;
  crypto::EcdsaForm form;
};

class Listener {
 public:
  virtual ~Listener() = default;
  virtual void hear(const PathCase& question, const PathAnswer& ours) = 0;
  virtual void hear(const ValueCase& question, crypto::SignatureCheck ours) = 0;
};
void set_listener(Listener* listener);  // null: nobody listens

crypto::SignatureCheck verify_value(const ValueCase& question);
void tell(const PathCase& question, const PathAnswer& ours);

}  // namespace mohr::conformance

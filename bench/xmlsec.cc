#include "bench/xmlsec.h"

#ifdef MOHR_HAVE_XMLSEC
#include <libxml/parser.h>
#include <xmlsec/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include <memory>

namespace mohr::bench {
namespace {

struct Freed {
  void operator()(xmlDocPtr document) const { xmlFreeDoc(document); }
  void operator()(xmlSecDSigCtxPtr context) const { xmlSecDSigCtxDestroy(context); }
};

int size_of(ByteView octets) { return static_cast<int>(octets.size()); }

}  // namespace

std::function<void()> xmlsec_verify(const Bytes& document, const pki::Certificate& root) {
  static const bool ready = xmlSecInit() == 0 && xmlSecCryptoAppInit(nullptr) == 0 && xmlSecCryptoInit() == 0;
  if (!ready) stop("xmlsec does not start");
  const std::shared_ptr<xmlSecKeysMngr> keys(xmlSecKeysMngrCreate(), xmlSecKeysMngrDestroy);
  if (!keys || xmlSecCryptoAppDefaultKeysMngrInit(keys.get()) != 0 ||
      xmlSecCryptoAppKeysMngrCertLoadMemory(keys.get(), root.der().data(), static_cast<xmlSecSize>(root.der().size()),
                                            xmlSecKeyDataFormatCertDer, xmlSecKeyDataTypeTrusted) != 0)
    stop("xmlsec does not take the root");
  return [keys, document] {
    const std::unique_ptr<xmlDoc, Freed> tree(
        xmlReadMemory(reinterpret_cast<const char*>(document.data()), size_of(document), nullptr, nullptr, XML_PARSE_NONET));
    if (!tree) stop("libxml2 does not read the document");
    const xmlChar* ids[] = {reinterpret_cast<const xmlChar*>("Id"), nullptr};
    xmlSecAddIDs(tree.get(), xmlDocGetRootElement(tree.get()), ids);
    const xmlNodePtr signature = xmlSecFindNode(xmlDocGetRootElement(tree.get()), xmlSecNodeSignature, xmlSecDSigNs);
    const std::unique_ptr<xmlSecDSigCtx, Freed> context(xmlSecDSigCtxCreate(keys.get()));
    context->keyInfoReadCtx.certsVerificationTime = kNow.seconds + 60;
    if (xmlSecDSigCtxVerify(context.get(), signature) != 0 || context->status != xmlSecDSigStatusSucceeded) stop("xmlsec does not verify");
  };
}

}  // namespace mohr::bench
#else
namespace mohr::bench {
std::function<void()> xmlsec_verify(const Bytes&, const pki::Certificate&) { return {}; }
}  // namespace mohr::bench
#endif

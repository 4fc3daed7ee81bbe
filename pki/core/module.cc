#include "pki/core/module.h"

#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace mohr {

Result<void*> load_module(const std::string& name) {
  Dl_info here{};
  if (::dladdr(reinterpret_cast<const void*>(&load_module), &here) == 0 || here.dli_fname == nullptr)
    return errors::module_missing(Code{name}, Code{"the program's own folder is unknown"});
  std::string folder = here.dli_fname;
  // The main program's name may be argv[0] without a folder: ask the kernel then.
  if (folder.find('/') == std::string::npos || folder.find("/bin/") == std::string::npos) {
    std::array<char, 4096> path{};
    if (folder.find(".so") == std::string::npos && ::realpath("/proc/self/exe", path.data()) != nullptr) folder = path.data();
  }
  folder.resize(folder.rfind('/') == std::string::npos ? 0 : folder.rfind('/') + 1);
  std::string failure;
  for (const char* between : {"mohr/", "../lib/mohr/", "../" MOHR_LIBDIR "/mohr/"}) {
    const std::string path = folder + between + "mohr-" + name + ".so";
    if (::access(path.c_str(), F_OK) != 0) continue;
    void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle != nullptr) {
      if (void* symbol = ::dlsym(handle, "mohr_module")) return symbol;
    }
    failure = ::dlerror();  // NOLINT(concurrency-mt-unsafe): per thread in glibc
  }
  return errors::module_missing(Code{name}, Code{failure.empty() ? "no file mohr-" + name + ".so beside the program" : failure});
}

}  // namespace mohr

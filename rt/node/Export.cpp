// Export.cpp - see Export.h. The bundle is opened as for a run, so nothing damaged is handed on, and compared with the
// digest that the executable's header has for it: the bundle's own digests say nothing of the padding between its
// parts.
#include "Export.h"
#include "Bundle.h"
#include "Digest.h"
#include "OutputFile.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>

namespace cleave {

static int complain(const std::string &message) {
  fmt::print(stderr, "cleave: {}\n", message);
  return 1;
}

int exportCommand(const std::string &path, const std::string &output) {
  if (Problem problem = checkWritable(output))
    return complain(*problem);
  auto opened = openBundle(path);
  if (auto *error = std::get_if<BundleError>(&opened))
    return complain(error->message);
  const Bundle &bundle = std::get<Bundle>(opened);
  if (bundle.embeddedDigest && *bundle.embeddedDigest != sha256(bundle.content))
    return complain(fmt::format("'{}' is damaged: the bundle does not match its digest", printable(path)));
  if (Problem problem = writeOutputFile(output, bundle.content))
    return complain(*problem);
  return 0;
}

} // namespace cleave

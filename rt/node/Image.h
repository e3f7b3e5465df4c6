// Image.h - `cleave image`: a bundle and the node kernel as a disk that a real machine starts from.
#ifndef CLEAVE_NODE_IMAGE_H
#define CLEAVE_NODE_IMAGE_H

#include <string>
#include <vector>

namespace cleave {

struct ImageOptions {
  std::string output;
  std::vector<std::string> command; ///< the bundle's path and the arguments that the program will be started with
};

/// 0, or 1 or 2 after one line on stderr, as `cleave run` has them.
int imageCommand(const ImageOptions &options);

} // namespace cleave

#endif

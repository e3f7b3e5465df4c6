// Digest.h - SHA-256, the names of a bundle's blobs.
#ifndef CLEAVE_NODE_DIGEST_H
#define CLEAVE_NODE_DIGEST_H

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace cleave {

using Digest = std::array<uint8_t, 32>;

Digest sha256(std::string_view content);
/// libsodium's, for CPUs without instructions for it; what sha256() is tested against.
Digest portableSha256(std::string_view content);
/// Lower-case hexadecimal.
std::string hexOf(const Digest &digest);

} // namespace cleave

#endif

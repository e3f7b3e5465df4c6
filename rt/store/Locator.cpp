/* Locator.cpp - apart from Label.cpp, because the run time inside the program needs this much and no JSON. */
#include "Locator.h"

#include <sodium/crypto_generichash_blake2b.h>

namespace cleave {

cleave_name locatorOf(const cleave_name &name) {
  static const unsigned char tag[] = "cleave locator";
  cleave_name locator;
  crypto_generichash_blake2b(locator.bytes, sizeof locator.bytes, name.bytes, sizeof name.bytes, tag, sizeof tag - 1);
  return locator;
}

} // namespace cleave

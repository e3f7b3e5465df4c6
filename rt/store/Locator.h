/* Locator.h - what an index knows of an object's name: a digest, from which the name does not follow. So an index that is read
 * through gives nobody a name, and a name is what it takes to be given an object. */
#ifndef CLEAVE_STORE_LOCATOR_H
#define CLEAVE_STORE_LOCATOR_H

#include "cleave/node.h"

namespace cleave {

cleave_name locatorOf(const cleave_name &name);

} // namespace cleave
#endif

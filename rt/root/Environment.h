/* Environment.h - the program's environment, laid out for a message (image.h): its variables' texts one behind the other,
 * with their zeros, and an empty one at the end. It is taken when it is asked for first: the compiler has seen to it that
 * nobody changes it (passes/Nondeterminism.cpp). */
#ifndef CLEAVE_ROOT_ENVIRONMENT_H
#define CLEAVE_ROOT_ENVIRONMENT_H

#include <stdint.h>

namespace cleave::environment {

/* A multiple of 8. */
uint64_t bytes();
void write(uint8_t *to);

} // namespace cleave::environment
#endif

// interleave.h - included in front of everything by rt/root's files for local workers when interleave-test is built of
// them: each atomic access, each pause and each look at the clock goes through the test's scheduler (interleave-test.cpp).
#ifndef CLEAVE_TEST_INTERLEAVE_H
#define CLEAVE_TEST_INTERLEAVE_H

// What follows must not reach into these.
#include <exception>
#include <initializer_list>
#include <memory>
#include <new>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

namespace interleave {

void point(); // another thread may go on here, instead of this one
void spin();  // this thread waits for another: somebody else goes on
int createThread(pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *), void *argument);

} // namespace interleave

#define __atomic_load_n(...) (interleave::point(), __atomic_load_n(__VA_ARGS__))
#define __atomic_store_n(...) (interleave::point(), __atomic_store_n(__VA_ARGS__))
#define __atomic_exchange_n(...) (interleave::point(), __atomic_exchange_n(__VA_ARGS__))
#define __atomic_compare_exchange_n(...) (interleave::point(), __atomic_compare_exchange_n(__VA_ARGS__))
#define __atomic_add_fetch(...) (interleave::point(), __atomic_add_fetch(__VA_ARGS__))
#define __atomic_sub_fetch(...) (interleave::point(), __atomic_sub_fetch(__VA_ARGS__))
#define __atomic_fetch_add(...) (interleave::point(), __atomic_fetch_add(__VA_ARGS__))
#define __atomic_fetch_or(...) (interleave::point(), __atomic_fetch_or(__VA_ARGS__))
#define __atomic_fetch_and(...) (interleave::point(), __atomic_fetch_and(__VA_ARGS__))
#define __builtin_ia32_pause() interleave::spin()
// Waiting takes as many steps as it must, and each look without a pause would be one more.
#define CLEAVE_BARE_LOOKS 1
#define pthread_create interleave::createThread
#define nowNs interleavedNowNs
#define ownNs interleavedOwnNs

#endif

/* Names.cpp - see Names.h. The key is the tenant's: without it a name can be neither derived nor guessed. */
#include "Names.h"

#include "Attach.h"

#include <sodium.h>

namespace cleave {

static cleave_name finish(crypto_generichash_state &state) {
  cleave_name name;
  crypto_generichash_final(&state, name.bytes, sizeof name.bytes);
  name.bytes[6] = static_cast<uint8_t>((name.bytes[6] & 0x0f) | 0x80);
  name.bytes[8] = static_cast<uint8_t>((name.bytes[8] & 0x3f) | 0x80);
  return name;
}

/* `domain` keeps names of different sorts apart. */
static void begin(crypto_generichash_state &state, unsigned char domain) {
  crypto_generichash_init(&state, nodeLink.control->tenant_key, sizeof nodeLink.control->tenant_key, sizeof(cleave_name));
  crypto_generichash_update(&state, &domain, 1);
}

static void add(crypto_generichash_state &state, const void *bytes, uint64_t count) {
  crypto_generichash_update(&state, static_cast<const unsigned char *>(bytes), count);
}

cleave_name nameOfContent(const void *bytes, uint64_t count) {
  crypto_generichash_state state;
  begin(state, 'c');
  add(state, bytes, count);
  return finish(state);
}

cleave_name nameOfPublication() {
  static uint64_t sequence;
  crypto_generichash_state state;
  begin(state, 'p');
  add(state, nodeLink.control->run_id, sizeof nodeLink.control->run_id);
  ++sequence;
  add(state, &sequence, sizeof sequence);
  return finish(state);
}

cleave_name nameOfOutput(const cleave_name &task, const cleave_name *inputs, uint32_t count) {
  crypto_generichash_state state;
  begin(state, 'o');
  uint32_t output = 0, version = 0;
  add(state, &task, sizeof task);
  add(state, &output, sizeof output);
  add(state, &version, sizeof version);
  add(state, inputs, count * sizeof *inputs);
  return finish(state);
}

} // namespace cleave

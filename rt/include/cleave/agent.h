/* agent.h - what the program's run time may ask of its node's agent: inputs by label, and objects that other nodes hold
 * (docs/store.md). The agent is a process of the node beside the program (rt/node/Agent.cpp); whatever has to do with a
 * network is its affair, so the program waits for an answer and for nothing else.
 *
 * The program finds the agent's socket, of type SOCK_SEQPACKET, in the environment variable CLEAVE_AGENT as
 * "version:descriptor". One packet waits in it: the labels that are bound for this run, each with a 0 behind it.
 *
 * A request is one packet, and brings the descriptor of a socket of its own that the answer goes to. So threads need no
 * lock among them, nor does the child of a fork with its parent. The answer is one packet; of an input that was opened it
 * brings the descriptor. Whoever finds the socket closed is alone: inputs cannot be opened, objects are not there.
 *
 * Errors: `error` is an errno, 0 for none. */
#ifndef CLEAVE_AGENT_H
#define CLEAVE_AGENT_H

#include "cleave/node.h"

#define CLEAVE_AGENT_VERSION 1
#define CLEAVE_AGENT_VARIABLE "CLEAVE_AGENT"

enum {
  CLEAVE_AGENT_OPEN = 1, /* `label`: the place of it in the list. Gives a descriptor for reading, at the beginning */
  CLEAVE_AGENT_FETCH = 2 /* `name`, of an item: brings its record into the store's folder. ENOENT: nobody has it */
};

enum { CLEAVE_AGENT_LABELS_MAX = 65536 }; /* bytes of the list */

typedef struct cleave_agent_request {
  uint32_t what;
  uint32_t label;
  cleave_name name;
} cleave_agent_request;

typedef struct cleave_agent_answer {
  int32_t error;
  uint32_t reserved;
} cleave_agent_answer;

#endif

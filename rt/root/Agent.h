/* Agent.h - the program's side of its node's agent (cleave/agent.h): inputs by label, objects of other nodes.
 *
 * Without CLEAVE_AGENT in the environment there are no labels and nothing is asked. All of it may be called by any thread, and
 * in the child of a fork; errno is left as it was, but where a call says that it sets it. */
#ifndef CLEAVE_ROOT_AGENT_H
#define CLEAVE_ROOT_AGENT_H

#include "cleave/node.h"

namespace cleave::agent {

/* Before all of the program's static objects. */
void attach();

/* Whether any label is bound: what every open() of the program asks first. */
extern bool hasLabels;

inline constexpr int kNoLabel = -1;
/* The number of the label that is spelt so; kNoLabel. */
int findLabel(const char *path);
/* A descriptor for reading, close-on-exec, the lowest that is free; -1 and errno. */
int openInput(int label);

/* Whether objects of other nodes may be asked for. */
bool isThere();
/* Brings the record that has this item into the store's folder. False: nobody has it, or nobody answers. */
bool fetch(const cleave_name &name);

} // namespace cleave::agent
#endif

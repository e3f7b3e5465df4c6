/* WholeRun.h - a run that is known is not made again: what it printed is kept, under a name that its inputs give (docs/store.md).
 *
 * The compiler has shown that a run depends on nothing but its arguments, the files that it opens for reading and its standard
 * input (passes/WholeRun.h). Which files those are only a run shows. So there are two records:
 *
 *     what runs of this program with these arguments read last     named by the program, its tasks and the arguments
 *     what a run printed, and how it ended                         named by the first name and the content of all that it read
 *
 * The second one never changes, as any object of a store. The first is replaced by the next run that reads something else.
 *
 * Such a program writes to its standard output and error, and nowhere else; a run that opens a file for writing is not kept.
 *
 * A FILE IS THE SAME if it is the same file as then and has not been written to since, by its times; else if its bytes are the
 * same. Times say nothing of a file that was written shortly before.
 */
#ifndef CLEAVE_ROOT_WHOLERUN_H
#define CLEAVE_ROOT_WHOLERUN_H

#include <stddef.h>
#include <sys/types.h>

namespace cleave::whole {

/* After the session and the agent were attached, before the program's own code: ends the process if the run is known. */
void attach(int argumentCount, char **arguments);

/* Whether what the program does is to be noted; whether a part of what it writes has been written already. */
extern bool isWatching, isWritten;

/* What the program did, as the C library was asked for it, while isWatching. Each leaves errno as it was. */
void noteOpened(const char *path, int flags, int descriptor, int error);
void noteRead(int descriptor);
void noteSought(int descriptor); /* it asks how far a file has been written, or sets that */
void noteWritten(int descriptor, const void *data, ssize_t written);
void noteNoMemory();

/* How many of the next `bytes` that the program writes to `descriptor` have been written, because a run was found and could not
 * write all that it printed: that is for the program to see, and to deal with. */
size_t takeWritten(int descriptor, size_t bytes);

/* The program ends, by exit or its like. */
void finish(int status);

} // namespace cleave::whole
#endif

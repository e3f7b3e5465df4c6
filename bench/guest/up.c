/* up.c - the whole user space of a Linux guest whose start is timed: says so on the serial line and ends the machine.
 * The line's port is written directly, which is sooner than by way of the console. */
#include <sys/io.h>
#include <unistd.h>

int main(void) {
  if (iopl(3))
    return 1;
  for (const char *at = "up\n"; *at; ++at)
    outb((unsigned char)*at, 0x3f8);
  outb(0, 0x501);
  for (;;)
    pause();
}

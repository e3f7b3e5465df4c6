#include "Agent.h"

#include "cleave/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cleave::agent {

bool hasLabels;

namespace {

int agentSocket = -1;
const char *labels; /* each with a 0 behind it, and one more at the end */

union DescriptorMessage {
  cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

msghdr carrying(iovec &part, DescriptorMessage &control) {
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof control;
  return message;
}

bool send(const cleave_agent_request &request, int answers) {
  iovec part = {const_cast<cleave_agent_request *>(&request), sizeof request};
  DescriptorMessage control = {};
  msghdr message = carrying(part, control);
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof answers);
  memcpy(CMSG_DATA(&control.header), &answers, sizeof answers);
  ssize_t sent;
  do
    sent = sendmsg(agentSocket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == sizeof request;
}

/* An errno; `descriptor`: what the answer brought, -1 if nothing. */
int receive(int from, int &descriptor) {
  cleave_agent_answer answer = {};
  iovec part = {&answer, sizeof answer};
  DescriptorMessage control = {};
  msghdr message = carrying(part, control);
  ssize_t got;
  do
    got = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  descriptor = -1;
  cmsghdr *brought = CMSG_FIRSTHDR(&message);
  if (brought && brought->cmsg_level == SOL_SOCKET && brought->cmsg_type == SCM_RIGHTS)
    memcpy(&descriptor, CMSG_DATA(brought), sizeof descriptor);
  return got == sizeof answer ? answer.error : EHOSTDOWN;
}

int ask(const cleave_agent_request &request, int &descriptor) {
  int pair[2];
  descriptor = -1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
    return errno;
  int error = send(request, pair[1]) ? 0 : EHOSTDOWN;
  close(pair[1]); /* if the agent dies, the answer is an end of file */
  if (!error)
    error = receive(pair[0], descriptor);
  close(pair[0]);
  return error;
}

void readLabels() {
  constexpr size_t kRoom = CLEAVE_AGENT_LABELS_MAX + 1; /* the rest of it is zero */
  void *room = mmap(nullptr, kRoom, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED || recv(agentSocket, room, CLEAVE_AGENT_LABELS_MAX, MSG_DONTWAIT) <= 0)
    return;
  labels = static_cast<const char *>(room);
  hasLabels = *labels;
}

} // namespace

void attach() {
  const char *value = getenv(CLEAVE_AGENT_VARIABLE);
  int version, descriptor;
  if (!value)
    return;
  int fields = sscanf(value, "%d:%d", &version, &descriptor);
  unsetenv(CLEAVE_AGENT_VARIABLE);
  if (fields != 2 || version != CLEAVE_AGENT_VERSION || fcntl(descriptor, F_SETFD, FD_CLOEXEC))
    return;
  agentSocket = descriptor;
  readLabels();
}

int findLabel(const char *path) {
  if (!hasLabels || !path)
    return kNoLabel;
  int place = 0;
  for (const char *label = labels; *label; label += strlen(label) + 1, ++place)
    if (!strcmp(label, path))
      return place;
  return kNoLabel;
}

int openInput(int label) {
  int before = errno, descriptor;
  cleave_agent_request request = {CLEAVE_AGENT_OPEN, static_cast<uint32_t>(label), {}};
  int error = ask(request, descriptor);
  if (error || descriptor < 0) {
    if (descriptor >= 0)
      close(descriptor);
    errno = error ? error : EHOSTDOWN;
    return -1;
  }
  /* The socket for the answer had a lower number. */
  int lowest = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (lowest > descriptor || lowest < 0) {
    if (lowest >= 0)
      close(lowest);
    lowest = descriptor;
  } else {
    close(descriptor);
  }
  errno = before;
  return lowest;
}

bool isThere() { return agentSocket >= 0; }

bool fetch(const cleave_name &name) {
  int before = errno, descriptor;
  cleave_agent_request request = {CLEAVE_AGENT_FETCH, 0, name};
  int error = ask(request, descriptor);
  if (descriptor >= 0)
    close(descriptor);
  errno = before;
  return !error;
}

} // namespace cleave::agent

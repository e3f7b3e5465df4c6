// Agent.cpp - see Agent.h.
#include "Agent.h"
#include "BundleJson.h"
#include "Memory.h"
#include "Peers.h"
#include "Supervisor.h"

#include "cleave/agent.h"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/prctl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace cleave {

namespace {

/// How long a strong open waits for an index that does not answer.
constexpr uint64_t kPatienceNs = 30'000'000'000;
constexpr uint64_t kPatienceAtStartNs = 5'000'000'000;
constexpr int kAgainMs = 500, kReadyMs = 20000, kFarewellMs = 5000;

void say(const std::string &message) { fmt::print(stderr, "cleave: {}\n", message); }

/// Where labels are looked up and objects come from: as the options have it.
struct Services {
  explicit Services(const AgentPlan &plan) : store(plan.store), own(store) {
    EtcdAddresses addresses;
    if (plan.index.empty() || parseIndex(plan.index, addresses))
      return;
    etcd.emplace(addresses);
    shared.emplace(store, *etcd);
    cache.emplace(store, plan.index);
    peers.emplace(store, addresses, plan.control, plan.isQuiet);
  }
  Inputs inputs(CheckedBlobs &checked) {
    return shared ? Inputs(store, checked, *shared, &*cache, &*peers) : Inputs(store, checked, own, nullptr, nullptr);
  }

  const StoreAccess &store;
  FolderIndex own;
  std::optional<Etcd> etcd;
  std::optional<EtcdLabels> shared;
  std::optional<FolderIndex> cache;
  std::optional<Peers> peers;
};

struct Request {
  cleave_agent_request words = {};
  Descriptor answers;
};

class AgentProcess {
public:
  AgentProcess(const AgentPlan &plan, int program, int life, int report)
      : plan(plan), checked(plan.checked), services(plan), inputs(services.inputs(checked)), program(program), life(life), report(report) {}

  void serve();

private:
  bool isProgramThere(int waitMs) const;
  bool receive(Request &request);
  void answer(const Request &request, int error, int descriptor);
  void openLabel(const Request &request);
  Inputs::Opened openPatiently(const BoundInput &input);
  void remember(const LabelEntry &entry);
  void writeReport();

  const AgentPlan &plan;
  CheckedBlobs checked;
  Services services;
  Inputs inputs;
  int program, life, report;
  std::vector<OpenedInput> opened;
};

bool AgentProcess::isProgramThere(int waitMs) const {
  pollfd watched = {life, POLLIN, 0};
  return poll(&watched, 1, waitMs) <= 0;
}

/// False: nobody is left who could ask.
bool AgentProcess::receive(Request &request) {
  iovec part = {&request.words, sizeof request.words};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))];
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  ssize_t got = recvmsg(program, &message, MSG_CMSG_CLOEXEC);
  if (got < 0 && errno == EINTR)
    return true;
  if (got <= 0)
    return false;
  cmsghdr *brought = CMSG_FIRSTHDR(&message);
  int descriptor = -1;
  if (brought && brought->cmsg_level == SOL_SOCKET && brought->cmsg_type == SCM_RIGHTS)
    std::memcpy(&descriptor, CMSG_DATA(brought), sizeof descriptor);
  request.answers = Descriptor(descriptor);
  if (got != sizeof request.words)
    request.words = {};
  return true;
}

void AgentProcess::answer(const Request &request, int error, int descriptor) {
  cleave_agent_answer words = {error, 0};
  iovec part = {&words, sizeof words};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = room;
    message.msg_controllen = sizeof room;
    cmsghdr *brings = CMSG_FIRSTHDR(&message);
    brings->cmsg_level = SOL_SOCKET;
    brings->cmsg_type = SCM_RIGHTS;
    brings->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(brings), &descriptor, sizeof descriptor);
  }
  if (request.answers)
    sendmsg(request.answers.get(), &message, MSG_NOSIGNAL);
}

/// Whoever asked for what holds now gets that or nothing, so he waits for an index that is cut off.
Inputs::Opened AgentProcess::openPatiently(const BoundInput &input) {
  uint64_t began = monotonicNs();
  bool isTold = false;
  for (;;) {
    Inputs::Opened result = inputs.open(input.label, input.consistency);
    bool isLate = monotonicNs() - began > kPatienceNs;
    if (!result.error || !result.isSilent || isLate) {
      if (isTold && !result.error && !plan.isQuiet)
        say(fmt::format("the input '{}' could be opened after {:.1f} s", input.label,
                        static_cast<double>(monotonicNs() - began) / 1e9));
      return result;
    }
    if (!isTold && !plan.isQuiet)
      say(fmt::format("the input '{}' has to wait: {}", input.label, result.why));
    isTold = true;
    if (!isProgramThere(kAgainMs))
      return result;
  }
}

void AgentProcess::remember(const LabelEntry &entry) {
  bool isKnown = std::any_of(opened.begin(), opened.end(), [&](const OpenedInput &other) {
    return other.label == entry.label && other.version == entry.version;
  });
  if (!isKnown)
    opened.push_back({entry.label, entry.origin.path, entry.version, entry.bytes, entry.origin.changedNs});
}

void AgentProcess::openLabel(const Request &request) {
  if (request.words.label >= plan.inputs.size())
    return answer(request, EINVAL, -1);
  const BoundInput &input = plan.inputs[request.words.label];
  Inputs::Opened result = openPatiently(input);
  if (result.error)
    say(fmt::format("the input '{}' cannot be opened: {}", input.label, result.why));
  else
    remember(result.entry);
  answer(request, result.error, result.file.get());
}

void AgentProcess::writeReport() {
  Json list = Json::array();
  for (const OpenedInput &input : opened)
    list.push_back({{"label", input.label}, {"path", input.path}, {"version", input.version}, {"bytes", input.bytes},
                    {"changed_ns", input.changedNs}});
  PeerFigures figures = services.peers ? services.peers->figures() : PeerFigures();
  Json json = {{"opened", list}, {"records", figures.records}, {"blobs", figures.blobs}, {"bytes", figures.bytes},
               {"failed", figures.failed}};
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (pwrite(report, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    say("the agent's report is lost");
}

void AgentProcess::serve() {
  if (plan.control && services.peers)
    services.peers->watch();
  // What there is elsewhere is known before the program asks.
  if (send(life, "", 1, MSG_NOSIGNAL) != 1)
    return;
  for (bool isOpen = true;;) {
    pollfd watched[] = {{life, POLLIN, 0}, {isOpen ? program : -1, POLLIN, 0}};
    if (poll(watched, 2, -1) < 0)
      continue;
    if (watched[1].revents) {
      Request request;
      isOpen = receive(request);
      if (request.words.what == CLEAVE_AGENT_OPEN)
        openLabel(request);
      else if (request.words.what == CLEAVE_AGENT_FETCH)
        answer(request, services.peers && services.peers->fetchRecord(request.words.name) ? 0 : ENOENT, -1);
      else
        answer(request, EINVAL, -1);
    }
    if (watched[0].revents)
      break;
  }
  writeReport();
}

[[noreturn]] void beAgent(const AgentPlan &plan, int program, int life, int report, pid_t node) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != node)
    _exit(1);
  // What a terminal sends is the program's affair.
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE})
    std::signal(signal, SIG_IGN);
  letGoOfStreams();
  AgentProcess(plan, program, life, report).serve();
  _exit(0);
}

} // namespace

/// Who has just bound it may not be heard of yet.
static Inputs::Opened openAtStart(Inputs &inputs, const BoundInput &input) {
  uint64_t began = monotonicNs();
  for (;;) {
    Inputs::Opened opened = inputs.open(input.label, input.consistency);
    if (!opened.isSilent || monotonicNs() - began > kPatienceAtStartNs)
      return opened;
    poll(nullptr, 0, kAgainMs);
  }
}

static Problem prepareInput(Inputs &inputs, const BoundInput &input, PreparedInputs &prepared) {
  if (!input.file.empty())
    return inputs.bind(input, prepared.bound.emplace_back());
  Inputs::Opened opened = openAtStart(inputs, input);
  if (opened.error == ENOENT)
    return fmt::format("the input '{}' is not bound; --input={}=@FILE binds it", input.label, input.label);
  if (opened.error)
    return fmt::format("the input '{}' cannot be opened: {}", input.label, opened.why);
  return std::nullopt;
}

Problem prepareInputs(AgentPlan &plan, PreparedInputs &prepared) {
  if (plan.inputs.empty())
    return std::nullopt;
  Services services(plan);
  Inputs inputs = services.inputs(plan.checked);
  Problem problem;
  for (size_t i = 0; i != plan.inputs.size() && !problem; ++i)
    problem = prepareInput(inputs, plan.inputs[i], prepared);
  PeerFigures figures = services.peers ? services.peers->figures() : PeerFigures();
  prepared.fetchedBlobs = figures.blobs;
  prepared.fetchedBytes = figures.bytes;
  prepared.failedFetches = figures.failed;
  return problem;
}

Problem Agent::start(const AgentPlan &plan) {
  int pair[2], ends[2];
  std::string labels;
  for (const BoundInput &input : plan.inputs)
    labels += input.label + '\0';
  report = makeMemoryFile("cleave-report", {});
  if (!report || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
    return fmt::format("the node's agent cannot be set up: {}", std::strerror(errno));
  Descriptor forAgent(pair[0]);
  forProgram = Descriptor(pair[1]);
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
    return fmt::format("the node's agent cannot be set up: {}", std::strerror(errno));
  Descriptor agentsLife(ends[0]);
  life = Descriptor(ends[1]);
  if (!labels.empty() && send(forAgent.get(), labels.data(), labels.size(), 0) != static_cast<ssize_t>(labels.size()))
    return fmt::format("the node's agent cannot be set up: {}", std::strerror(errno));
  pid_t node = getpid();
  pid = fork();
  if (pid == 0) {
    life.reset();
    forProgram.reset();
    beAgent(plan, forAgent.get(), agentsLife.get(), report.get(), node);
  }
  if (pid < 0)
    return fmt::format("the node's agent cannot be started: {}", std::strerror(errno));
  process = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  agentsLife.reset();
  pollfd ready = {life.get(), POLLIN, 0};
  char word;
  if (poll(&ready, 1, kReadyMs) <= 0 || recv(life.get(), &word, 1, 0) != 1)
    return "the node's agent does not start";
  return std::nullopt;
}

Agent::~Agent() {
  if (pid <= 0)
    return;
  kill(pid, SIGKILL);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

AgentReport Agent::finish() {
  AgentReport figures;
  if (pid <= 0)
    return figures;
  forProgram.reset();
  life.reset();
  pollfd ended = {process.get(), POLLIN, 0};
  if (poll(&ended, 1, kFarewellMs) <= 0)
    kill(pid, SIGKILL);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid = -1;
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = pread(report.get(), buffer, sizeof buffer, static_cast<off_t>(text.size()))) > 0;)
    text.append(buffer, static_cast<size_t>(got));
  Json json = parseJson(text).value_or(Json());
  for (const Json &input : listOf(json, "opened"))
    figures.opened.push_back({textOf(input, "label"), textOf(input, "path"), numberOf(input, "version").value_or(0),
                              numberOf(input, "bytes").value_or(0),
                              static_cast<int64_t>(numberOf(input, "changed_ns").value_or(0))});
  figures.fetchedRecords = numberOf(json, "records").value_or(0);
  figures.fetchedBlobs = numberOf(json, "blobs").value_or(0);
  figures.fetchedBytes = numberOf(json, "bytes").value_or(0);
  figures.failedFetches = numberOf(json, "failed").value_or(0);
  return figures;
}

} // namespace cleave

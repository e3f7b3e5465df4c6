// Graph.cpp - see Graph.h.
//
// The graph is one of kinds and not of instances, so it has as many nodes as the program has kinds and functions that
// start them, however long the run was. Graphviz is asked as a process, `dot -Tsvg`: its library keeps global state and
// draws in a dozen others, a graph from anywhere should not be laid out inside of `cleave`, and where it is missing a
// report is still a report. Its input and output are files in memory, so neither side waits for the other.
//
// Colours are given by class names to the page's style, for light, dark and print.
#include "report/Graph.h"
#include "Readable.h"
#include "report/Text.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <poll.h>
#include <set>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

extern char **environ;

namespace cleave {

static constexpr size_t kindsMax = 150;          ///< more than that nobody reads as a picture
static constexpr int layoutTimeoutMs = 20'000;   ///< dot on 150 kinds takes well under a second
static constexpr size_t labelCharactersMax = 34; ///< of one line

/// For a label in double quotes, shortened in the middle where templates make names long.
static std::string label(const std::string &text) {
  std::string clean = cleanText(text), out;
  if (clean.size() > labelCharactersMax) {
    size_t half = labelCharactersMax / 2;
    auto isInside = [&](size_t at) { return (static_cast<unsigned char>(clean[at]) & 0xC0) == 0x80; };
    size_t head = half, tail = clean.size() - half;
    while (isInside(head))
      --head;
    while (tail < clean.size() && isInside(tail))
      ++tail;
    clean = clean.substr(0, head) + "…" + clean.substr(tail);
  }
  for (char c : clean) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

static std::string costOf(size_t id, const KindFigures *figures, const Json &partition) {
  if (figures && figures->count)
    return fmt::format("{}, {} busy", counted(figures->count, "task"), readableTime(figures->busySeconds * 1e9));
  if (figures)
    return "not sent in this run";
  for (const Json &kind : listOf(partition, "tasks")) {
    const Json &cost = memberOf(kind, "cost"), &isOpen = memberOf(cost, "open"), &base = memberOf(cost, "base_ns");
    if (numberOf(kind, "id") == id && base.is_number() && !(isOpen.is_boolean() && isOpen.get<bool>()))
      return fmt::format("at least {} each", readableTime(base.get<double>()));
  }
  return "cost measured when it runs";
}

static const char *wordOf(const std::string &manner) {
  return manner == "loop" ? "each call of a loop" : manner == "range" ? "ranges of a loop" : "beside what follows";
}

namespace {
struct Edge {
  std::string from; ///< a node's name
  uint64_t to;
  std::string kind;
  auto operator<=>(const Edge &) const = default;
};
} // namespace

static std::string writeDot(const Bundle &bundle, const Json &partition, const RunStatistics *statistics) {
  std::set<Edge> edges;
  std::map<std::string, std::string> functions; // symbol to node
  std::map<uint64_t, size_t> edgesTo;
  for (const Json &object : listOf(partition, "edges")) {
    std::optional<uint64_t> to = numberOf(object, "to"), fromTask = numberOf(object, "from_task");
    if (!to || *to >= bundle.tasks.size() || (fromTask && *fromTask >= bundle.tasks.size()))
      continue;
    std::string from =
        fromTask ? fmt::format("t{}", *fromTask)
                 : functions.try_emplace(textOf(object, "from"), fmt::format("f{}", functions.size())).first->second;
    if (edges.insert({from, *to, textOf(object, "kind")}).second)
      ++edgesTo[*to];
  }
  std::string dot = "digraph tasks {\n  rankdir=LR; bgcolor=transparent; nodesep=0.3; ranksep=0.7;\n"
                    "  node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=12, margin=\"0.15,0.08\"];\n"
                    "  edge [fontname=\"Helvetica\", fontsize=10];\n";
  for (const auto &[symbol, node] : functions)
    dot += fmt::format("  {} [class=\"function\", label=\"{}\"];\n", node, label(demangled(symbol)));
  for (size_t id = 0; id != bundle.tasks.size(); ++id) {
    const BundledTask &task = bundle.tasks[id];
    const KindFigures *figures = statistics ? &statistics->kinds[id] : nullptr;
    std::string file = task.file.substr(task.file.rfind('/') + 1);
    dot += fmt::format("  t{} [class=\"task\", label=\"{}\\n{}\\n{}\"];\n", id, label(task.name),
                       label(fmt::format("{}:{}", file, task.line)), label(costOf(id, figures, partition)));
  }
  for (const Edge &edge : edges) {
    std::string text = wordOf(edge.kind);
    if (statistics && edgesTo[edge.to] == 1 && statistics->kinds[edge.to].count) {
      const KindFigures &figures = statistics->kinds[edge.to];
      text += fmt::format("\\n{} there\\n{} back", readableBytes(figures.bytesIn), readableBytes(figures.bytesOut));
    }
    dot += fmt::format("  {} -> t{} [label=\"{}\"];\n", edge.from, edge.to, text);
  }
  return dot + "}\n";
}

static Descriptor memoryFile(std::string_view content) {
  Descriptor file(memfd_create("cleave-graph", MFD_CLOEXEC));
  if (file && (pwrite(file.get(), content.data(), content.size(), 0) != static_cast<ssize_t>(content.size())))
    file.reset();
  return file;
}

/// Waits for the process to end; kills it if that takes too long.
static int waitFor(pid_t pid, bool &isLate) {
  Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  pollfd ended = {process.get(), POLLIN, 0};
  int ready;
  while (process && (ready = poll(&ended, 1, layoutTimeoutMs)) < 0 && errno == EINTR) {
  }
  isLate = process && ready == 0;
  if (isLate)
    kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

static void layOut(Graph &graph) {
  Descriptor input = memoryFile(graph.dot), output = memoryFile(""), errors(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!input || !output || !errors) {
    graph.problem = "There is no memory for drawing the graph.";
    return;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.get(), STDERR_FILENO);
  char name[] = "dot", format[] = "-Tsvg";
  char *arguments[] = {name, format, nullptr};
  pid_t pid = 0;
  int error = posix_spawnp(&pid, "dot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error) {
    graph.problem = "The graph is not drawn, because Graphviz's dot is not to be found; Debian's package is graphviz.";
    return;
  }
  bool isLate = false;
  int status = waitFor(pid, isLate);
  std::string svg;
  char buffer[1 << 16];
  for (off_t at = 0; ssize_t bytes = pread(output.get(), buffer, sizeof buffer, at); at += bytes) {
    if (bytes < 0)
      break;
    svg.append(buffer, static_cast<size_t>(bytes));
  }
  size_t begin = svg.find("<svg");
  if (isLate)
    graph.problem = "The graph is not drawn, because Graphviz's dot took too long for it.";
  else if (!WIFEXITED(status) || WEXITSTATUS(status) || begin == svg.npos)
    graph.problem = "The graph is not drawn, because Graphviz's dot failed.";
  else
    graph.svg = svg.substr(begin);
}

Graph drawGraph(const Bundle &bundle, const Json &partition, const RunStatistics *statistics) {
  Graph graph;
  if (bundle.tasks.empty())
    return graph;
  graph.dot = writeDot(bundle, partition, statistics);
  if (bundle.tasks.size() > kindsMax)
    graph.problem =
        fmt::format("The graph is not drawn: {} task kinds are more than a picture can show.", bundle.tasks.size());
  else
    layOut(graph);
  return graph;
}

} // namespace cleave

// Run.cpp - see Run.h. In order: check the options, open the bundle, choose the mode, run, write the figures, end as
// the program ended.
//
// Mode auto prefers a correct run to a fast one: whatever stands in the way of jailed tasks (one CPU, no tasks, a CPU
// that lacks an extension, a kernel that lacks the jail) makes the run serial. Mode isolated says so and stops. Mode workers
// needs no jail: what it splits stays in the program's process; with one worker there is nobody to share it with.
#include "Run.h"
#include "Agent.h"
#include "Bundle.h"
#include "Etcd.h"
#include "Failure.h"
#include "KernelRun.h"
#include "Machine.h"
#include "OutputFile.h"
#include "RunRecord.h"
#include "Statistics.h"
#include "Store.h"
#include "Supervisor.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>

namespace cleave {

namespace {

constexpr int kUnusable = 1, kUsage = 2;
constexpr const char *kMemoryStore = "memory"; // in place of a folder

int complain(int status, const std::string &message) {
  fmt::print(stderr, "cleave: {}\n", message);
  return status;
}

/// What is no error, and not asked for either.
void note(const RunOptions &options, const std::string &message) {
  if (!options.isQuiet)
    complain(0, message);
}

struct Choice {
  bool isIsolated = false;
  std::string note;   ///< for a person, if auto had to do with less than the program wants
  Problem impossible; ///< isolated was asked for and cannot be
};

uint32_t workersOf(const RunOptions &options) {
  uint32_t workers = options.workers ? options.workers : countCpus();
  return std::min<uint32_t>(workers, CLEAVE_SLOTS_MAX);
}

Problem checkExchange(const Bundle &bundle) {
  if (bundle.exchangeVersion == CLEAVE_EXCHANGE_VERSION)
    return {};
  return fmt::format("it was made by {} version of cleave++, with which this one cannot share work (compile it again)",
                     bundle.exchangeVersion < CLEAVE_EXCHANGE_VERSION ? "an older" : "a newer");
}

Choice choose(const RunOptions &options, const Bundle &bundle) {
  Choice choice;
  if (options.mode == "serial" || bundle.tasks.empty())
    return choice;
  bool isAuto = options.mode == "auto", isLocal = options.mode == "workers";
  if ((isAuto || isLocal) && workersOf(options) < 2)
    return choice;
  Problem problem = isLocal ? Problem() : checkJailIsPossible();
  if (std::vector<std::string> missing = missingFeatures(bundle.requiredFeatures); !missing.empty())
    problem = fmt::format("its tasks need a CPU with {}, which this one lacks", fmt::join(missing, ", "));
  if (Problem other = checkExchange(bundle))
    problem = other;
  choice.isIsolated = !problem;
  if (problem && isAuto)
    choice.note = fmt::format("{}: {}; running it serially", options.command[0], *problem);
  else if (problem)
    choice.impossible = problem;
  return choice;
}

/// What the machine can spare for results that are kept in memory.
uint64_t keptBytes() { return std::clamp<uint64_t>(readMachineMemory().ramBytes / 8, 64 << 20, uint64_t{1} << 30); }

/// In mode auto a result is kept if it took long beside what a file costs.
constexpr uint64_t kLeastStoredNs = 200000;

/// The store of a run, from the options to its end.
struct RunStore {
  cleave_store plan = {};
  AgentPlan agent; ///< with a folder: its path and its keys
  PreparedInputs prepared;
  bool hasKey = false;
  RunRecord record; ///< of this run
};

bool needsAgent(const RunOptions &options) { return !options.inputs.inputs.empty() || !options.inputs.index.empty(); }

/// The folder, and who is to be asked beside it.
Problem openRunFolder(const RunOptions &options, RunStore &store) {
  StoreAccess &access = store.agent.store;
  if (Problem problem = openAccess(options.storePath, options.keyPath, /*makes=*/true, access))
    return problem;
  access.path.copy(store.plan.path, sizeof store.plan.path - 1);
  store.hasKey = true;
  store.agent.index = options.inputs.index;
  store.agent.isQuiet = options.isQuiet;
  return parseInputs(options.inputs, store.agent.inputs);
}

Problem openRunStore(const RunOptions &options, const Bundle &bundle, RunStore &store) {
  if (options.storePath.empty())
    return std::nullopt;
  store.plan.memory_bytes = keptBytes();
  store.plan.least_ns = options.mode == "auto" ? kLeastStoredNs : 0;
  store.plan.kind = options.storePath == kMemoryStore ? CLEAVE_STORE_MEMORY : CLEAVE_STORE_FOLDER;
  bool remembersRuns = store.plan.kind == CLEAVE_STORE_FOLDER && options.remembersRuns;
  store.plan.whole = remembersRuns ? CLEAVE_WHOLE_WANTED : CLEAVE_WHOLE_OFF;
  if (store.plan.kind == CLEAVE_STORE_MEMORY)
    return std::nullopt;
  if (Problem problem = openRunFolder(options, store))
    return problem;
  if (store.plan.kind == CLEAVE_STORE_FOLDER)
    store.record = beginRunRecord(options.bundlePath.empty() ? options.command[0] : options.bundlePath, options.command, bundle);
  return needsAgent(options) ? prepareInputs(store.agent, store.prepared) : Problem();
}

void closeRunStore(const RunOptions &options, const Bundle &bundle, RunStore &runStore, const RunFigures &figures) {
  cleave_control &control = *figures.control;
  const cleave_store &store = control.store;
  if (store.kind != CLEAVE_STORE_FOLDER)
    return;
  RunRecord &record = runStore.record;
  cleave_name id;
  std::memcpy(&id, control.run_id, sizeof id);
  record.id = textOf(id).digits;
  cleave_named_item *items = cleave_control_item(&control, 0);
  record.items.assign(items, items + std::min(store.items_count, store.items_capacity));
  for (uint32_t kind = 0; kind != record.kinds.size(); ++kind)
    if (!record.kinds[kind].outside.empty())
      record.kinds[kind].itemsAnew = cleave_control_kind(&control, kind)->items;
  bool isFound = store.whole == CLEAVE_WHOLE_FOUND;
  if (options.explains)
    fmt::print(stderr, "{}{}", explainWhole(store.whole, bundle),
               isFound ? "" : explainRun(record, lastRunOf(store.path, record.program)));
  // A run that was found has made nothing that anybody could ask about.
  if (Problem problem = store.problem || isFound ? Problem() : writeRunRecord(store.path, record))
    note(options, fmt::format("the store's record of this run: {}", *problem));
  if (store.problem)
    note(options, fmt::format("the store '{}' cannot be written: {}; the run went on without it", store.path,
                              std::strerror(static_cast<int>(store.problem))));
  bool isAsItWas = !control.counters.store_written && !figures.agent.fetchedBytes && runStore.agent.inputs.empty();
  if (!isAsItWas) // else it is as large as it was
    trimStore(runStore.agent.store, options.storeBytes);
}

Problem makeMemory(const RunOptions &options, const Bundle &bundle, const RunStore &store, SharedMemory &memory) {
  MemoryPlan plan;
  plan.store = store.plan;
  plan.tenantKey = store.hasKey ? store.agent.store.key.data() : nullptr;
  plan.hasOtherNodes = !store.agent.index.empty();
  plan.mode = options.mode == "check"      ? CLEAVE_MODE_CHECK
              : options.mode == "isolated" ? CLEAVE_MODE_ISOLATED
              : options.mode == "workers"  ? CLEAVE_MODE_WORKERS
                                           : CLEAVE_MODE_AUTO;
  plan.workers = workersOf(options);
  plan.isTraced = !options.tracePath.empty();
  for (const BundledTask &task : bundle.tasks)
    plan.kinds.push_back(task.object);
  return memory.create(plan);
}

MappingLimits limitsOf(const RunOptions &options) {
  MachineMemory machine = readMachineMemory();
  uint64_t share = machine.ramBytes / 2 / workersOf(options);
  uint64_t wanted = options.taskMemory ? options.taskMemory : share;
  return {std::max<uint64_t>(wanted & ~uint64_t{4095}, 1 << 20), std::max(machine.ramAndSwapBytes, wanted)};
}

/// The lowest descriptors must not become the node's own: they are the program's streams, even if they are closed.
void fillStreams() {
  for (int number = 0; number <= STDERR_FILENO; ++number)
    if (fcntl(number, F_GETFD) < 0)
      open("/dev/null", O_RDWR | O_CLOEXEC); // answers `number`, the lowest free; closed again for the program
}

int writeFigures(const RunOptions &options, const RunFigures &figures, const Bundle &bundle) {
  int status = 0;
  if (!options.statsPath.empty())
    if (Problem problem = writeStatistics(options.statsPath, figures, bundle.tasks))
      status = complain(kUnusable, *problem);
  if (!options.tracePath.empty())
    if (Problem problem = writeTrace(options.tracePath, figures, bundle.tasks))
      status = complain(kUnusable, *problem);
  return status;
}

int checkOptions(const RunOptions &options) {
  static constexpr const char *known[] = {"auto", "serial", "workers", "isolated", "check", "kernel"};
  if (std::find(std::begin(known), std::end(known), options.mode) == std::end(known))
    return complain(kUsage, fmt::format("there is no mode '{}'; use auto, serial, workers, isolated, check or kernel",
                                        options.mode));
  bool hasStoreOption = !options.storePath.empty();
  bool isKernel = options.mode == "kernel";
  if (hasStoreOption && options.mode != "auto" && options.mode != "isolated" && !isKernel)
    return complain(kUsage, fmt::format("--store works in the modes auto, isolated and kernel; mode {} {}", options.mode,
                                        options.mode == "check" ? "does all work anew" : "has no named tasks"));
  if (isKernel && (options.explains || needsAgent(options)))
    return complain(kUsage, "--explain, --input and --index work in the modes auto and isolated, not in mode kernel");
  if (options.explains && (!hasStoreOption || options.storePath == kMemoryStore))
    return complain(kUsage, "--explain compares with the last run in a store; --store=FOLDER names one");
  if (needsAgent(options) && (!hasStoreOption || options.storePath == kMemoryStore))
    return complain(kUsage, "--input and --index need a store; --store=FOLDER names one");
  if (!options.inputs.consistency.empty() && options.inputs.inputs.empty())
    return complain(kUsage, "--consistency is of inputs; --input=LABEL=@FILE gives one");
  if (EtcdAddresses addresses; !options.inputs.index.empty())
    if (Problem problem = parseIndex(options.inputs.index, addresses))
      return complain(kUsage, *problem);
  for (const std::string &path : {options.statsPath, options.tracePath, options.kernelLogPath})
    if (!path.empty())
      if (Problem problem = checkWritable(path))
        return complain(kUsage, *problem);
  return 0;
}

[[nodiscard]] int failed(const cleave_failure &failure, const Bundle &bundle, uint64_t memoryBytes) {
  const BundledTask *task = failure.kind < bundle.tasks.size() ? &bundle.tasks[failure.kind] : nullptr;
  return complain(CLEAVE_FAILURE_STATUS, describeFailure(failure, task, memoryBytes));
}

/// What mode check found, one line each.
[[nodiscard]] int found(cleave_control &control) {
  uint64_t count = control.counters.findings;
  for (uint64_t i = 0; i != std::min<uint64_t>(count, CLEAVE_FINDINGS_MAX); ++i) {
    const cleave_finding &finding = *cleave_control_finding(&control, i);
    std::string text(finding.text, std::min<uint64_t>(finding.text_bytes, sizeof finding.text));
    complain(0, "check: " + text);
  }
  return complain(CLEAVE_CHECK_STATUS, fmt::format("check: {} found; {} calls and ranges were compared", count,
                                                   control.counters.checked));
}

int runInKernel(const RunOptions &options, const Bundle &bundle) {
  KernelRun run;
  RunStore store;
  if (Problem problem = openRunStore(options, bundle, store))
    return complain(kUsage, *problem);
  store.plan.memory_bytes = kernelKeptBytes(options);
  store.plan.whole = CLEAVE_WHOLE_OFF; // the program's own code is in no file there
  if (Problem problem = runUnderKernel(options, bundle, store.plan, store.hasKey ? store.agent.store.key.data() : nullptr, run))
    return complain(kUnusable, *problem);
  bool hasControl = run.controlWords.size() * sizeof(uint64_t) >= sizeof(cleave_control);
  RunFigures figures;
  figures.mode = "kernel";
  figures.workers = run.workers;
  figures.wallSeconds = run.wallSeconds;
  figures.rootCpuSeconds = run.programSeconds;
  figures.control = hasControl ? run.control() : nullptr;
  figures.kernel = &run.figures;
  int status = writeFigures(options, figures, bundle);
  if (hasControl)
    closeRunStore(options, bundle, store, figures);
  if (run.hasFailed && hasControl)
    return failed(run.control()->failure, bundle, options.taskMemory);
  if (status && run.status == 0)
    return status;
  endAs(run.status);
}

int runSupervised(const RunOptions &options, const Bundle &bundle, bool isIsolated) {
  RunStore store;
  if (Problem problem = openRunStore(options, bundle, store))
    return complain(kUsage, *problem);
  RootCommand command = {bundle.root, options.command};
  SharedMemory memory;
  Agent agent;
  if (isIsolated)
    if (Problem problem = makeMemory(options, bundle, store, memory)) {
      if (options.mode != "auto")
        return complain(kUnusable, *problem);
      note(options, fmt::format("{}: {}; running it serially", options.command[0], *problem));
      isIsolated = false;
    }
  if (needsAgent(options)) {
    store.agent.control = isIsolated ? memory.header : nullptr;
    if (Problem problem = agent.start(store.agent))
      return complain(kUnusable, *problem);
    command.agent = agent.programEnd();
  }
  MappingLimits limits = limitsOf(options);
  auto tasks = [&](uint32_t kind) { return bundle.tasks[kind].elf; };
  SupervisedRun run;
  uint64_t startNs = monotonicNs();
  if (Problem problem = supervise(command, isIsolated ? &memory : nullptr, tasks, limits, progressWish(options),
                                  !options.tracePath.empty(), run))
    return complain(kUnusable, *problem);
  RunFigures figures;
  figures.mode = !isIsolated ? "serial" : options.mode;
  figures.workers = isIsolated ? workersOf(options) : 0;
  figures.wallSeconds = static_cast<double>(monotonicNs() - startNs) / 1e9;
  figures.rootCpuSeconds = run.root.cpuSeconds;
  figures.control = isIsolated ? memory.header : nullptr;
  figures.memory = std::move(run.memory);
  figures.agent = agent.finish();
  figures.agent.fetchedBlobs += store.prepared.fetchedBlobs;
  figures.agent.fetchedBytes += store.prepared.fetchedBytes;
  figures.agent.failedFetches += store.prepared.failedFetches;
  for (const OpenedInput &input : figures.agent.opened)
    store.record.inputs.push_back({input.path, input.bytes, input.changedNs, input.label, input.version});
  int status = writeFigures(options, figures, bundle);
  if (isIsolated)
    closeRunStore(options, bundle, store, figures);
  if (run.hasFailed)
    return failed(memory.header->failure, bundle, limits.memoryBytes);
  if (isIsolated && options.mode == "check") {
    if (memory.header->counters.findings)
      return found(*memory.header);
    if (!memory.header->counters.checked) // silence must not pass for an answer
      complain(0, "check: nothing was compared");
  }
  if (status && run.root.status == 0)
    return status;
  endAs(run.root.status);
}

} // namespace

int runCommand(const RunOptions &options) {
  fillStreams();
  if (int status = checkOptions(options))
    return status;
  auto opened = options.bundlePath.empty() ? openBundle(options.command[0])
                                           : openBundle(options.bundlePath, options.command[0]);
  if (auto *error = std::get_if<BundleError>(&opened))
    return complain(kUsage, error->message);
  const Bundle &bundle = std::get<Bundle>(opened);
  if (options.mode == "kernel") {
    if (Problem problem = checkExchange(bundle))
      return complain(kUnusable, fmt::format("{}: {}", options.command[0], *problem));
    return runInKernel(options, bundle);
  }
  Choice choice = choose(options, bundle);
  if (choice.impossible)
    return complain(kUnusable, fmt::format("{}: {}", options.command[0], *choice.impossible));
  if (!choice.note.empty())
    note(options, choice.note);
  if (!choice.isIsolated && !options.storePath.empty())
    note(options, "the program runs serially, so the store is not used for results");
  if (!choice.isIsolated && options.statsPath.empty() && options.tracePath.empty() && !needsAgent(options))
    return complain(kUnusable, *executeRoot({bundle.root, options.command}));
  return runSupervised(options, bundle, choice.isIsolated);
}

} // namespace cleave

// RunOptionParser.cpp - see RunOptionParser.h. Compiled with exceptions, because CLI11 reports through them.
#include "RunOptionParser.h"
#include "Run.h"

#include <CLI/CLI.hpp>

namespace cleave {

void addRunOptions(CLI::App &run, RunOptions &options) {
  run.add_option("--mode", options.mode, "auto (default), serial, workers, isolated, check or kernel")
      ->type_name("MODE");
  run.add_option("--workers", options.workers, "How many tasks at a time (default: the CPUs of this process)")
      ->type_name("N")
      ->check(CLI::Range(1, 65535).description(""));
  run.add_flag("-q,--quiet", options.isQuiet, "No progress on the terminal, and no notes; errors are told");
  run.add_flag("--progress", options.wantsProgress, "Progress also where the program's output goes to the terminal")
      ->excludes("--quiet");
  run.add_option("--stats", options.statsPath, "Write figures of the run as JSON")->type_name("FILE");
  run.add_option("--trace", options.tracePath, "Write a timeline in Chrome's trace format")->type_name("FILE");
  run.add_option("--store", options.storePath,
                 "Keep results in this folder, and find them there; 'memory': for this run only")
      ->type_name("FOLDER");
  run.add_option_function<std::string>(
         "--remember", [&options](const std::string &what) { options.remembersRuns = what == "runs"; },
         "What to keep in the folder: runs (default), which is what they printed, and their tasks; or tasks alone")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"runs", "tasks"}).description(""));
  run.add_option("--store-size", options.storeBytes,
                 "What the store's folder may hold, as 500M or 2GiB (default: 10GiB)")
      ->type_name("BYTES")
      ->transform(CLI::AsSizeValue(false).description(""));
  run.add_option("--input", options.inputs.inputs,
                 "Bind a label to a file's content, and have the program open it under that name; LABEL alone: what it is "
                 "bound to")
      ->type_name("LABEL[=@FILE]")
      ->allow_extra_args(false);
  run.add_option("--consistency", options.inputs.consistency,
                 "How inputs are opened: strong (default), asking the index first, or relaxed, as they were seen last; with "
                 "LABEL= in front, one of them")
      ->type_name("[LABEL=]HOW")
      ->allow_extra_args(false);
  run.add_option("--index", options.inputs.index,
                 "The index that nodes share, as etcd:HOST:PORT (default: the store is alone)")
      ->type_name("INDEX");
  run.add_flag("--explain", options.explains, "Say what was found in the store, and why the rest was not");
  run.add_option("--key", options.keyPath, "The key of the store's names (default: ~/.config/cleave/key)")
      ->type_name("FILE");
  run.add_option("--task-memory", options.taskMemory,
                 "What one task may hold, as 500M or 2GiB (default: half of the memory by workers)")
      ->type_name("BYTES")
      ->transform(CLI::AsSizeValue(false).description(""));
  run.add_option("--task-seconds", options.taskSeconds, "Mode kernel: a task that runs longer is killed")
      ->type_name("N");
  run.add_option("--kernel-memory", options.kernelMemory, "Mode kernel: the machine's (default: half of this one's)")
      ->type_name("BYTES")
      ->transform(CLI::AsSizeValue(false).description(""));
  run.add_flag("--kernel-emulated", options.isEmulated, "Mode kernel: do not try KVM");
  run.add_option("--kernel-log", options.kernelLogPath, "Mode kernel: write what the kernel says for itself")
      ->type_name("FILE");
}

} // namespace cleave

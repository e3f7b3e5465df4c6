// cleave.cpp - the `cleave` command: `run`, `inspect`, `report`, `export`, `image`, `store` and `why`. Only words on
// the command line are dealt with here; what they do is in rt/node and report. This file is compiled with exceptions,
// because CLI11 reports through them.
#include "Export.h"
#include "Image.h"
#include "Inspect.h"
#include "Run.h"
#include "RunOptionParser.h"
#include "Serve.h"
#include "StoreCommand.h"
#include "report/Report.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kUsage = 2;

int complain(const std::string &message) {
  std::fprintf(stderr, "cleave: %s\n", message.c_str());
  return kUsage;
}

void addReport(CLI::App &app, cleave::ReportOptions &options) {
  CLI::App *report =
      app.add_subcommand("report", "Write a page that shows what became a task, what did not, why, and a run of it");
  report->add_option("bundle", options.bundle, "The bundle, or an executable that carries one")
      ->required()
      ->type_name("FILE");
  report->add_option("-o,--output", options.output, "The page (default: report.html)")->type_name("FILE");
  report->add_option("--stats", options.statsPath, "Figures of a run, from cleave run --stats")->type_name("FILE");
  report->add_option("--trace", options.tracePath, "The timeline of a run, from cleave run --trace")->type_name("FILE");
  report->add_option("--before-stats", options.beforeStatsPath, "Figures of an earlier run, to compare with")
      ->type_name("FILE");
  report->add_option("--before-trace", options.beforeTracePath, "The timeline of an earlier run, likewise")
      ->type_name("FILE");
  report->add_option("--source", options.sourceFolder, "Where the sources are (default: where they were, from here)")
      ->type_name("FOLDER");
  report->add_option("--dot", options.dotPath, "Also write the task graph in Graphviz's language")->type_name("FILE");
}

void addRun(CLI::App &app, cleave::RunOptions &options) {
  CLI::App *run =
      app.add_subcommand("run", "Run a bundle's program; stdin, stdout, stderr and exit status are its own");
  cleave::addRunOptions(*run, options);
  run->footer("The bundle and the program's arguments follow the options: cleave run [options] app.cleave [arguments]");
  // Everything from the bundle's path on is the program's, whatever it looks like.
  run->prefix_command();
}

using StoreCommand = int (*)(const cleave::StoreOptions &);

CLI::Option *addKey(CLI::App &command, cleave::StoreOptions &options) {
  return command.add_option("--key", options.keyPath, "The key of its names (default: ~/.config/cleave/key)")
      ->type_name("FILE");
}

CLI::Option *addIndex(CLI::App &command, std::string &index) {
  return command.add_option("--index", index, "The index that nodes share, as etcd:HOST:PORT")->type_name("INDEX");
}

void addServe(CLI::App &store, cleave::ServeOptions &options) {
  CLI::App *serve = store.add_subcommand("serve", "Let other nodes have what is in it, and tell the index of it");
  serve->add_option("folder", options.path, "The store")->required()->type_name("FOLDER");
  serve->add_option("--listen", options.listen, "Where others come to; port 0: any")->required()->type_name("HOST:PORT");
  serve->add_option("--advertise", options.advertise, "What they are told to come to (default: the same)")
      ->type_name("HOST:PORT");
  addIndex(*serve, options.index)->required();
}

void addStore(CLI::App &app, cleave::StoreOptions &options, cleave::ServeOptions &serve) {
  CLI::App *store = app.add_subcommand("store", "Look after a folder of results (run --store)");
  store->require_subcommand(1);
  auto add = [&](const char *name, const char *what) {
    CLI::App *command = store->add_subcommand(name, what);
    command->add_option("folder", options.path, "The store")->required()->type_name("FOLDER");
    addKey(*command, options);
    return command;
  };
  add("ls", "List what is in it");
  add("show", "Show one object")->add_option("name", options.name, "Its name")->required()->type_name("NAME");
  add("verify", "Check everything in it");
  add("gc", "Take away what is damaged, and what was used longest ago")
      ->add_option("--store-size", options.bytes, "What may stay (default: 10GiB)")
      ->type_name("BYTES")
      ->transform(CLI::AsSizeValue(false).description(""));
  CLI::App *bind = add("bind", "Bind a label to a file's content (run --input)");
  bind->add_option("binding", options.name, "The label and the file")->required()->type_name("LABEL=@FILE");
  addIndex(*bind, options.index);
  addServe(*store, serve);
  CLI::App *why = app.add_subcommand("why", "Show what an object of a store was made of, down to lines and files");
  why->add_option("name", options.name, "Its name, as cleave store ls shows it")->required()->type_name("NAME");
  why->add_option("--store", options.path, "The store")->required()->type_name("FOLDER");
  addKey(*why, options);
}

int runStoreCommand(const CLI::App &store, const cleave::StoreOptions &options, const cleave::ServeOptions &serve) {
  constexpr std::pair<const char *, StoreCommand> commands[] = {{"ls", cleave::listStoreCommand},
                                                                {"show", cleave::showObjectCommand},
                                                                {"verify", cleave::verifyStoreCommand},
                                                                {"gc", cleave::collectStoreCommand},
                                                                {"bind", cleave::bindInputCommand}};
  if (store.got_subcommand("serve"))
    return cleave::serveStoreCommand(serve);
  for (const auto &[name, command] : commands)
    if (store.got_subcommand(name))
      return command(options);
  return kUsage;
}

/// The bundle and its arguments; what stands before them and is not an option of ours is a mistake. `rest` is what the
/// command line holds from its first "--" on: that ends our options, unless the bundle's path has ended them before.
int runWith(CLI::App &run, const std::vector<std::string> &rest, cleave::RunOptions &options) {
  options.command = run.remaining();
  bool isProgramsOwn = !options.command.empty();
  if (!rest.empty())
    options.command.insert(options.command.end(), rest.begin() + !isProgramsOwn, rest.end());
  if (isProgramsOwn && options.command[0].size() > 1 && options.command[0][0] == '-')
    return complain("run has no option '" + options.command[0] + "'; see cleave run --help");
  if (options.command.empty())
    return complain("run needs a bundle, as in: cleave run app.cleave");
  return cleave::runCommand(options);
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("Runs and shows what cleave++ makes.", "cleave");
  app.set_version_flag("--version", "cleave " CLEAVE_VERSION);
  app.require_subcommand(1);
  app.footer("cleave COMMAND --help tells a command's options; cleave++ --help is about the compiler.");
  app.failure_message([](const CLI::App *, const CLI::Error &) { return std::string(); });

  cleave::RunOptions options;
  addRun(app, options);
  cleave::ImageOptions image;
  CLI::App *makeImage = app.add_subcommand("image", "Make a disk from which a real machine starts a bundle's program");
  makeImage->add_option("-o,--output", image.output, "The disk's file")->required()->type_name("FILE");
  makeImage->add_option("command", image.command, "The bundle and the program's arguments")
      ->required()
      ->type_name("BUNDLE ARGUMENTS");
  std::string inspected;
  bool asJson = false;
  CLI::App *inspect = app.add_subcommand("inspect", "Show what is in a bundle");
  inspect->add_option("bundle", inspected, "The bundle")->required()->type_name("FILE");
  inspect->add_flag("--json", asJson, "The whole manifest and partition, for programs");

  cleave::ReportOptions report;
  addReport(app, report);
  std::string carrier, exported;
  CLI::App *exportBundle = app.add_subcommand("export", "Take the bundle out of an executable that carries one");
  exportBundle->add_option("executable", carrier, "The executable")->required()->type_name("FILE");
  exportBundle->add_option("-o,--output", exported, "The bundle's file")->required()->type_name("FILE");

  cleave::StoreOptions store;
  cleave::ServeOptions serve;
  addStore(app, store, serve);

  if (argc < 2)
    return complain("a command is missing: run, inspect, report, export, image, store or why; see cleave --help");
  auto isAsked = [&](CLI::App *command) { return command->check_name(argv[1]); };
  if (argv[1][0] != '-' && app.get_subcommands(isAsked).empty())
    return complain("there is no command '" + std::string(argv[1]) + "'; see cleave --help");
  char **end = argv + argc, **dashes = std::find(argv, end, std::string_view("--"));
  std::vector<std::string> rest(dashes, end);
  try {
    app.parse(static_cast<int>(dashes - argv), argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0)
      return app.exit(error); // --help, --version
    std::string command = app.get_subcommands(isAsked).empty() ? "" : std::string(argv[1]) + " ";
    return complain(std::string(error.what()) + "; see cleave " + command + "--help");
  }
  if (*makeImage)
    return cleave::imageCommand(image);
  if (*inspect)
    return cleave::inspectCommand(inspected, asJson);
  if (*app.get_subcommand("report"))
    return cleave::reportCommand(report);
  if (*exportBundle)
    return cleave::exportCommand(carrier, exported);
  if (*app.get_subcommand("store"))
    return runStoreCommand(*app.get_subcommand("store"), store, serve);
  if (*app.get_subcommand("why"))
    return cleave::whyCommand(store);
  return runWith(*app.get_subcommand("run"), rest, options);
}

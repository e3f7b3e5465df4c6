// Sites.cpp - see Sites.h. Fields that are absent or of another type are taken for empty: digests say that a partition
// is whole, and nothing of what its writer put in.
#include "report/Sites.h"
#include "report/Text.h"

#include <algorithm>

namespace cleave {

static Place placeOf(const Json &object) {
  Place place;
  place.file = textOf(object, "file");
  place.line = numberOf(object, "line").value_or(0);
  place.column = numberOf(object, "column").value_or(0);
  if (!place.line)
    place = {};
  return place;
}

static Site readSite(const Json &object, size_t kinds) {
  Site site;
  site.place = placeOf(object);
  site.manner = textOf(object, "cut");
  if (site.manner != "none")
    site.task = numberOf(object, "task");
  if (site.task && *site.task >= kinds)
    site.task.reset();
  const Json &inside = memberOf(object, "inside_task");
  site.isInsideTask = inside.is_boolean() && inside.get<bool>();
  site.reason = textOf(object, "reason");
  site.message = textOf(object, "message");
  site.callee = textOf(object, "callee");
  site.function = demangled(textOf(object, "in"));
  for (const Json &name : listOf(object, "shared"))
    if (name.is_string())
      site.shared.push_back(name.get<std::string>());
  for (const Json &note : listOf(object, "notes"))
    site.notes.push_back({placeOf(note), textOf(note, "text")});
  return site;
}

static auto orderOf(const Site &site) {
  return std::tie(site.place.file, site.place.line, site.place.column, site.manner, site.message, site.isInsideTask);
}

std::vector<Site> readSites(const Json &partition, size_t kinds) {
  std::vector<Site> all;
  for (const Json &object : listOf(partition, "sites"))
    all.push_back(readSite(object, kinds));
  std::sort(all.begin(), all.end(), [](const Site &a, const Site &b) {
    return std::tuple(orderOf(a), a.task, a.function) < std::tuple(orderOf(b), b.task, b.function);
  });
  std::vector<Site> sites;
  for (Site &site : all)
    if (!sites.empty() && orderOf(sites.back()) == orderOf(site) && sites.back().task == site.task)
      ++sites.back().count;
    else
      sites.push_back(std::move(site));
  return sites;
}

} // namespace cleave

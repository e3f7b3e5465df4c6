// Template.h - fills in report/page.html.
#ifndef CLEAVE_REPORT_TEMPLATE_H
#define CLEAVE_REPORT_TEMPLATE_H

#include "BundleJson.h"
#include <string>
#include <string_view>

namespace cleave {

/// `page` with its tags replaced by what `view` holds (Template.cpp says which tags there are). A tag that is not
/// closed, or closed twice, is a mistake in the page and ends the process.
std::string renderTemplate(std::string_view page, const Json &view);

/// `text` as HTML text or attribute.
std::string escapeHtml(std::string_view text);

} // namespace cleave

#endif

// RemarkRecord.h - Cleave's remarks as files for other tools.
#ifndef CLEAVE_TOOLS_REMARKRECORD_H
#define CLEAVE_TOOLS_REMARKRECORD_H

#include "frontend/Driver.h"
#include "passes/Pipeline.h"
#include "llvm/ADT/ArrayRef.h"

namespace cleave {

/// In LLVM's own form of optimisation records, YAML or bitstream: opt-viewer, llvm-opt-report and llvm-remarkutil read
/// it. Errors: the file cannot be written, and is then not touched.
llvm::Error writeRemarkRecord(const RemarkRecordFile &file, llvm::ArrayRef<Remark> remarks);

/// As SARIF 2.1.0, which editors and code hosts read. Errors likewise.
llvm::Error writeSarif(const std::string &path, llvm::ArrayRef<Remark> remarks);

} // namespace cleave

#endif

// Partition.h - which legal cuts are made, and the record of every decision.
#ifndef CLEAVE_PARTITIONER_PARTITION_H
#define CLEAVE_PARTITIONER_PARTITION_H

#include "partitioner/CostModel.h"
#include "passes/Cuts.h"
#include "llvm/Support/JSON.h"

namespace cleave {

/// Fills in costs and turns cuts that can never pay into refusals.
void decide(std::vector<CutSite> &sites, CostModel &costs);

/// The task graph and all decisions (docs/partition.md).
llvm::json::Value describePartition(const std::vector<CutSite> &sites, CostModel &costs);
llvm::json::Value emptyPartition();

/// What the person who compiles is told, sorted by place.
std::vector<Remark> remarksOf(const std::vector<CutSite> &sites);

} // namespace cleave

#endif

// Instructions.cpp - which x86-64 instructions a task may hold.
//
// The table names stems of LLVM's own instruction names ("IN" for IN8ri, IN32rr and so on) and is turned into one
// reason for each opcode when the decoder is made. What is not in the table is allowed: arithmetic, memory, control
// flow inside the task, and traps (ud2, int3), which only end it.
//
// The decoder knows every extension, whatever the task was compiled for: an instruction that this processor lacks is
// the node's question (the manifest's required features), not this one's.
#include "linker/Instructions.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace cleave {

namespace {
struct Forbidden {
  StringLiteral stem; ///< of LLVM's name for the instruction; operand sizes and forms follow it
  StringLiteral reason;
};
} // namespace

static constexpr StringLiteral leaves = "it leaves user mode";
static constexpr StringLiteral times = "it reads a clock or a counter";
static constexpr StringLiteral randomises = "its result is random";
static constexpr StringLiteral identifies = "its result depends on the processor";
static constexpr StringLiteral ports = "it reaches a device";
static constexpr StringLiteral discloses = "it shows where the kernel keeps its tables";

static constexpr Forbidden forbidden[] = {
    {"SYSCALL", leaves},    {"SYSENTER", leaves},   {"SYSEXIT", leaves},   {"SYSRET", leaves},
    {"INT", leaves},        {"INTO", leaves},       {"IRET", leaves},      {"FARCALL", leaves},
    {"FARJMP", leaves},     {"LRET", leaves},       {"LRETI", leaves},     {"HLT", leaves},
    {"VMCALL", leaves},     {"VMMCALL", leaves},    {"VMFUNC", leaves},    {"SENDUIPI", leaves},
    {"ENCLU", leaves},      {"UMWAIT", times},      {"TPAUSE", times},     {"RDTSC", times},
    {"RDTSCP", times},      {"RDPMC", times},       {"RDPRU", times},      {"RDRAND", randomises},
    {"RDSEED", randomises}, {"XBEGIN", randomises}, {"CPUID", identifies}, {"XGETBV", identifies},
    {"RDPID", identifies},  {"IN", ports},          {"OUT", ports},        {"INSB", ports},
    {"INSW", ports},        {"INSL", ports},        {"OUTSB", ports},      {"OUTSW", ports},
    {"OUTSL", ports},       {"SGDT", discloses},    {"SIDT", discloses},   {"SLDT", discloses},
    {"STR", discloses},     {"SMSW", discloses}};

// "IN8ri" is IN and "XBEGIN_4" is XBEGIN; "INT3" is not INT (it is the filler between functions, and only traps), and
// "INC32r" is neither.
static bool isForm(StringRef name, StringRef stem) {
  if (!name.consume_front(stem))
    return false;
  if (stem == "INT")
    return name.empty();
  name.consume_front("_");
  return name.empty() || isDigit(name.front()) || (name.front() == 'I' && name.size() > 1 && isDigit(name[1]));
}

struct InstructionCheck::Machine {
  MCTargetOptions options;
  std::unique_ptr<MCRegisterInfo> registers;
  std::unique_ptr<MCAsmInfo> assembly;
  std::unique_ptr<MCSubtargetInfo> features;
  std::unique_ptr<MCInstrInfo> instructions;
  std::unique_ptr<MCContext> context;
  std::unique_ptr<MCDisassembler> decoder;
  std::vector<StringRef> reasons; ///< by opcode; empty: allowed
};

InstructionCheck::InstructionCheck(std::unique_ptr<Machine> machine) : machine(std::move(machine)) {}
InstructionCheck::~InstructionCheck() = default;

Expected<std::unique_ptr<InstructionCheck>> InstructionCheck::create() {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86Disassembler();
  Triple triple("x86_64-unknown-linux-gnu");
  std::string why;
  const Target *target = TargetRegistry::lookupTarget(triple, why);
  if (!target)
    return createStringError(why);
  auto made = std::make_unique<Machine>();
  made->registers.reset(target->createMCRegInfo(triple));
  made->assembly.reset(target->createMCAsmInfo(*made->registers, triple, made->options));
  made->features.reset(target->createMCSubtargetInfo(triple, "x86-64", ""));
  made->instructions.reset(target->createMCInstrInfo());
  made->context =
      std::make_unique<MCContext>(triple, made->assembly.get(), made->registers.get(), made->features.get());
  made->decoder.reset(target->createMCDisassembler(*made->features, *made->context));
  made->reasons.resize(made->instructions->getNumOpcodes());
  for (unsigned opcode = 0; opcode < made->reasons.size(); ++opcode)
    for (const Forbidden &entry : forbidden)
      if (isForm(made->instructions->getName(opcode), entry.stem))
        made->reasons[opcode] = entry.reason;
  return std::unique_ptr<InstructionCheck>(new InstructionCheck(std::move(made)));
}

Error InstructionCheck::check(ArrayRef<uint8_t> code, uint64_t address, StringRef where) const {
  for (uint64_t at = 0; at < code.size();) {
    MCInst instruction;
    uint64_t size = 0;
    if (machine->decoder->getInstruction(instruction, size, code.drop_front(at), address + at, nulls()) !=
        MCDisassembler::Success)
      return createStringError("the bytes at 0x" + utohexstr(address + at) + " in '" + where + "' are no instruction");
    unsigned opcode = instruction.getOpcode();
    if (StringRef reason = machine->reasons[opcode]; !reason.empty())
      return createStringError("'" + where + "' holds the instruction '" +
                               machine->instructions->getName(opcode).lower() + "' at 0x" + utohexstr(address + at) +
                               ": " + reason);
    at += size;
  }
  return Error::success();
}

} // namespace cleave

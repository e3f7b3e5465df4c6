// ProgramCalls.cpp - the calls of RootInterface.h. They run on the program's core, which has nothing else to do: a call
// that waits halts the core until it is woken.
#include "Apic.h"
#include "Channel.h"
#include "Clock.h"
#include "Layout.h"
#include "Program.h"
#include "Task.h"

namespace cleave {

static constexpr uint32_t kSignalKill = 9; // what an operating system does when there is no memory left

uint64_t Program::grow(uint64_t bytes) {
  if (bytes > kRootHeapBytes - heapBytes || bytes % kPage)
    return kRootFailed;
  uint64_t old = heapBytes;
  __atomic_store_n(&heapBytes, old + bytes, __ATOMIC_RELAXED);
  return kRootHeap + old;
}

uint64_t Program::release(uint64_t address, uint64_t bytes) {
  if (address % kPage || bytes % kPage || address >= kUserEnd || bytes > kUserEnd - address)
    return kRootFailed;
  bool isHeap = isWithin(address, bytes, kRootHeap, heapBytes),
       isArena = isWithin(address, bytes, kRootArena, layout.arena_bytes),
       isExchange = isWithin(address, bytes, kRootExchange, layout.exchange_bytes);
  if (!isHeap && !isArena && !isExchange)
    return kRootFailed;
  space.unmap(address, bytes);
  return 0;
}

uint64_t Program::send(uint64_t type, uint64_t address, uint64_t bytes) {
  if (bytes > kMessageMax || type < kMessageOutput || type > kMessageChange)
    return kRootFailed;
  uint64_t waitsSince = nowNs();
  while (!channel.hasRoom(sizeof(MessageHeader) + bytes))
    idleUnless(*cores[kProgramCore], [&] { return channel.hasRoom(sizeof(MessageHeader) + bytes); });
  busyNs -= nowNs() - waitsSince;
  if (channel.send(static_cast<uint32_t>(type), *this, address, bytes) != Error::None)
    return kRootFailed;
  wake(*cores[0]);
  return 0;
}

uint64_t Program::receive(uint64_t address, uint64_t bytes) {
  uint64_t waitsSince = nowNs();
  channel.expectAnswer(true);
  wake(*cores[0]);
  while (!channel.hasAnswer())
    idleUnless(*cores[kProgramCore], [] { return channel.hasAnswer(); });
  channel.expectAnswer(false);
  busyNs -= nowNs() - waitsSince;
  auto taken = channel.receive(*this, address, bytes);
  wake(*cores[0]); // there may be more, for which there was no room
  return taken ? *taken : kRootFailed;
}

/* Mappings go here and not where the slot is started, because only this core may take them (Paging.h). */
uint64_t Program::serve() {
  if (__atomic_load_n(&control->failure.is_set, __ATOMIC_SEQ_CST)) {
    hasFailed = true;
    end(0, CLEAVE_FAILURE_STATUS);
  }
  for (uint32_t i = 0; i != slotCount; ++i) {
    bool isAttached = true;
    slots[i].askForStart(&slot(i).state, [&] {
      uint64_t partition = kRootExchange + i * layout.partition_bytes;
      space.unmap(partition + layout.input_offset, layout.partition_bytes - layout.input_offset);
      isAttached = slots[i].attach() == Error::None;
    });
    if (!isAttached)
      die(kSignalKill);
  }
  wake(*cores[0]);
  return 0;
}

uint64_t Program::wait(uint64_t wordsAt, uint64_t count, uint64_t deadlineNs) {
  RootWord words[kRootWordsMax];
  if (count > kRootWordsMax || read(wordsAt, words, count * sizeof(RootWord)) != Error::None)
    return kRootFailed;
  auto hasNews = [&] {
    for (uint64_t i = 0; i != count; ++i) {
      uint32_t now;
      if (read(words[i].address, now) != Error::None || now != words[i].value)
        return true;
    }
    return false;
  };
  uint64_t waitsSince = nowNs();
  bool isOver = false;
  while (!isOver && !hasNews()) {
    uint64_t now = nowNs();
    isOver = deadlineNs && now >= deadlineNs;
    if (isOver)
      break;
    if (deadlineNs)
      armTimerNs(deadlineNs - now);
    idleUnless(*cores[kProgramCore], hasNews);
  }
  if (deadlineNs)
    armTimer(0);
  busyNs -= nowNs() - waitsSince;
  return isOver;
}

uint64_t Program::call(const Frame &frame) {
  switch (frame.rax) {
  case kRootGrow:
    return grow(frame.rdi);
  case kRootRelease:
    return release(frame.rdi, frame.rsi);
  case kRootSend:
    return send(frame.rdi, frame.rsi, frame.rdx);
  case kRootReceive:
    return receive(frame.rdi, frame.rsi);
  case kRootServe:
    return serve();
  case kRootWait:
    return wait(frame.rdi, frame.rsi, frame.rdx);
  case kRootWake:
    wakeTaskCores();
    return 0;
  case kRootEnd:
    end(frame.rdi != 0, static_cast<uint32_t>(frame.rsi));
  case kRootHandles:
    handledSignals = frame.rdi;
    return 0;
  default:
    return kRootFailed;
  }
}

} // namespace cleave

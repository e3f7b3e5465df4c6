// A small machine runs a program: each instruction changes the stack that the next one finds.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 40000000
// DOMAIN: simulation
// EXPECT-NO-TASK: step
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <vector>

enum class Op { Push, Add, Multiply, Modulo, Duplicate, Swap, Jump, Decrement, Halt };

struct Instruction {
  Op op;
  long value = 0;
};

class Machine {
public:
  bool step(const std::vector<Instruction> &program) {
    const Instruction &now = program.at(counter++);
    switch (now.op) {
    case Op::Push:
      stack.push_back(now.value);
      break;
    case Op::Add:
      stack.push_back(pop() + pop());
      break;
    case Op::Multiply:
      stack.push_back(pop() * pop());
      break;
    case Op::Modulo:
      stack.push_back(pop() % now.value);
      break;
    case Op::Duplicate:
      stack.push_back(stack.back());
      break;
    case Op::Swap: {
      const long top = pop(), below = pop();
      stack.push_back(top);
      stack.push_back(below);
      break;
    }
    case Op::Decrement:
      --stack.back();
      break;
    case Op::Jump:
      if (stack.back() != 0)
        counter = static_cast<std::size_t>(now.value);
      break;
    case Op::Halt:
      return false;
    }
    ++steps;
    return true;
  }
  long pop() {
    if (stack.empty())
      throw std::underflow_error("the stack is empty");
    const long value = stack.back();
    stack.pop_back();
    return value;
  }
  long steps = 0;

private:
  std::vector<long> stack;
  std::size_t counter = 0;
};

int main(int argc, char **argv) {
  const long rounds = argc > 1 ? std::atol(argv[1]) : 1500000;
  const std::vector<Instruction> program{{Op::Push, 7},      {Op::Push, rounds},   {Op::Swap},          {Op::Duplicate},
                                         {Op::Multiply},     {Op::Push, 12345},    {Op::Add},           {Op::Modulo, 1000003},
                                         {Op::Swap},         {Op::Decrement},      {Op::Jump, 2},       {Op::Halt}};
  Machine machine;
  while (machine.step(program)) {
  }
  machine.pop();
  std::printf("%ld after %ld steps\n", machine.pop(), machine.steps);
  try {
    machine.pop();
  } catch (const std::underflow_error &error) {
    std::puts(error.what());
  }
}

// The work prints its progress: the lines must come between the program's own, in order.
// RUN: %run-program %s
// EXPECT-NO-TASK: simulated
// CHECK-REMARK: 'simulated' does input or output through 'operator<<'
#include <iostream>
#include <vector>

double simulated(int day) {
  double state = day;
  for (int i = 0; i < 100000; ++i)
    state = state * 0.999 + 1.0 / (i + 1);
  std::cout << "day " << day << " done\n";
  return state;
}

int main() {
  std::vector<double> days;
  for (int day = 0; day < 30; ++day) {
    days.push_back(simulated(day));
    std::cout << "stored " << days.size() << '\n';
  }
  std::cout.precision(17);
  for (const double value : days)
    std::cout << value << '\n';
}

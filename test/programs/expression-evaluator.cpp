// Sums of products with parentheses, evaluated for many values of x by a recursive descent over the text.
// RUN: %run-program %s
// EXPECT-TASK: integral
// PARALLEL
// STATUS-ARGS: 600000
// DOMAIN: parsing
#include <cstdio>
#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

struct Error {
  std::size_t position;
};
using Answer = std::variant<double, Error>;

class Evaluator {
public:
  Evaluator(const std::string &text, double x) : text(text), x(x) {}
  Answer answer() {
    const double value = sum();
    if (failed || at != text.size())
      return Error{at};
    return value;
  }

private:
  double sum() {
    double value = product();
    while (!failed && at < text.size() && (text[at] == '+' || text[at] == '-'))
      value = text[at++] == '+' ? value + product() : value - product();
    return value;
  }
  double product() {
    double value = factor();
    while (!failed && at < text.size() && text[at] == '*') {
      ++at;
      value *= factor();
    }
    return value;
  }
  double factor() {
    if (at < text.size() && text[at] == 'x') {
      ++at;
      return x;
    }
    if (at < text.size() && text[at] == '(') {
      ++at;
      const double value = sum();
      failed |= at == text.size() || text[at++] != ')';
      return value;
    }
    double value = 0;
    const std::size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9')
      value = value * 10 + (text[at++] - '0');
    failed |= begin == at;
    return value;
  }
  const std::string &text;
  double x;
  std::size_t at = 0;
  bool failed = false;
};

double integral(const std::string &text, double from, double to, int steps) {
  double total = 0;
  for (int i = 0; i < steps; ++i) {
    const Answer answer = Evaluator(text, from + (to - from) * (i + 0.5) / steps).answer();
    if (const Error *error = std::get_if<Error>(&answer))
      return -static_cast<double>(error->position) - 1;
    total += std::get<double>(answer) * (to - from) / steps;
  }
  return total;
}

int main(int argc, char **argv) {
  const int steps = argc > 1 ? std::atoi(argv[1]) : 40000;
  const std::vector<std::string> forms{"x*x*(x-2)+7", "(x+1)*(x-1)*(x+3)*(2-x)", "3*x*x*x*x-12*(x*x-(4*x-1))",
                                       "2*(x+(x*(x-1))", "x*x+-1"};
  std::vector<double> areas;
  for (int shift = 0; shift < 10; ++shift)
    for (const std::string &form : forms)
      areas.push_back(integral(form, shift, shift + 1, steps));
  for (const double area : areas)
    std::printf("%.9g\n", area);
}

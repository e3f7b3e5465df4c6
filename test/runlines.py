"""lit's shell tests, but only in files that have a RUN line.

The sources of C++ test tools lie beside the tests that use them, and lit would report each as a test that is
unresolved. It is a module of its own because lit sends the format to its worker processes by its module's name.
"""

import lit.formats


class RunLineTest(lit.formats.ShTest):
    def getTestsForPath(self, testSuite, pathInSuite, litConfig, localConfig):
        for test in super().getTestsForPath(testSuite, pathInSuite, litConfig, localConfig):
            with open(test.getSourcePath(), encoding="utf-8", errors="replace") as source:
                if "RUN:" in source.read():
                    yield test

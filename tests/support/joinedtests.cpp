// SPDX-License-Identifier: MIT
#include "support/joinedtests.h"

#include <cstdio>
#include <map>

namespace JoinedTests {

namespace {

std::map<QByteArray, Run> &tests()
{
    static std::map<QByteArray, Run> tests;
    return tests;
}

} // namespace

bool add(const char *name, Run run)
{
    tests()[QByteArray(name).toLower()] = run;
    return true;
}

} // namespace JoinedTests

int main(int argc, char **argv)
{
    const auto &tests = JoinedTests::tests();
    const auto test = tests.find(argc > 1 ? QByteArray(argv[1]) : QByteArray());
    if (test != tests.end()) {
        argv[1] = argv[0];
        return test->second(argc - 1, argv + 1);
    }
    std::fputs("The first argument names the test to run:\n", stderr);
    for (const auto &[name, run] : tests)
        std::fprintf(stderr, "    %s\n", name.constData());
    return 2;
}

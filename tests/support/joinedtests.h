// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qcoreapplication.h>
#include <QtTest/qtest.h>

//! Several Qt Test classes in one program; see qrepod_add_tests() in CMake.
///
/// The first argument names the test to run. Include this after all other headers: it replaces the
/// macros that would define main().
namespace JoinedTests {

using Run = int (*)(int argc, char **argv);

//! Makes \a run known by the \a name of its class, in lower case. Always true.
bool add(const char *name, Run run);

template <class Test>
int run(int argc, char **argv)
{
    Test test;
    return QTest::qExec(&test, argc, argv);
}

template <class Test>
int runWithApplication(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    return run<Test>(argc, argv);
}

} // namespace JoinedTests

#undef QTEST_APPLESS_MAIN
#define QTEST_APPLESS_MAIN(Test)                                                                   \
    const bool isAdded = ::JoinedTests::add(#Test, ::JoinedTests::run<Test>);
#undef QTEST_GUILESS_MAIN
#define QTEST_GUILESS_MAIN(Test)                                                                   \
    const bool isAdded = ::JoinedTests::add(#Test, ::JoinedTests::runWithApplication<Test>);

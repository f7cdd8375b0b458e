// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QCoreApplication>
#include <QtTest/QTest>

inline constexpr int patience = 60'000; // milliseconds; for a sanitizer on a loaded machine

//! Whether \a condition comes to hold, while this thread's events are processed.
///
/// Most conditions hold within a few turns of the event loop, which qWaitFor() would sleep between.
template <class Condition>
bool eventually(Condition condition)
{
    for (int turn = 0; turn < 20; ++turn) {
        if (condition())
            return true;
        QCoreApplication::processEvents();
    }
    return QTest::qWaitFor(condition, patience);
}
